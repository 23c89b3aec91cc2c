/** `npm test`: gets what is missing, then lint, types and every test. Its last line is the count of the test runner. */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const { node, env } = await setUp();
  for (const script of ["lint", "types"]) {
    const code = await handOver("npm", ["run", "--silent", script], { cwd: root, env });
    if (code === 0) continue;
    console.error(`\nnpm run ${script} failed; no test was run.`);
    process.exitCode = code;
    return;
  }
  const counts = join(root, "coverage", "tests.json");
  rmSync(counts, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const args = [
    "run",
    "--coverage",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${counts}`,
    ...process.argv.slice(2),
  ];
  process.exitCode = await handOver(node, [vitest, ...args], { cwd: root, env });

  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(counts, "utf8"));
  const skipped = numPendingTests + numTodoTests;
  // Nothing is skipped silently: the last line counts it, and CI, where everything can be had, takes it for a failure.
  if (skipped > 0 && process.env.CI) process.exitCode ||= 1;
  console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
});
