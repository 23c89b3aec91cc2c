/**
 * The provider process loads this package from the program's folder, by its name alone
 * (engine/provider-text.ts). If another package of the program depends on this one, it may be
 * installed where that folder does not find it, or in another version. This file reports that
 * before the engine starts anything.
 */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { log } from "@pulumi/pulumi";
import { version } from "../api/version";
import { isVersionAtLeast } from "../versions";
import { PackageError } from "./package-error";

/**
 * Pulumi starts the program and the provider process in the same folder, but the program may change
 * its folder later.
 */
const programFolder = process.cwd();

let isFound = false;

/**
 * Looks for the package that the provider process will load, and warns once of a later version.
 * @throws PackageError if there is none, or an older one than this
 */
export function requireProviderPackage(): void {
  // Pulumi's language host sets this variable. A unit test has no provider process. With the
  // Automation API, the provider process starts in a folder that the program cannot find out.
  if (isFound || process.env["PULUMI_NODEJS_MONITOR"] === undefined) return;
  const found = findVersion(programFolder);
  const add = describeAdding(programFolder);
  if (found === undefined)
    throw new PackageError(
      programFolder,
      found,
      `The package tailscope is not found from the program's folder ${programFolder}, where Pulumi's provider process looks for it.\n` +
        `  Another package of the program depends on it; make it a dependency of the program as well: ${add}.`,
    );
  const both = `The program's folder ${programFolder} has tailscope ${found}, and another package of the program brings ${version}.`;
  if (!isVersionAtLeast(found, version))
    throw new PackageError(
      programFolder,
      found,
      `${both} The provider process runs the older one, which may not know what the later one declares.\n` +
        `  Bring both to one version: ${add}.`,
    );
  isFound = true;
  if (found !== version)
    void log.warn(
      `${both} The provider process runs ${found}. To have one version, update that other package.`,
    );
}

/** The version of this package that the provider process finds; undefined if it finds none. */
export function findVersion(folder: string): string | undefined {
  try {
    const fromThere = createRequireFrom(folder);
    fromThere.resolve("tailscope");
    return String(fromThere("tailscope/package.json").version);
  } catch {
    return undefined;
  }
}

/**
 * Resolves packages as the provider process does, starting in the program's folder. Plug'n'Play
 * resolves them for the package that asks. It treats the provider's code as part of the SDK, which
 * sees its own dependencies and those of the top-level package. Source:
 * https://yarnpkg.com/advanced/pnp-spec#fallback
 */
function createRequireFrom(folder: string): NodeJS.Require {
  const fromProgram = createRequire(join(folder, "index.js"));
  if (process.versions["pnp"] === undefined) return fromProgram;
  return createRequire(fromProgram.resolve("@pulumi/pulumi/package.json"));
}

/** Says which command to run, and in which folder. */
function describeAdding(folder: string): string {
  const program = findFolder("package.json", folder) ?? folder;
  const topLevel = process.versions["pnp"] && findFolder(".pnp.cjs", folder);
  const isWorkspace = topLevel !== undefined && topLevel !== program;
  const packages = `tailscope@${version}${isWorkspace ? " @pulumi/pulumi" : ""}`;
  return `run \`${findAddCommand(folder)} ${packages}\` in ${isWorkspace ? topLevel : program}`;
}

const lockFiles: readonly (readonly [file: string, command: string])[] = [
  ["pnpm-lock.yaml", "pnpm add"],
  ["yarn.lock", "yarn add"],
  ["bun.lock", "bun add"],
  ["bun.lockb", "bun add"],
  ["package-lock.json", "npm install"],
];

/**
 * The command that adds a package with the package manager that installed the program's packages.
 */
export function findAddCommand(folder: string): string {
  const [, command] = lockFiles.find(([file]) => existsSync(join(folder, file))) ?? [];
  if (command !== undefined) return command;
  return dirname(folder) === folder ? "npm install" : findAddCommand(dirname(folder));
}

/** The nearest folder that contains a file of this name: this one or one above it. */
function findFolder(file: string, folder: string): string | undefined {
  if (existsSync(join(folder, file))) return folder;
  return dirname(folder) === folder ? undefined : findFolder(file, dirname(folder));
}
