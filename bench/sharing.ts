/** Our share of real runs of the engine. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeRatios, type Figure, formatSpread } from "./figures.ts";
import { type Operation, operations, runs, withArticle } from "./lives.ts";
import { meter, readMeters } from "./meters.ts";
import type { Part } from "./part.ts";
import type { Taken } from "./processes.ts";
import { type Emulator, makeStack, withEmulator } from "./stack.ts";

/** What one run spent, in milliseconds of processor time. */
export interface Share {
  readonly whole: Taken;
  /** In our constructors and verbs, loading and the first verb included. */
  readonly ours: number;
}

const sizes = [100, 1000];

export const sharing: Part = {
  name: "share",
  title: "Our share of a run",
  about:
    "Real runs of the engine, with a meter in the program and in the provider process that adds up the processor time of our constructors and verbs while they run, awaits left out. The share is of the processor time of all processes of the run but the emulator's; what is paid once in a run, such as loading, is in it. `PULUMI_SKIP_CHECKPOINTS=true`, or the engine's own part would hide ours.",
  rounds: 2,
  async measure({ rounds, say }) {
    const shares = new Map<number, Record<Operation, Share[]>>();
    for (const count of sizes)
      shares.set(
        count,
        await withEmulator(0, (emulator) => measureShares(emulator, count, rounds, say)),
      );
    const getShares = (count: number, operation: Operation) => shares.get(count)?.[operation] ?? [];
    const computeShareOfEach = (count: number, operation: Operation) =>
      getShares(count, operation).map(({ ours }) => ours / count);
    const figures = sizes.flatMap((count) =>
      operations.map(
        (operation): Figure => ({
          what: `our share of ${withArticle[operation]}, ${count.toLocaleString("en")}`,
          values: getShares(count, operation).map(({ ours, whole }) => ours / 10 / whole.cpu),
          unit: "%",
          beside: `${formatSpread(computeShareOfEach(count, operation), "ms")} a resource; the run: ${formatSpread(
            getShares(count, operation).map(({ whole }) => whole.cpu),
            "s of processor time",
          )}`,
        }),
      ),
    );
    const growth = sizes.slice(1).flatMap((count, index) =>
      operations.map((operation): Figure => {
        const less = sizes[index] ?? count;
        const [before, after] = [
          computeShareOfEach(less, operation),
          computeShareOfEach(count, operation),
        ];
        return {
          what: `growth of our share of ${withArticle[operation]}, a resource, ${less} → ${count.toLocaleString("en")}`,
          values: computeRatios(after, before),
          unit: "×",
          target: 1.2,
          beside: `${formatSpread(before, "ms")} → ${formatSpread(after, "ms")}`,
        };
      }),
    );
    return { figures: [...figures, ...growth] };
  },
};

async function measureShares(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Record<Operation, Share[]>> {
  const shares = Object.fromEntries(
    operations.map((operation) => [operation, [] as Share[]]),
  ) as Record<Operation, Share[]>; // One for each of them.
  for (let round = 0; round < rounds; round++) {
    say(`our share of runs of ${count}, round ${round + 1} of ${rounds}`);
    const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-meter-"));
    const stack = makeStack("ours", count, emulator, createMeteredEnvironment(folder));
    try {
      for (const operation of operations) {
        const whole = stack.run(...runs[operation]);
        shares[operation].push({ whole, ours: takeShare(folder) });
      }
    } finally {
      stack.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return shares;
}

export function createMeteredEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PULUMI_SKIP_CHECKPOINTS: "true",
    BENCH_METER: folder,
    NODE_OPTIONS: `--require ${JSON.stringify(meter)}`,
  };
}

/** Milliseconds of ours in the run that has just ended. */
export function takeShare(folder: string): number {
  const all = readMeters(folder).flatMap(({ microseconds }) => Object.values(microseconds));
  return all.reduce((sum, one) => sum + one, 0) / 1000;
}
