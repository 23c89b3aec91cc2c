/**
 * On a Node that is too old: one sentence, before anything is loaded that such a Node cannot load.
 * The old Nodes are this one under another version, and those on PATH that really are old.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { afterAll, describe, expect, test } from "vitest";
import { describeOldNode, isVersionAtLeast, oldestNode } from "../../provider/versions";

const provider = fileURLToPath(new URL("../../provider", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tailscope-old-node-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing but files of this package and parts of Node may be loaded. */
const guard = join(folder, "guard.cjs");
writeFileSync(
  guard,
  `const Module = require("node:module");
  const load = Module._load;
  Module._load = function (request, ...more) {
    const isOurs = /^[./]/.test(request) || Module.builtinModules.includes(request);
    if (!isOurs) throw new Error(request + " was loaded");
    return load.call(this, request, ...more);
  };`,
);
const disguise = join(folder, "disguise.cjs");
writeFileSync(
  disguise,
  `Object.defineProperty(process, "versions", { value: { ...process.versions, node: process.env.DISGUISE } });`,
);

interface OldNode {
  readonly name: string;
  readonly version: string;
  readonly binary: string;
  readonly options: readonly string[];
}

const disguised = ["16.20.2", "18.20.8", "20.19.5", "22.18.0"].map(
  (version): OldNode => ({
    name: `Node ${version}, as Node says it`,
    version,
    binary: process.execPath,
    options: ["--require", disguise],
  }),
);
const binaries = (process.env["PATH"] ?? "").split(delimiter).map((path) => join(path, "node"));
const installed = [...new Set(binaries.filter((path) => existsSync(path)))].flatMap((binary) => {
  const version = execFileSync(binary, ["--version"], { encoding: "utf8" }).trim().slice(1);
  return isVersionAtLeast(version, oldestNode)
    ? []
    : [{ name: `the Node ${version} of this machine`, version, binary, options: [] }];
});

describe.each([...disguised, ...installed])(
  "an old Node: $name",
  ({ version, binary, options }) => {
    const run = (...args: string[]) =>
      spawnSync(binary, [...options, "--require", guard, ...args], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], DISGUISE: version },
      });
    const sentence = `Tailscope needs Node ${oldestNode} or later, and this is Node ${version}: install a newer one from https://nodejs.org.`;

    test.each([["--version"], ["doctor"], ["review", "preview.json"]])(
      "on an old Node the command says only which Node it needs: %s",
      (...args) => {
        const { status, stdout, stderr } = run(join(provider, "bin", "tailscope.js"), ...args);
        expect({ status, stdout, stderr }).toEqual({
          status: 1,
          stdout: "",
          stderr: `${sentence}\n`,
        });
      },
    );

    test("on an old Node a program and the provider process end with a RunError that says which Node they need", () => {
      const { stdout, stderr } = run(
        "--eval",
        `try { require(${JSON.stringify(provider)}); }
      catch (error) { console.log(error.message, error.__pulumiRunError); }`,
      );
      expect({ stdout, stderr }).toEqual({ stdout: `${sentence} true\n`, stderr: "" });
    });
  },
);

test("the message for an old Node names the version in package.json", () => {
  const { engines } = JSON.parse(readFileSync(join(provider, "package.json"), "utf8"));
  expect(engines.node).toBe(`>=${oldestNode.replace(/\.0$/, "")}`);
  expect(describeOldNode(oldestNode)).toBeUndefined();
  expect(describeOldNode("24.0.0")).toBeUndefined();
  expect(describeOldNode("22.18.9")).toBeDefined();
});

test.each(["bin/tailscope.js", "dist/versions.js", "dist/refuse-old-node.js"])(
  "%s uses only syntax that Node 14 and later can parse",
  (path) => {
    const text = readFileSync(join(provider, path), "utf8");
    expect(() => parse(text, { ecmaVersion: 2020, allowHashBang: true })).not.toThrow();
  },
);
