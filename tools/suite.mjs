/**
 * `npm run test:coverage`, `test:faults`, `test:fuzz`, `test:installs`, `test:mutation`,
 * `test:oracle`, `test:reach`, `test:strict`, `test:random`, `bench`, `diagrams`, `docs:update` and
 * `picture`: everything that is not part of `npm test`. Node 24 runs these, no matter which Node
 * runs npm.
 */

import { randomInt } from "node:crypto";
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain, SetUpError } from "./set-up/progress.mjs";
import { vitest } from "./vitest.mjs";

/** The projects of which `npm test` only runs a share of the cases (test/runs.ts). */
const shared = [
  ...["unit", "reach", "oracle", "faults", "fuzz", "model", "contract", "package", "markdown"],
  "engine",
].flatMap((name) => ["--project", name]);

/** The command of each suite. The matrix takes minutes and is part of no other run. */
const suites = {
  bench: [join(root, "bench", "run.ts")],
  // Covers the code that tests call, but not the commands and providers that they start.
  coverage: [vitest, "run", "--coverage"],
  diagrams: [join(root, "tools", "diagrams.ts")],
  // These tests write the pages that they otherwise compare: `npm run docs:update`.
  docs: [
    vitest,
    "run",
    "test/docs/pages.test.ts",
    "test/docs/schemas.test.ts",
    "test/unit/deployer-scopes.test.ts",
    "test/unit/facts.test.ts",
    "test/unit/messages.test.ts",
    "test/unit/settings.test.ts",
  ],
  faults: [vitest, "run", "--project", "matrix", "--project", "faults", "--project", "model"],
  fuzz: [vitest, "run", "--project", "fuzz"],
  mutation: [join(root, "tools", "mutation.mjs")],
  installs: [vitest, "run", "--project", "installs"],
  oracle: [join(root, "test", "oracle", "main.ts")],
  picture: [join(root, "tools", "picture.ts")],
  reach: [vitest, "run", "--project", "reach", "test/reach/readings.test.ts"],
  strict: [vitest, "run"],
  random: [vitest, "run", ...shared],
};

/** Environment variables for a suite. */
const told = {
  docs: { UPDATE_DOCS: "1" },
  faults: { TAILSCOPE_LONG_TESTS: "1" },
  fuzz: { TAILSCOPE_LONG_TESTS: "1" },
  installs: { TAILSCOPE_LONG_TESTS: "1" },
  reach: {
    TAILSCOPE_LONG_TESTS: "1",
    TAILSCOPE_SEED: process.env["TAILSCOPE_SEED"] ?? String(randomInt(2 ** 31)),
  },
  strict: { TAILSCOPE_EMULATOR_STRICTNESS: "strict" },
  random: {
    TAILSCOPE_LONG_TESTS: "1",
    TAILSCOPE_SEED: process.env["TAILSCOPE_SEED"] ?? String(randomInt(2 ** 31)),
  },
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
  const more = name in told ? told[/** @type {keyof typeof told} */ (name)] : {};
  for (const [variable, value] of Object.entries(more)) console.log(`${variable}=${value}`);
  process.exitCode = await handOver(node, [...command, ...args], {
    cwd: root,
    env: { ...env, ...more },
  });
});
