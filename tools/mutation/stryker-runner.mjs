/**
 * A test runner for Stryker that tries all mutants in its first run, each with the tests that reach
 * it, and answers from that afterwards. Only for tests that leave nothing behind in a module.
 */

import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { createVitest } from "vitest/node";
import { readNotes } from "./notes.mjs";

class OnceForAllMutants {
  /** What Stryker has to give it: nothing. @type {readonly never[]} */
  static inject = [];

  /** In the folder of this run, which all workers share. */
  #notes = resolve("noticed-mutants.jsonl");

  /** @type {ReturnType<typeof readNotes>["noticed"] | undefined} */
  #noticed;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    rmSync(this.#notes, { force: true });
    const notes = this.#notes;
    const failures = [...(await runAll("quick", notes)), ...(await runAll("slow", notes))];
    if (failures.length > 0) return { status: "error", errorMessage: failures.join("\n\n") };
    const { tests, loaded } = readNotes(notes);
    return {
      status: "complete",
      tests: [...tests].map(([id, { time }]) => ({ id, name: id, status: 0, timeSpentMs: time })),
      mutantCoverage: {
        static: loaded,
        perTest: Object.fromEntries([...tests].map(([id, { reached }]) => [id, reached])),
      },
    };
  }

  /** @param {{ activeMutant: { id: string }, testFilter?: string[] }} options */
  async mutantRun({ activeMutant, testFilter = [] }) {
    this.#noticed ??= readNotes(this.#notes).noticed;
    const found = this.#noticed.get(activeMutant.id);
    const nrOfTests = testFilter.length;
    if (found === undefined) return { status: "survived", nrOfTests };
    const { status, by, message } = found;
    return status === "timeout"
      ? { status, reason: message }
      : { status, killedBy: [by], failureMessage: message, nrOfTests };
  }
}

export const strykerPlugins = [
  { kind: "TestRunner", name: "once-for-all-mutants", injectableClass: OnceForAllMutants },
];

/**
 * @param {"quick" | "slow"} turn which tests try mutants; the others run once
 * @param {string} notes the file for what is found
 * @returns {Promise<string[]>} what failed although nothing was mutated
 */
async function runAll(turn, notes) {
  const vitest = await createVitest("test", {
    config: "vitest.mutation.config.mts",
    runner: "./tools/mutation/each-mutant.mjs",
    env: { TAILSCOPE_MUTANTS: notes, TAILSCOPE_TURN: turn },
    pool: "threads",
    watch: false,
    // A test is tried with many mutants, each of which has a limit of its own.
    testTimeout: 0,
    reporters: [{}],
  });
  try {
    const { testModules } = await vitest.start();
    return testModules.flatMap((module) => [
      ...module.errors().map(({ message }) => `${module.moduleId}: ${message}`),
      ...[...module.children.allTests("failed")].map(
        (test) => `${test.fullName}: ${test.result().errors?.[0]?.message}`,
      ),
    ]);
  } finally {
    await vitest.close();
  }
}
