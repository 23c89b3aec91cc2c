/**
 * `npm run test:times`: shows where the time of the last `npm test` went, by folder and by file. On
 * Linux this is processor time, including all processes that tests started. Elsewhere it is
 * wall-clock time while several files run in parallel. It also shows the wall-clock time of the
 * Pulumi CLI by verb.
 */

import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./set-up/index.mjs";
import { runMain, SetUpError } from "./set-up/progress.mjs";

/** What vitest's JSON reporter writes about a file. */
/**
 * @typedef {{ name: string, startTime: number, endTime: number, assertionResults: unknown[] }}
 *   TestFile
 */

/**
 * @typedef {object} Sum
 * @property {number} count
 * @property {number} seconds
 */

/** The number of slowest files to list. */
const longest = 20;

/**
 * The sums of entries by name, longest first.
 *
 * @param {Iterable<readonly [name: string, seconds: number]>} entries
 * @returns {[string, Sum][]}
 */
function sumByName(entries) {
  /** @type {Map<string, Sum>} */
  const sums = new Map();
  for (const [name, seconds] of entries) {
    const { count, seconds: before } = sums.get(name) ?? { count: 0, seconds: 0 };
    sums.set(name, { count: count + 1, seconds: before + seconds });
  }
  return [...sums].sort(([, a], [, b]) => b.seconds - a.seconds);
}

/**
 * Reads what tests recorded in a file below `coverage`: each line has seconds and a name.
 *
 * @param {string} name
 */
function readLines(name) {
  const file = join(root, "coverage", name);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return lines.map((line) => {
    const [seconds = "", ...rest] = line.split(" ");
    return /** @type {const} */ ([rest.join(" "), Number(seconds)]);
  });
}

/**
 * @param {string} title
 * @param {readonly [string, Sum][]} rows
 */
function print(title, rows) {
  console.log(`\n${title}`);
  for (const [name, { count, seconds }] of rows)
    console.log(`${seconds.toFixed(1).padStart(8)} s ${String(count).padStart(5)} × ${name}`);
}

runMain(async () => {
  const counts = join(root, "coverage", "tests.json");
  if (!existsSync(counts))
    throw new SetUpError("reading the times", `there is no ${counts}`, "run `npm test` first.");
  /** @type {{ testResults: TestFile[] }} */
  const { testResults } = JSON.parse(readFileSync(counts, "utf8"));
  const byTheWall = testResults.map(({ name, startTime, endTime }) => {
    const path = relative(join(root, "test"), name).split(sep).join("/");
    return /** @type {const} */ ([path, (endTime - startTime) / 1000]);
  });
  const byProcessor = readLines("processor-times.txt");
  const [files, clock] = byProcessor.length > 0 ? [byProcessor, "processor"] : [byTheWall, "wall"];
  print(
    `By folder (files), ${clock} time`,
    sumByName(files.map(([path, seconds]) => [path.split("/")[0] ?? path, seconds])),
  );
  print("The longest files (projects that run them)", sumByName(files).slice(0, longest));

  const runs = readLines("engine-runs.txt").map(
    ([verb, seconds]) => /** @type {const} */ ([`pulumi ${verb}`, seconds]),
  );
  print("Runs of the Pulumi CLI by test stacks, wall time", sumByName(runs));
});
