/** `npm test -- PATH`, with the Node that npm came with: those tests and nothing else. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** This Node, and each on PATH that npm may be run with. */
const nodes = new Set([
  process.execPath,
  ...(process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
    .filter((path) => Number(/^v(\d+)/.exec(execFileSync(path, ["-v"]).toString())?.[1]) >= 20),
]);

function run(node: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [join(root, "tools", "test.mjs"), ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
  });
  return { status, text: stdout + stderr };
}

test.each([...nodes])("npm test -- PATH runs that file and nothing else: %s", (node) => {
  const { status, text } = run(node, "test/unit/clock.test.ts");
  expect(text).toMatch(/Test Files +1 passed \(1\)/);
  expect(text).not.toMatch(/lint|types|Statements|Searched the output|issued a secret/);
  expect(status).toBe(0);
});

test("a filter that matches no test fails and says so", () => {
  const { status, text } = run(process.execPath, "test/unit/no-such.test.ts");
  expect(text).toContain("No test files found");
  expect(status).toBe(1);
});
