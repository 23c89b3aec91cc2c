/**
 * What `npm pack` makes of each package: what it needs, nothing else, and fit for who installs it.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Packed, packBoth, unpack } from "../packed";

const folder = mkdtempSync(join(tmpdir(), "tailscope-pack-"));
const packed: Record<string, Packed> = {};

beforeAll(() => {
  Object.assign(packed, packBoth(folder));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  [
    "provider",
    "tailscope",
    ["commander", "jsonc-parser", "undici", "zod"],
    ["@pulumi/policy", "@pulumi/pulumi"],
  ],
  [
    "emulator",
    "tailscope-emulator",
    ["@hono/node-server", "commander", "hono", "jose", "jsonc-parser", "zod"],
    [],
  ],
])("the package in %s", (directory, name, dependencies, types) => {
  const manifest = JSON.parse(readFileSync(`${directory}/package.json`, "utf8"));

  test(`the package in ${directory} contains compiled code with types, its licence and its page, and nothing else`, () => {
    const { files } = packed[directory] ?? { files: [] };
    const others = files.filter(
      (path) => !/^(dist\/.*\.(js|d\.ts)|bin\/[a-z-]+\.js|schemas\/[a-z-]+\.json)$/.test(path),
    );
    expect(others.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(files).toContain("dist/index.js");
    expect(files).toContain("dist/index.d.ts");
    for (const path of Object.values(manifest.bin as Record<string, string>))
      expect(files).toContain(path.replace("./", ""));
  });

  test(`the package in ${directory} names its repository, which npm requires for provenance`, () => {
    const { repository, homepage, bugs } = manifest;
    // https://docs.npmjs.com/generating-provenance-statements#prerequisites
    expect(repository).toEqual({
      type: "git",
      url: expect.stringMatching(/^git\+https:\/\/github\.com\/[\w-]+\/tailscope\.git$/),
      directory,
    });
    const page = repository.url.slice("git+".length, -".git".length);
    expect(homepage).toBe(`${page}#readme`);
    expect(bugs).toEqual({ url: `${page}/issues` });
  });

  test(`the package in ${directory} declares its dependencies, and runs nothing when it is installed`, () => {
    expect(manifest.name).toBe(name);
    expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
    expect(manifest.scripts ?? {}).toEqual({});
  });

  test(`publint finds nothing wrong with the package in ${directory}`, async () => {
    const file = readFileSync(packed[directory]?.file ?? "");
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(file).buffer as ArrayBuffer },
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  test(`the types of the package in ${directory} resolve for every kind of importer`, async () => {
    const analysis = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(packed[directory]?.file ?? ""))),
    );
    const problems = analysis.types ? analysis.problems : ["no types"];
    // The emulator is an ES module alone: CommonJS loads it with import(), or with require() on
    // Node 22 and later.
    const served = problems.filter(
      (problem) =>
        typeof problem === "string" ||
        directory === "provider" ||
        problem.kind !== "CJSResolvesToESM",
    );
    expect(served).toEqual([]);
  });

  test(`the types of the package in ${directory} need only the SDK's types, which a program has anyway`, () => {
    const { file, files } = packed[directory] ?? { file: "", files: [] };
    const unpacked = join(folder, directory);
    unpack({ file, files }, unpacked);
    const reached = files
      .filter((path) => path.endsWith(".d.ts"))
      .flatMap((path) => {
        const text = readFileSync(join(unpacked, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
        const imports = text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
        return [...imports].map(([, name = ""]) => name);
      });
    expect([...new Set(reached.filter((name) => !name.startsWith(".")))].sort()).toEqual(types);
  });
});
