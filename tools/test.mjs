/**
 * `npm test`: installs what is missing, runs lint, types and every test, and then searches
 * everything that they left behind for secrets. Its last line is the test runner's count. `npm test
 * -- PATH` runs only those tests; `npm run test:watch -- PATH` runs them again after each change.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks, runChecks } from "./checks.mjs";
import { handOver } from "./hand-over.mjs";
import { createSearch, searchFolder } from "./secret-search.mjs";
import { compileCache } from "./set-up/faster.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain } from "./set-up/progress.mjs";
import { runVitest, vitest } from "./vitest.mjs";

/** The tests to watch if none are named. */
const unit = ["--project", "unit"];

runMain(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first === undefined) await testAll();
  else if (first !== "--watch") process.exitCode = await runVitest(["run", first, ...rest]);
  else process.exitCode = await runVitest(["watch", ...(rest.length > 0 ? rest : unit)]);
});

async function testAll() {
  const { node, env } = await setUp();
  if (!(await runChecks(node, [...checks.types, ...checks.lint]))) {
    console.error("No test was run.");
    process.exitCode = 1;
    return;
  }
  const counts = join(root, "coverage", "tests.json");
  const engineRuns = join(root, "coverage", "engine-runs.txt");
  const processorTimes = join(root, "coverage", "processor-times.txt");
  for (const file of [counts, engineRuns, processorTimes]) rmSync(file, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${counts}`];
  const evidence = mkdtempSync(join(tmpdir(), "tailscope-evidence-"));
  const secrets = join(evidence, "secrets.list");
  const searched = {
    ...env,
    ...compileCache,
    TAILSCOPE_EVIDENCE: evidence,
    TAILSCOPE_ENGINE_RUNS: engineRuns,
    TAILSCOPE_PROCESSOR_TIMES: processorTimes,
    TAILSCOPE_EMULATOR_SECRETS: secrets,
  };
  process.exitCode = await handOver(node, [vitest, ...args], {
    cwd: root,
    env: searched,
    copyTo: join(evidence, "output.txt"),
  });
  if (!searchForSecrets(evidence, secrets)) process.exitCode ||= 1;

  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(counts, "utf8"),
  );
  const skipped = numPendingTests + numTodoTests;
  // Nothing is skipped silently: the last line counts skipped tests. In CI, where everything is
  // available, a skipped test is a failure.
  if (skipped > 0 && process.env.CI) process.exitCode ||= 1;
  console.log(
    `${numPassedTests} passed, ${numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  );
}

/**
 * Files that contain secrets on purpose: the list of secrets, and what an emulator stores with
 * `--data` (SECURITY.md).
 */
const isMeant = (/** @type {string} */ path) => /secrets\.list$|tailnet[^/]*\.json$/.test(path);

/**
 * Checks that nothing printed, written or sent elsewhere contains a secret from an emulator.
 *
 * @param {string} evidence the folder with all of it, which is removed afterwards
 * @param {string} list the file with the secrets
 */
function searchForSecrets(evidence, list) {
  const secrets = existsSync(list) ? readFileSync(list, "utf8").split("\n").filter(Boolean) : [];
  const { files, found } = searchFolder(createSearch(secrets), evidence, isMeant);
  rmSync(evidence, { recursive: true, force: true });
  const count = (/** @type {number} */ number, /** @type {string} */ noun) =>
    `${number} ${noun}${number === 1 ? "" : "s"}`;
  console.log(
    secrets.length === 0
      ? "No emulator issued a secret, so there was none to search for."
      : `Searched the output and ${count(files, "file")} for ${count(secrets.length, "emulator secret")}: ${found.length === 0 ? "none found" : `found in ${count(found.length, "place")}`}.`,
  );
  for (const place of found) console.log(`  ${place}`);
  return found.length === 0;
}
