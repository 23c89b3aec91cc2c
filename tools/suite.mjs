/** `npm run test:faults`, `npm run test:fuzz`, `npm run bench`: what prints figures, apart from `npm test`. */

import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain, SetUpError } from "./set-up/progress.mjs";

/** What each runs; the matrix, minutes long, is part of no other run. */
const suites = {
  bench: undefined,
  faults: ["--project", "matrix", "--project", "faults", "--project", "model"],
  fuzz: ["--project", "fuzz"],
};

runMain(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  if (!(name in suites)) {
    throw new SetUpError(
      "choosing a suite",
      `there is no ${name || "suite without a name"}`,
      `name one of ${Object.keys(suites).join(", ")}.`,
    );
  }
  const projects = suites[/** @type {keyof typeof suites} */ (name)];
  const { node, env } = await setUp();
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const command =
    projects === undefined ? [join(root, "bench", "run.ts")] : [vitest, "run", ...projects];
  process.exitCode = await handOver(node, [...command, ...args], {
    cwd: root,
    env: { ...env, TAILSCOPE_LONG_TESTS: "1" },
  });
});
