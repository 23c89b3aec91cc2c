/** Runs vitest in this process's place, on Node 24. */

import { dirname, join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { compileCache } from "./set-up/faster.mjs";
import { createEnvironment, root, setUpPackages } from "./set-up/index.mjs";

/** The script of vitest that Node runs. */
export const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

/**
 * Runs some of the tests. Their own set-up (test/set-up) installs what they need besides the
 * packages.
 *
 * @param {readonly string[]} args for example `["run", "test/unit/lifetime.test.ts"]`
 * @returns {Promise<number>} the exit code
 */
export async function runVitest(args) {
  const node = await setUpPackages();
  return handOver(node, [vitest, ...args], {
    cwd: root,
    env: { ...createEnvironment([dirname(node)]), ...compileCache },
  });
}
