/**
 * How Vitest runs a test in a mutation run (see stryker-runner.mjs): once as the code is, and then
 * once with each mutant that it reaches and that no test before it noticed. So a file is loaded
 * once for all mutants, and not once for each.
 */

import { appendFileSync } from "node:fs";
import { TestRunner } from "vitest";
import { readNotes } from "./notes.mjs";

/**
 * What Stryker's instrumented code reads and writes: `INSTRUMENTER_CONSTANTS` of its API.
 *
 * @typedef {object} Instrumented
 * @property {{ static: Record<string, number>, perTest: Record<string, Record<string, number>> }}
 *   [mutantCoverage]
 * @property {string | undefined} [currentTestId]
 * @property {string | undefined} [activeMutant]
 * @property {number | undefined} [hitCount]
 * @property {number} [hitLimit]
 */

/** @typedef {import("./notes.mjs").Task} Task */

const shared = /** @type {{ __stryker__?: Instrumented }} */ (globalThis);
shared.__stryker__ ??= {};
const stryker = shared.__stryker__;

/** Where to note what is found. */
const notes = process.env["TAILSCOPE_MUTANTS"] ?? "noticed-mutants.jsonl";

/**
 * What is over: the mutants that were noticed, and in the second turn the tests that wait for it.
 */
const { noticed: before, tests } = readNotes(notes);
const noticed = new Set(before.keys());
const waiting = new Set([...tests.values()].filter((one) => one.waits).map((one) => one.test));
const isFirstTurn = process.env["TAILSCOPE_TURN"] === "quick";

/** A test that takes longer, in milliseconds, waits until all others had their turn. */
const slow = 50;

/**
 * How many times more often than without it a mutant may be reached before it counts as endless, as
 * in Stryker.
 */
const hitFactor = 100;

/** The least time that a waiting test has before it counts as endless. */
const leastTime = 10_000;

export default class extends TestRunner {
  /** @param {Task} test */
  async runTask(test) {
    /** @type {() => unknown} */
    const run = TestRunner.getTestFn(/** @type {never} */ (test)); // A type of Vitest's inside.
    const id = `${test.file?.name}#${formatFullName(test)}`;
    stryker.mutantCoverage ??= { static: {}, perTest: {} };
    const { mutantCoverage } = stryker;
    stryker.currentTestId = id;
    const start = performance.now();
    try {
      await run();
    } finally {
      // What runs outside of a test loads a module.
      stryker.currentTestId = undefined;
    }
    const time = performance.now() - start;
    const reached = mutantCoverage.perTest[id] ?? {};
    const waits = isFirstTurn && time > slow;
    note({ test: id, time, waits, reached, loaded: mutantCoverage.static });
    if (isFirstTurn ? waits : !waiting.has(id)) return;
    for (const [mutant, hits] of Object.entries(reached)) {
      if (noticed.has(mutant)) continue;
      const how = await tryMutant(run, mutant, hits * hitFactor, leastTime + 20 * time);
      if (how === undefined) continue;
      noticed.add(mutant);
      note({ mutant, by: id, ...how });
    }
    // State that a mutant left in a module would be attributed to the next mutants.
    await run();
  }
}

/**
 * How a test notices a mutant; undefined where it does not.
 * @param {() => unknown} run
 * @param {string} mutant
 * @param {number} hitLimit
 * @param {number} limit in milliseconds
 */
async function tryMutant(run, mutant, hitLimit, limit) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("The test did not end.")), limit);
  });
  const currentTestId = "with a mutant";
  Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit, currentTestId });
  try {
    await Promise.race([Promise.resolve().then(run), tooLong]);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isEndless = /^(Stryker: Hit count limit|The test did not end)/.test(message);
    return { status: isEndless ? "timeout" : "killed", message };
  } finally {
    clearTimeout(timer);
    stryker.activeMutant = stryker.hitCount = stryker.currentTestId = undefined;
  }
}

/**
 * @param {Task} task
 * @returns {string}
 */
function formatFullName({ name, suite }) {
  return suite ? `${formatFullName(suite)} > ${name}` : name;
}

/** @param {import("./notes.mjs").Note} line */
function note(line) {
  appendFileSync(notes, `${JSON.stringify(line)}\n`);
}
