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
  ])("is that of %s, in its folder and in every one below", (file, command) => {
    const repository = join(folder, file.replace(".", "-"));
    const program = join(repository, "infrastructure", "network");
    mkdirSync(program, { recursive: true });
    writeFileSync(join(repository, file), "");
    expect(findAddCommand(repository)).toBe(command);
    expect(findAddCommand(program)).toBe(command);
  });

  test("is that of the nearest lock file, and npm's where there is none", () => {
    const program = join(folder, "outer", "inner");
    mkdirSync(program, { recursive: true });
    expect(findAddCommand(program)).toBe("npm install");
    writeFileSync(join(folder, "outer", "yarn.lock"), "");
    writeFileSync(join(program, "pnpm-lock.yaml"), "");
    expect(findAddCommand(program)).toBe("pnpm add");
  });
});

describe("the version that a folder sees", () => {
  test("is that of the package, from wherever below it Node looks up to it", () => {
    expect(findVersion(process.cwd())).toBe(version);
    expect(findVersion(join(process.cwd(), "examples", "quickstart"))).toBe(version);
  });

  test("is none where there is no package, or one that cannot be loaded", () => {
    expect(findVersion(folder)).toBeUndefined();
    const broken = join(folder, "broken", "node_modules", "tailscope");
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, "package.json"), '{ "version": "1.0.0", "main": "missing.js" }');
    expect(findVersion(join(folder, "broken"))).toBeUndefined();
  });
});
