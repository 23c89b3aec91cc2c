/**
 * The scripts of package.json: npm runs them with whatever Node it came with, on Linux and macOS
 * alike.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The files that a module loads before it runs, itself first. */
function loadedBy(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, from = ""] of text.matchAll(/^(?:import|export)\b[^"]*"(\.[^"]+)";$/gm))
    loadedBy(join(dirname(file), from), seen);
  return seen;
}

const programs = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /^node (\S+\.\w+)/.exec(script) ?? [];
  return file === undefined ? [] : [[name, file] as const];
});

test("most scripts of package.json are programs of ours", () => {
  expect(programs.map(([name]) => name)).toEqual(
    expect.arrayContaining(["start", "test", "check", "lint", "types", "picture", "test:mutation"]),
  );
});

test.each(programs)("npm run %s starts on Node 20, which loads no TypeScript", (_, file) => {
  for (const path of loadedBy(join(root, file))) {
    expect(path).toMatch(/\.mjs$/);
    const text = readFileSync(path, "utf8");
    expect(() => parse(text, { ecmaVersion: 2023, sourceType: "module" }), path).not.toThrow();
  }
});

test.each(Object.entries(scripts))("npm run %s uses no features of a shell", (_, script) => {
  expect(script).not.toMatch(/[;&|<>$`'"*]/);
});
