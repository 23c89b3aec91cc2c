/** The node packages of the lock file, and what is compiled from our own sources. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getReason, run, runStep, SetUpError } from "./progress.mjs";

/**
 * Installs the packages unless all that the lock file names are there.
 * @param {string} root
 */
export async function installPackages(root) {
  if (areInstalled(root)) return;
  const title = "installing the node packages of package-lock.json";
  try {
    await runStep(title, (report) =>
      run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        cwd: root,
        onLine: report,
      }),
    );
  } catch (error) {
    throw new SetUpError(
      title,
      getReason(error),
      "check that npm reaches its registry (`npm ping`) and that the disk has 1 GB free, then run the same command again.",
    );
  }
}

/**
 * Whether node_modules holds every package of the lock file in its version, as npm itself writes it
 * down there.
 * @param {string} root
 */
function areInstalled(root) {
  try {
    const wanted = readPackages(join(root, "package-lock.json"));
    const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
    return Object.entries(wanted).every(
      ([path, { version, link, optional, peer }]) =>
        !path.startsWith("node_modules/") ||
        link ||
        optional ||
        peer ||
        installed[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, peer?: boolean }} Package
 * @param {string} lockFile
 * @returns {Record<string, Package>}
 */
function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages;
}

/**
 * Compiles the two packages; what is up to date stays.
 * @param {string} root
 * @param {string} node
 */
export async function compile(root, node) {
  const title = "compiling tailscope and tailscope-emulator";
  try {
    await runStep(title, () =>
      run(node, [join(root, "node_modules", "typescript", "bin", "tsc"), "--build"], { cwd: root }),
    );
  } catch (error) {
    throw new SetUpError(
      title,
      getReason(error),
      "mend what the compiler names; `npm run types` shows it again.",
    );
  }
}
