/**
 * The repository that a pipeline takes the review from, as a fetch of one commit leaves it: no
 * packages, nothing compiled.
 */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Registry } from "./npm-registry";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the review installs, and where npm put it here. */
export const packages: Readonly<Record<string, string>> = Object.fromEntries(
  ["commander", "jsonc-parser", "typescript", "undici", "zod"].map((name) => {
    const own = join(root, "provider/node_modules", name);
    return [name, existsSync(own) ? own : join(root, "node_modules", name)];
  }),
);

/** Makes it in `folder`, which must not be there yet, and gives its one commit. */
export function actionRepository(folder: string, registry: Registry): string {
  for (const part of ["action.yml", "actions", "provider", "tsconfig.base.json"]) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !/[/\\](node_modules|dist)([/\\]|$)/.test(path.slice(root.length)),
    });
  }
  // A package that is packed here again is the same one in another wrapping, so only its hash is
  // another.
  const lockFile = join(folder, "actions/review/package-lock.json");
  const lock = JSON.parse(readFileSync(lockFile, "utf8"));
  for (const [name, integrity] of Object.entries(registry.integrity))
    lock.packages[`node_modules/${name}`].integrity = integrity;
  writeFileSync(lockFile, JSON.stringify(lock));

  git(folder, "-c", "init.defaultBranch=main", "init", "--quiet");
  return commitAll(folder);
}

/**
 * Leaves in `tool` what install.sh leaves there: the packages and the compiled command, which here
 * are this checkout's.
 */
export function installTool(tool: string): void {
  mkdirSync(join(tool, "node_modules"), { recursive: true });
  cpSync(join(root, "actions/review/package.json"), join(tool, "package.json"));
  cpSync(join(root, "provider/dist"), join(tool, "dist"), { recursive: true });
  for (const [name, path] of Object.entries(packages))
    symlinkSync(path, join(tool, "node_modules", name));
}

/** Commits all that is in the folder, and gives the commit. */
export function commitAll(folder: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "All");
  return git(folder, "rev-parse", "HEAD");
}

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"];
  return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8" }).trim();
}
