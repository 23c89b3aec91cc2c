/** SECURITY.md promises nothing that no test holds. */

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync("SECURITY.md", "utf8");

/** The items of the list between two texts of the page, each in one line. */
function itemsBetween(start: string, end: string): string[] {
  const [, part = ""] = page.split(start);
  const [list = ""] = part.split(end);
  return list
    .split(/^- /m)
    .slice(1)
    .map((item) => item.replace(/\s+/g, " ").trim());
}

const promises = [
  ...itemsBetween("## What is protected", "\n## "),
  ...itemsBetween("What holds, each with its test:", "What somebody **without**"),
];

test("every promise of SECURITY.md is found", () => {
  expect(promises.length).toBeGreaterThan(30);
});

test.each(promises)("a promise of SECURITY.md names a test: %s", (promise) => {
  expect(promise).toMatch(/`(test|tools|\.github)\/[^`]+`|\(the same test\)/);
});

test("every file that SECURITY.md names exists", () => {
  const named = [...page.matchAll(/`((?:test|tools|\.github|examples)\/[^`]+)`/g)];
  expect(named.flatMap(([, path = ""]) => (existsSync(path) ? [] : [path]))).toEqual([]);
});
