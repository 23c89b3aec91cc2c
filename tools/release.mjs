/**
 * `npm run release -- 0.2.0`: updates the version everywhere, dates the changelog, commits and
 * tags. A person pushes the tag, and .github/workflows/release.yml then publishes that version.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Where the version appears: in each file that matches `path`, between the given texts before and
 * after it on a line.
 */
const places = [
  { path: /^(provider|emulator)\/package\.json$/, before: '  "version": "' },
  { path: /^provider\/(?!dist\/).*version\.ts$/, before: 'export const version = "' },
  { path: /^examples\/[\w-]+\/package\.json$/, before: '    "tailscope": "' },
  { path: /^(README\.md|docs\/.*\.md|examples\/.*\.yml)$/, before: "0000000 # v" },
];

const semver = /\d+\.\d+\.\d+(?:-[\w.]+)?/;

/**
 * Finds every place of the version.
 *
 * @param {string} root
 * @returns {{ file: string, version: string, replace: (version: string) => void }[]}
 */
export function findVersions(root) {
  return listOwnFiles(root).flatMap((file) =>
    places
      .filter(({ path }) => path.test(file))
      .flatMap(({ before }) => {
        const path = join(root, file);
        const text = readFileSync(path, "utf8");
        const start = text.indexOf(before) + before.length;
        const [version] = semver.exec(text.slice(start)) ?? [];
        if (start < before.length || version === undefined || !text.startsWith(version, start))
          return [];
        return [
          {
            file,
            version,
            replace: (/** @type {string} */ next) =>
              writeFileSync(path, text.slice(0, start) + next + text.slice(start + version.length)),
          },
        ];
      }),
  );
}

/**
 * Writes the version to every place, and the date to the changelog.
 *
 * @param {string} root
 * @param {string} version
 * @param {string} day for example `"2027-01-31"`
 * @throws Error if the changelog has no heading for the version
 */
export function setVersion(root, version, day) {
  const changelog = join(root, "CHANGELOG.md");
  const text = readFileSync(changelog, "utf8");
  const heading = `## ${version}, not yet released\n`;
  if (!text.includes(heading))
    throw new Error(
      `CHANGELOG.md has no heading "${heading.trim()}".\n  Write what changed below such a heading.`,
    );
  for (const { replace } of findVersions(root)) replace(version);
  writeFileSync(changelog, text.replace(heading, `## ${version}, ${day}\n`));
}

/**
 * The files that can contain the version, without installed or compiled files.
 *
 * @param {string} root
 */
function listOwnFiles(root) {
  const folders = ["docs", "emulator", "examples", "provider"].filter((folder) =>
    existsSync(join(root, folder)),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join(folder, file).replaceAll("\\", "/"),
    ),
  );
  return [...files, "README.md"]
    .filter((file) => !/(^|\/)(node_modules|dist|\.vitepress)(\/|$)/.test(file))
    .filter((file) => existsSync(join(root, file)))
    .sort();
}

function main() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const [version = ""] = process.argv.slice(2);
  if (semver.exec(version)?.[0] !== version)
    throw new Error(`"${version}" is not a version.\n  Write npm run release -- 0.2.0`);
  const run = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
    execFileSync(command, args, { cwd: root, encoding: "utf8" });
  if (run("git", "status", "--porcelain") !== "")
    throw new Error("There are changes that are not committed.\n  Commit or stash them first.");
  const { repository } = JSON.parse(readFileSync(join(root, "provider/package.json"), "utf8"));
  if (repository.url.includes("/OWNER/"))
    throw new Error(
      "The packages name OWNER/tailscope as their repository, and npm would refuse their provenance.\n" +
        "  Write the real one: git grep -l OWNER/tailscope | xargs sed -i 's#OWNER/tailscope#acme/tailscope#'",
    );
  setVersion(root, version, new Date().toISOString().slice(0, "YYYY-MM-DD".length));
  run("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
  run("git", "commit", "--all", "--message", `Release ${version}`);
  run("git", "tag", "--annotate", `v${version}`, "--message", `Release ${version}`);
  console.log(`Committed and tagged. To publish: git push --follow-tags`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
