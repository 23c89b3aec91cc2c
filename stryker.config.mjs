/**
 * What `npm run test:mutation` (tools/mutation.mjs) runs for each folder, which it names in
 * MUTATED.
 */

import { isPure } from "./tools/mutation/pure.mjs";

const folder = process.env.MUTATED ?? "access";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  plugins: ["@stryker-mutator/vitest-runner", "./tools/mutation/stryker-runner.mjs"],
  testRunner: isPure(folder) ? "once-for-all-mutants" : "vitest",
  vitest: { configFile: "vitest.mutation.config.mts", related: false },
  // The pictures of what reaches what have tests of their own, which draw hundreds of them.
  mutate: [`provider/${folder}/**/*.ts`, "!provider/review/reach/**/*.ts"],
  coverageAnalysis: "perTest",
  // What only runs while a module loads would need every test again for each mutant.
  ignoreStatic: true,
  concurrency: 2,
  dryRunTimeoutMinutes: 120,
  // A machine under load is no kill: what truly never ends is found by how often it goes round.
  timeoutMS: 60_000,
  reporters: ["progress-append-only", "json"],
  jsonReporter: { fileName: `reports/mutation-${folder}.json` },
  ignorePatterns: ["coverage", "reports", "sbom", "dist"],
};
