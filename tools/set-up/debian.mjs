/** Programs that tests need and that Debian has. */

import { existsSync } from "node:fs";
import { getReason, run, runStep } from "./progress.mjs";

/**
 * A program that is there, or that comes with Debian's package: its path, or why there is none.
 * @param {string} title what people call it
 * @param {string} packageName
 * @param {string} variable of the environment, which names another place
 * @param {() => string | undefined} installed the path of what is there already
 * @returns {Promise<{ path: string } | { missing: string }>}
 */
export async function findProgram(title, packageName, variable, installed) {
  const named = process.env[variable];
  if (named)
    return existsSync(named)
      ? { path: named }
      : { missing: `${variable} names ${named}, which is not there` };
  const found = installed();
  if (found) return { path: found };
  // Only root may install packages, and only Debian and its kin have this one.
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return { missing: `there is no ${title}: install one, or name it with ${variable}` };
  }
  try {
    await runStep(`installing ${title} from Debian's packages, once`, async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await run("apt-get", ["update", "-qq"], { env });
      await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", packageName], {
        env,
      });
    });
  } catch (error) {
    return { missing: `${title} could not be installed: ${getReason(error)}` };
  }
  const path = installed();
  return path ? { path } : { missing: `Debian's package ${packageName} has no ${title} in it` };
}
