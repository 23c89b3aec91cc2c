/** Runs vitest in this process's place, on Node 24. */

import { dirname, join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { compileCache } from "./set-up/faster.mjs";
import { environmentWith, root, setUpPackages } from "./set-up/index.mjs";

/** What Node runs as vitest. */
export const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

/**
 * Runs some of the tests. What they need beside the packages, their own set-up gets
 * (test/set-up).
 *
 * @param {readonly string[]} args for example `["run", "test/unit/lifetime.test.ts"]`
 * @returns {Promise<number>} the exit code
 */
export async function runVitest(args) {
  const node = await setUpPackages();
  return handOver(node, [vitest, ...args], {
    cwd: root,
    env: { ...environmentWith([dirname(node)]), ...compileCache },
  });
}
