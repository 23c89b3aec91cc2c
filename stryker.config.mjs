/**
 * `npm run test:mutation`: does a test notice when a line of what matters most says something else?
 *
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.mts" },
  mutate: ["provider/{access,api,engine,resources}/**/*.ts"],
  coverageAnalysis: "perTest",
  // What only runs while a module loads would need every test again for each mutant.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: "reports/mutation.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  ignorePatterns: ["coverage", "reports", "sbom", "dist", "docs"],
};
