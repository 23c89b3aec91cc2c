/** What is said where the program's folder does not see this package: how to add it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../provider/api/version";
import { findAddCommand, findVersion } from "../../provider/resources/provider-package";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tailscope-folder-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the command that adds a package", () => {
  test.each([
    ["package-lock.json", "npm install"],
    ["pnpm-lock.yaml", "pnpm add"],
    ["yarn.lock", "yarn add"],
    ["bun.lock", "bun add"],
    ["bun.lockb", "bun add"],
  ])("the command that adds a package is that of %s, in its folder and below", (file, command) => {
    const repository = join(folder, file.replace(".", "-"));
    const program = join(repository, "infrastructure", "network");
    mkdirSync(program, { recursive: true });
    writeFileSync(join(repository, file), "");
    expect(findAddCommand(repository)).toBe(command);
    expect(findAddCommand(program)).toBe(command);
  });

  test("the command that adds a package is that of the nearest lock file, or npm's without one", () => {
    const program = join(folder, "outer", "inner");
    mkdirSync(program, { recursive: true });
    expect(findAddCommand(program)).toBe("npm install");
    writeFileSync(join(folder, "outer", "yarn.lock"), "");
    writeFileSync(join(program, "pnpm-lock.yaml"), "");
    expect(findAddCommand(program)).toBe("pnpm add");
  });
});

describe("the version that a folder sees", () => {
  test("the version of a package is that which Node finds from the folder", () => {
    expect(findVersion(process.cwd())).toBe(version);
    expect(findVersion(join(process.cwd(), "examples", "quickstart"))).toBe(version);
  });

  test("a folder without a package, or with one that cannot be loaded, has no version", () => {
    expect(findVersion(folder)).toBeUndefined();
    const broken = join(folder, "broken", "node_modules", "tailscope");
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, "package.json"), '{ "version": "1.0.0", "main": "missing.js" }');
    expect(findVersion(join(folder, "broken"))).toBeUndefined();
  });
});
