/**
 * `npm run test:faults`, `npm run test:fuzz`, `npm run test:oracle`, `npm run bench`: what prints
 * figures, apart from `npm test`.
 */

import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain, SetUpError } from "./set-up/progress.mjs";

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

/** What each runs; the matrix, minutes long, is part of no other run. */
const suites = {
  bench: [join(root, "bench", "run.ts")],
  faults: [vitest, "run", "--project", "matrix", "--project", "faults", "--project", "model"],
  fuzz: [vitest, "run", "--project", "fuzz"],
  oracle: [join(root, "test", "oracle", "main.ts")],
};

runMain(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  if (!Object.hasOwn(suites, name)) {
    throw new SetUpError(
      "choosing a suite",
      `there is no ${name || "suite without a name"}`,
      `name one of ${Object.keys(suites).join(", ")}.`,
    );
  }
  const command = suites[/** @type {keyof typeof suites} */ (name)];
  const { node, env } = await setUp();
  process.exitCode = await handOver(node, [...command, ...args], {
    cwd: root,
    env: { ...env, TAILSCOPE_LONG_TESTS: "1" },
  });
});
