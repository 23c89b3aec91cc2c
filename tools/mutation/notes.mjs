/**
 * The notes of a mutation run, one line of JSON each: what each test reached, and what noticed each
 * mutant.
 */

import { existsSync, readFileSync } from "node:fs";

/**
 * What is looked at of Vitest's tests and suites. @typedef {{ name: string, file?: { name: string
 * }, suite?: Task }} Task
 */

/**
 * @typedef {{ test: string, time: number, waits: boolean, reached: Record<string, number>, loaded:
 *   Record<string, number> }} OfTest
 */

/** @typedef {{ mutant: string, by: string, status: string, message: string }} OfMutant */

/** @typedef {OfTest | OfMutant} Note */

/**
 * All that was noted so far: the tests and the mutants by their ids, and what is
 * reached while a module loads.
 *
 * @param {string} file
 */
export function readNotes(file) {
  /** @type {Map<string, OfTest>} */
  const tests = new Map();
  /** @type {Map<string, OfMutant>} */
  const noticed = new Map();
  /** @type {Record<string, number>} */
  let loaded = {};
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  for (const line of lines.filter(Boolean)) {
    /** @type {Note} */
    const note = JSON.parse(line);
    if ("mutant" in note) noticed.set(note.mutant, note);
    else {
      loaded = { ...loaded, ...note.loaded };
      // Two tests of one name in a file are one, and wait if one of them does.
      const same = tests.get(note.test);
      tests.set(note.test, {
        ...note,
        waits: note.waits || same?.waits === true,
        reached: { ...same?.reached, ...note.reached },
      });
    }
  }
  return { tests, noticed, loaded };
}
