/**
 * `npm run test:mutation`: does a test fail when a line of the most important code changes? Stryker
 * changes each line in turn, folder by folder (or only in the named folders), and the score goes
 * into bench/RESULTS.md.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { computeScore, keep, readKept } from "../bench/report.ts";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain, SetUpError } from "./set-up/progress.mjs";

/**
 * The minimum score of each folder, in percent. The command fails below it.
 *
 * @type {Readonly<Record<string, number>>}
 */
const least = {
  access: 85,
  definitions: 85,
  resources: 85,
  engine: 85,
  api: 85,
  review: 90,
  policy: 90,
  state: 90,
  "pull-request": 90,
};

const folders = Object.keys(least);

/** @typedef {import("../bench/report.ts").MutationScore} MutationScore */

/**
 * @typedef {{ status: string, mutatorName: string, replacement?: string, location: { start: { line:
 *   number, column: number } } }} Mutant
 */

runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !Object.hasOwn(least, name));
  if (unknown !== undefined)
    throw new SetUpError(
      "choosing a folder",
      `there is no ${unknown}`,
      `name some of ${folders.join(", ")}, or none for all.`,
    );
  const { node, env } = await setUp();
  const stryker = join(root, "node_modules", "@stryker-mutator", "core", "bin", "stryker.js");
  /** @type {MutationScore[]} */
  const scores = [];
  for (const folder of wanted.length > 0 ? wanted : folders) {
    console.log(`\n${folder}`);
    const code = await handOver(node, [stryker, "run"], {
      cwd: root,
      env: { ...env, MUTATED: folder },
    });
    if (code !== 0)
      throw new SetUpError(
        `mutating ${folder}`,
        `Stryker ended with ${code}`,
        "see what it says above.",
      );
    scores.push(read(folder));
  }
  const before = readKept("mutation")?.scores ?? [];
  const all = folders.flatMap(
    (name) => [...scores, ...before].find(({ folder }) => folder === name) ?? [],
  );
  keep("mutation", { scores: all });
  console.log("");
  for (const score of scores) {
    const { folder, killed, survived, notCovered } = score;
    const wanted = least[folder] ?? 100;
    const verdict = computeScore(score) >= wanted ? "" : `, below ${wanted} %`;
    console.log(
      `${folder}: ${computeScore(score).toFixed(1)} % of ${killed + survived + notCovered} mutants are noticed${verdict}`,
    );
    if (verdict !== "") process.exitCode = 1;
  }
});

/**
 * @param {string} folder
 * @returns {MutationScore}
 */
function read(folder) {
  /** @type {{ files: Record<string, { mutants: Mutant[] }> }} */
  const report = JSON.parse(readFileSync(join(root, "reports", `mutation-${folder}.json`), "utf8"));
  const mutants = Object.entries(report.files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ file, ...mutant })),
  );
  const count = (/** @type {string[]} */ ...statuses) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  for (const { file, status, location, mutatorName, replacement } of mutants) {
    if (status !== "Survived" && status !== "NoCoverage") continue;
    console.log(
      `${status} ${file}:${location.start.line}:${location.start.column} ${mutatorName}: ${replacement ?? ""}`,
    );
  }
  return {
    folder,
    date: new Date().toISOString().slice(0, 10),
    // A mutant that never ends is also detected.
    killed: count("Killed", "Timeout"),
    survived: count("Survived"),
    notCovered: count("NoCoverage"),
    leftOut: count("Ignored"),
  };
}
