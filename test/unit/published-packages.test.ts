/** What `npm pack` makes of each package: what it needs, nothing else, and fit for who installs it. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "tailscope-pack-"));
const packed: Record<string, { file: string; files: string[] }> = {};

beforeAll(() => {
  for (const name of ["provider", "emulator"]) {
    const args = ["pack", `./${name}`, "--json", "--ignore-scripts", "--pack-destination", folder];
    const output = JSON.parse(
      execFileSync("npm", args, { encoding: "utf8", stdio: "pipe" }),
    ) as unknown;
    // npm 12 answers by name, earlier ones a list.
    const [made] = Object.values(
      output as Record<string, { filename: string; files: { path: string }[] }>,
    );
    packed[name] = {
      file: join(folder, made?.filename ?? ""),
      files: made?.files.map(({ path }) => path) ?? [],
    };
  }
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["provider", "tailscope", ["commander", "undici", "zod"]],
  [
    "emulator",
    "tailscope-emulator",
    ["@hono/node-server", "commander", "hono", "jose", "jsonc-parser", "zod"],
  ],
])("the package in %s", (directory, name, dependencies) => {
  const manifest = JSON.parse(readFileSync(`${directory}/package.json`, "utf8"));

  test("holds compiled code with types, its licence and its page, and nothing else", () => {
    const { files } = packed[directory] ?? { files: [] };
    const others = files.filter((path) => !/^(dist\/.*\.(js|d\.ts)|bin\/[a-z-]+\.js)$/.test(path));
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(files).toContain("dist/index.js");
    expect(files).toContain("dist/index.d.ts");
    for (const path of Object.values(manifest.bin as Record<string, string>))
      expect(files).toContain(path.replace("./", ""));
  });

  test("depends on what it says, and runs nothing when it is installed", () => {
    expect(manifest.name).toBe(name);
    expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
    expect(manifest.scripts ?? {}).toEqual({});
  });

  test("has nothing that publint would say", async () => {
    const file = readFileSync(packed[directory]?.file ?? "");
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(file).buffer as ArrayBuffer },
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  test("has types that resolve for every kind of importer that it serves", async () => {
    const analysis = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(packed[directory]?.file ?? ""))),
    );
    const problems = analysis.types ? analysis.problems : ["no types"];
    // The emulator is an ES module alone: CommonJS loads it with import(), or with require() on Node 22 and later.
    const served = problems.filter(
      (problem) =>
        typeof problem === "string" ||
        directory === "provider" ||
        !/CJSResolvesToESM|NoResolution/.test(problem.kind),
    );
    expect(served).toEqual([]);
  });
});
