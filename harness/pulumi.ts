/**
 * A separate home for the Pulumi CLI: its state, its plugins and a program, in a temporary folder.
 */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The root of this repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where Node finds this repository's packages. */
export const ourPackages = join(root, "node_modules");

export interface PulumiHome {
  readonly folder: string;
  /** The program's folder, in which the CLI runs. */
  readonly program: string;
  /** The environment variables that the CLI needs for it. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * @param name says who uses it, for example `"test"`
 * @param packages the folder that becomes the program's `node_modules`
 */
export function makePulumiHome(name: string, packages: string = ourPackages): PulumiHome {
  const folder = mkdtempSync(join(tmpdir(), `tailscope-${name}-`));
  const program = join(folder, "program");
  for (const part of ["state", "home", "program"]) mkdirSync(join(folder, part));
  linkPackages(program, packages);
  return {
    folder,
    program,
    environment: {
      PULUMI_HOME: join(folder, "home"),
      ...createBackendEnvironment(join(folder, "state"), `of a ${name}`),
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Gives a program its packages: those of this repository that a program of ours imports, each by a
 * link. Pulumi's language host looks through all of `node_modules` in every run, and this
 * repository's has hundreds of packages. Another folder becomes `node_modules` as it is.
 */
export function linkPackages(program: string, packages: string = ourPackages): void {
  const target = join(program, "node_modules");
  if (packages !== ourPackages) {
    symlinkSync(packages, target);
    return;
  }
  mkdirSync(target);
  for (const name of ["@pulumi", "@types", "tailscope", "typescript"])
    symlinkSync(join(packages, name), join(target, name));
}

/** The environment of a CLI that keeps its state in an existing folder. */
export function createBackendEnvironment(
  folder: string,
  passphrase: string,
): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Writes a CommonJS program to a folder. */
export function writeProgram(folder: string, project: string, body: string): void {
  writeFileSync(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  writeFileSync(join(folder, "package.json"), '{ "main": "index.js" }\n');
  writeFileSync(join(folder, "index.js"), body);
}
