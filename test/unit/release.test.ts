/**
 * `npm run release`: the version is the same wherever it stands, and one command changes all of
 * them.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findVersions, setVersion } from "../../tools/release.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const current: string = JSON.parse(readFileSync("provider/package.json", "utf8")).version;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tailscope-release-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("every place has the version of the provider's package", () => {
  const found = findVersions(root);
  expect(found.filter(({ version }) => version !== current)).toEqual([]);
  expect(found.map(({ file }) => file)).toEqual(
    expect.arrayContaining([
      "emulator/package.json",
      "examples/quickstart/package.json",
      "examples/review/github-review.yml",
      "provider/package.json",
    ]),
  );
  expect(found.filter(({ file }) => /^provider\/.*version\.ts$/.test(file))).toHaveLength(1);
});

test("no other current file names the version", () => {
  const known = new Set(findVersions(root).map(({ file }) => file));
  // What is of the past: what changed, what a version wrote, what was measured, what a release
  // brought.
  const past =
    /^(CHANGELOG\.md|bench\/|test\/|package-lock\.json|tools\/.*\.(sum|mod)$|docs\/decisions\/)/;
  const { stdout } = spawnSync("git", ["grep", "-lF", current], { cwd: root, encoding: "utf8" });
  const others = stdout.split("\n").filter((file) => file !== "" && !past.test(file));
  const named = others.filter(
    (file) =>
      !known.has(file) &&
      readFileSync(join(root, file), "utf8")
        .split("\n")
        // "State written by 0.1.0" says what an older version did.
        .some((line) => line.includes(current) && !/\b(state|fixture|by|of) /i.test(line)),
  );
  expect(named).toEqual([]);
});

test("one call changes every version and dates the changelog", () => {
  const files = findVersions(root).map(({ file }) => file);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  writeFileSync(join(folder, "CHANGELOG.md"), "# Changelog\n\n## 9.8.7, not yet released\n\n- x\n");
  setVersion(folder, "9.8.7", "2027-01-31");
  expect(findVersions(folder).map(({ file, version }) => `${file} ${version}`)).toEqual(
    files.map((file) => `${file} 9.8.7`),
  );
  expect(readFileSync(join(folder, "CHANGELOG.md"), "utf8")).toContain("\n## 9.8.7, 2027-01-31\n");
});

test("a version without an entry in the changelog changes nothing", () => {
  writeFileSync(join(folder, "CHANGELOG.md"), "# Changelog\n");
  expect(() => setVersion(folder, "9.8.7", "2027-01-31")).toThrow(
    'CHANGELOG.md has no heading "## 9.8.7, not yet released".',
  );
});

test("an invalid version is refused with how to write one", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "tools/release.mjs"), "v1"], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toBe('"v1" is not a version.\n  Write npm run release -- 0.2.0\n');
});
