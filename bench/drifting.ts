/** How long `tailscope drift` takes with an export at hand, and how that grows. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClients, measureTwoAnswers } from "./bare-loop.ts";
import { type Exported, exportResource, writeMultiplied } from "./exported-state.ts";
import { type Figure, formatSpread } from "./figures.ts";
import type { Part } from "./part.ts";
import {
  createBareEnvironment,
  getCpus,
  getWalls,
  measureProcess,
  type Taken,
  tailscope,
} from "./processes.ts";
import { createDeployerEnvironment, type Emulator, withEmulator } from "./stack.ts";

/** Milliseconds of each answer. */
const latency = 50;

export const drifting: Part = {
  name: "drift",
  title: "`tailscope drift --state`",
  about:
    "Seconds by the clock of the whole command; the state is that of one resource as the engine wrote it, as often as wanted. A run asks twice, for a token and for the list, one after the other; what both answers take is measured before each round, in a process that has everything loaded. Growth is of processor time, above that of 100 credentials: 1 is linear.",
  rounds: 9,
  quickRounds: 2,
  async measure({ rounds, say }) {
    say("drift of exported state");
    const late = await withEmulator(latency, async (emulator) =>
      measure(emulator, exportResource(emulator), [1000], rounds),
    );
    const { taken } = await withEmulator(0, async (emulator) =>
      measure(emulator, exportResource(emulator), [100, 1000, 10_000], rounds),
    );
    const lateTaken = late.taken.get(1000) ?? [];
    const getTaken = (count: number) => taken.get(count) ?? [];
    const computeGrowth = (count: number) => {
      const few = getCpus(getTaken(100));
      return getCpus(getTaken(count)).map(
        (cpu, round) => (cpu - (few[round] ?? 0)) / (count - 100),
      );
    };
    const [thousand, tenThousand] = [computeGrowth(1000), computeGrowth(10_000)];
    const formatTaken = (all: readonly Taken[]) =>
      `${formatSpread(getWalls(all), "s")} in all, ${formatSpread(getCpus(all), "s of processor time")}`;
    const figures: Figure[] = [
      {
        what: `drift --state of 1,000 at ${latency} ms, over the two answers`,
        values: getWalls(lateTaken).map(
          (wall, round) => wall - (late.answers[round] ?? Number.NaN),
        ),
        unit: "s",
        target: 0.15,
        beside: `${formatTaken(lateTaken)}; the two answers: ${formatSpread(late.answers, "s")}`,
      },
      {
        what: "drift --state of 10,000 at 0 ms",
        values: getWalls(getTaken(10_000)),
        unit: "s",
        target: 0.8,
        beside: formatTaken(getTaken(10_000)),
      },
      {
        what: "growth of drift --state, a credential, 1,000 → 10,000",
        values: tenThousand.map((most, round) => most / (thousand[round] ?? Number.NaN)),
        unit: "×",
        target: 1.2,
        beside: `${formatSpread(
          thousand.map((seconds) => seconds * 1000),
          "ms",
        )} → ${formatSpread(
          tenThousand.map((seconds) => seconds * 1000),
          "ms",
        )}`,
      },
    ];
    return { figures };
  },
};

interface Measured {
  /** By the size of the state. */
  readonly taken: ReadonlyMap<number, readonly Taken[]>;
  /** Seconds of the two answers before each round. */
  readonly answers: readonly number[];
}

/** Compares states of these sizes, in turns. */
async function measure(
  emulator: Emulator,
  exported: Exported,
  sizes: readonly number[],
  rounds: number,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-drift-"));
  try {
    const ids = await createClients(emulator, Math.max(...sizes));
    const files = sizes.map((count) => {
      const file = join(folder, `${count}.json`);
      writeMultiplied(exported, ids.slice(0, count), file);
      return file;
    });
    const taken = new Map(sizes.map((count): [number, Taken[]] => [count, []]));
    const env = { ...createBareEnvironment(), ...createDeployerEnvironment(emulator) };
    const answers: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const answered = await measureTwoAnswers(emulator);
      if (round >= 0) answers.push(answered);
      sizes.forEach((count, at) => {
        const args = [tailscope, "drift", "--state", files[at] ?? ""];
        const { output, ...one } = measureProcess(process.execPath, args, folder, env);
        if (!output.includes(count.toLocaleString("en")) && !output.includes(String(count)))
          throw new Error(`drift did not compare ${count} credentials:\n${output}`);
        // The first one fills what the command keeps for the next.
        if (round >= 0) taken.get(count)?.push(one);
      });
    }
    return { taken, answers };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
