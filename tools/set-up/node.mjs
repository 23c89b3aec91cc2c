/** Node 24, which comes as the pinned npm package `node`, whatever Node started npm. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { getReason, run, runStep, SetUpError } from "./progress.mjs";

/**
 * The path of Node 24's binary.
 * @param {string} root
 */
export async function findPinnedNode(root) {
  const binary = join(root, "node_modules", "node", "bin", "node");
  if (existsSync(binary)) return binary;
  const title = "putting Node 24 in place";
  const remedy =
    "run `npm rebuild node --foreground-scripts`, which shows what its install script says.";
  try {
    // package.json allows its install script, but a user's npm settings may forbid all install
    // scripts.
    await runStep(title, () =>
      run("npm", ["rebuild", "node", "--ignore-scripts=false"], { cwd: root }),
    );
  } catch (error) {
    throw new SetUpError(title, getReason(error), remedy);
  }
  if (!existsSync(binary)) throw new SetUpError(title, `npm put no binary at ${binary}`, remedy);
  return binary;
}
