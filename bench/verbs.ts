/**
 * What our own code costs for each resource, and whether each costs more if there are more of them.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeRatios, type Figure, formatSpread, type Table } from "./figures.ts";
import { type Operation, operations, withArticle } from "./lives.ts";
import { meter, readMeters } from "./meters.ts";
import type { Part } from "./part.ts";
import { createBareEnvironment, root } from "./processes.ts";
import { createDeployerEnvironment, type Emulator, withEmulator } from "./stack.ts";

/** The verbs of each run. */
const verbsOf = {
  create: ["check", "create"],
  "no change": ["check", "diff"],
  update: ["check", "diff", "update"],
  refresh: ["read"],
  destroy: ["delete"],
} as const satisfies Record<Operation, readonly string[]>;

/** Milliseconds of processor time a resource, by run and verb, once a round. */
type Spent = Map<string, number[]>;

const sizes = [100, 1000, 10_000];
/** Growth by a tenth may be noise; growth by half is not. */
const target = 1.2;

export const verbs: Part = {
  name: "verbs",
  title: "Our own verbs and constructors",
  about:
    "Milliseconds of processor time, all threads, for each resource: what the engine asks of the provider process in a run, as many at once as it asks, without the engine; the first verb, which loads everything, is left out. The constructors are those of a program with Pulumi's mocks, less what the SDK's own constructor does. Growth is the ratio of two sizes, round by round: 1 is linear.",
  rounds: 2,
  quickRounds: 2,
  async measure({ rounds, isQuick, say }) {
    const wanted = isQuick ? sizes.slice(0, 2) : sizes;
    const all = new Map<number, Spent>();
    await withEmulator(0, async (emulator) => {
      for (const count of wanted) {
        const spent: Spent = new Map();
        all.set(count, spent);
        for (let round = 0; round < rounds; round++) {
          say(`verbs of ${count} resources, round ${round + 1} of ${rounds}`);
          measureLife(emulator, count, spent);
          note(spent, "constructor", measureConstructors(count) / count);
        }
      }
    });
    const getValues = (count: number, name: string) => all.get(count)?.get(name) ?? [];
    const growth = wanted.slice(1).flatMap((count, index): Figure[] => {
      const less = wanted[index] ?? count;
      const names = [...operations, "constructor"] as const;
      return names.map((name) => ({
        what: `growth of ${name === "constructor" ? "a constructor" : `our verbs of ${withArticle[name]}`}, ${less.toLocaleString("en")} → ${count.toLocaleString("en")}`,
        values: computeRatios(getValues(count, name), getValues(less, name)),
        unit: "×",
        target,
        beside: `${formatSpread(getValues(less, name), "ms")} → ${formatSpread(getValues(count, name), "ms")}`,
      }));
    });
    return { figures: growth, tables: [formatVerbs(wanted, getValues)] };
  },
};

function formatVerbs(
  counts: readonly number[],
  of: (count: number, name: string) => readonly number[],
): Table {
  const named = operations.flatMap((run) =>
    verbsOf[run].map((verb) => [`${verb} of ${withArticle[run]}`, `${run}/${verb}`] as const),
  );
  const rows = [...named, ["constructor", "constructor"] as const];
  return {
    title: "Each verb and the constructor",
    about: "Milliseconds of processor time for each of so many resources.",
    heads: ["", ...counts.map((count) => count.toLocaleString("en"))],
    rows: rows.map(([name, key]) => [
      name,
      ...counts.map((count) => formatSpread(of(count, key), "ms")),
    ]),
  };
}

function note(spent: Spent, name: string, value: number): void {
  const values = spent.get(name) ?? [];
  values.push(value);
  spent.set(name, values);
}

/** A life of so many resources, a process for each run. */
function measureLife(emulator: Emulator, count: number, spent: Spent): void {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-verbs-"));
  try {
    for (const run of operations) {
      const script = join(root, "bench", "verb-run.ts");
      const printed = execFileSync(
        process.execPath,
        [script, run, String(count), join(folder, "resources.json")],
        {
          encoding: "utf8",
          env: { ...createBareEnvironment(), ...createDeployerEnvironment(emulator) },
        },
      );
      const microseconds = JSON.parse(printed) as Record<string, number>; // What the script prints.
      const each = verbsOf[run].map((verb) => (microseconds[verb] ?? Number.NaN) / 1000 / count);
      for (const [at, verb] of verbsOf[run].entries()) note(spent, `${run}/${verb}`, each[at] ?? 0);
      note(
        spent,
        run,
        each.reduce((sum, one) => sum + one, 0),
      );
    }
  } finally {
    // The file has the secrets of the emulated tailnet.
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of so many constructors, in a program of its own. */
function measureConstructors(count: number): number {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-meter-"));
  const program = `
    const pulumi = require("@pulumi/pulumi");
    pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
    const { OAuthClient } = require("tailscope");
    for (let index = 0; index < ${count}; index++)
      new OAuthClient("client-" + index, { scopes: ["dns:read"], description: "version 1" });`;
  try {
    execFileSync(process.execPath, ["--require", meter, "-e", program], {
      cwd: root,
      env: { ...createBareEnvironment(), BENCH_METER: folder },
    });
    const [metered] = readMeters(folder);
    if (metered?.calls["constructor"] !== count)
      throw new Error(`the meter saw ${metered?.calls["constructor"]} of ${count} constructors`);
    return (metered.microseconds["constructor"] ?? Number.NaN) / 1000;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
