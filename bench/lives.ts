/** Lives of a stack, ours and the floor in turns, each operation timed. */

import { join } from "node:path";
import { bareLoop } from "./bare-loop.ts";
import {
  type Emulator,
  makeStack,
  type Requests,
  requestsOf,
  root,
  type Stack,
  type Taken,
  timed,
  type Variant,
} from "./stack.ts";

export const operations = ["create", "no change", "update", "refresh", "destroy"] as const;
export type Operation = (typeof operations)[number];

/** The version of the program, and what is run with it. */
const runs: Readonly<Record<Operation, readonly [version: number, ...args: string[]]>> = {
  create: [1, "up"],
  "no change": [1, "up"],
  update: [2, "up"],
  refresh: [2, "refresh"],
  destroy: [2, "destroy"],
};

export interface Lives {
  readonly taken: Readonly<Record<Variant, Readonly<Record<Operation, readonly Taken[]>>>>;
  /** What ours asked of the API in the last round. */
  readonly requests: Readonly<Record<Operation, Requests>>;
  /** Seconds of the same writes without an engine. */
  readonly loop: Readonly<Record<"create" | "update" | "destroy", readonly number[]>>;
}

/** Which goes first changes, so that neither always has the warm machine. */
export const inTurns = (round: number): readonly Variant[] =>
  round % 2 === 0 ? ["floor", "ours"] : ["ours", "floor"];

const perOperation = <Value>(value: () => Value) =>
  Object.fromEntries(operations.map((operation) => [operation, value()])) as Record<
    Operation,
    Value
  >; // One for each of them.

export async function measureLives(
  emulator: Emulator,
  count: number,
  rounds: number,
  environment: NodeJS.ProcessEnv,
  say: (text: string) => void,
  wanted: readonly Operation[] = operations,
): Promise<Lives> {
  const taken = { ours: perOperation((): Taken[] => []), floor: perOperation((): Taken[] => []) };
  const requests = perOperation((): Requests => ({ all: 0, writes: 0 }));
  const loop = { create: [] as number[], update: [] as number[], destroy: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    say(`${count} resources, round ${round + 1} of ${rounds}`);
    for (const variant of inTurns(round)) {
      const stack = makeStack(variant, count, emulator, environment);
      try {
        for (const operation of wanted) {
          await requestsOf(emulator);
          taken[variant][operation].push(stack.run(...runs[operation]));
          if (variant === "ours") requests[operation] = await requestsOf(emulator);
        }
      } finally {
        stack.close();
      }
    }
    // Growth, which leaves these out, is held against the floor alone.
    if (!wanted.includes("update")) continue;
    const bare = await bareLoop(emulator, count);
    for (const operation of ["create", "update", "destroy"] as const)
      loop[operation].push(bare[operation]);
  }
  return { taken, requests, loop };
}

export interface Looks {
  /** Seconds. */
  readonly refresh: Readonly<Record<Variant, readonly number[]>>;
  readonly refreshRequests: Requests;
  readonly drift: readonly number[];
  /** The same of an export that is at hand, as a job has it that made one. */
  readonly driftOfExport: readonly number[];
  readonly driftRequests: Requests;
}

/** Looks for changes, again and again, on stacks that are made once: they change nothing. */
export async function measureLooks(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Looks> {
  const refresh = { ours: [] as number[], floor: [] as number[] };
  const [drift, driftOfExport]: [number[], number[]] = [[], []];
  let [refreshRequests, driftRequests] = [
    { all: 0, writes: 0 },
    { all: 0, writes: 0 },
  ];
  // How they were made does not matter here.
  const quickly = { PULUMI_SKIP_CHECKPOINTS: "true" };
  const stacks = {
    ours: makeStack("ours", count, emulator, quickly),
    floor: makeStack("floor", count, emulator, quickly),
  };
  try {
    for (const stack of Object.values(stacks)) stack.run(...runs.create);
    for (let round = 0; round < rounds; round++) {
      say(`looking at ${count} resources, round ${round + 1} of ${rounds}`);
      for (const variant of inTurns(round)) {
        await requestsOf(emulator);
        refresh[variant].push(stacks[variant].run(1, "refresh").wall);
        if (variant === "ours") refreshRequests = await requestsOf(emulator);
      }
      drift.push(runDrift(stacks.ours, "--stack", "dev"));
      driftRequests = await requestsOf(emulator);
      const { folder, environment } = stacks.ours;
      const exported = join(folder, "exported.json");
      timed(
        "pulumi",
        ["stack", "export", "--stack", "dev", "--file", exported],
        folder,
        environment,
      );
      driftOfExport.push(runDrift(stacks.ours, "--state", exported));
    }
  } finally {
    for (const stack of Object.values(stacks)) stack.close();
  }
  return { refresh, refreshRequests, drift, driftOfExport, driftRequests };
}

function runDrift({ folder, environment }: Stack, ...args: readonly string[]): number {
  const command = join(root, "provider", "bin", "tailscope.js");
  return timed(process.execPath, [command, "drift", ...args], folder, environment).wall;
}
