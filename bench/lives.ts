/** Lives of a stack of ours and of one that does nothing, in turns, each operation timed. */

import { bareLoop } from "./bare-loop.ts";
import { ourEnvironment } from "./environment.ts";
import { type Figure, ratios, spread } from "./figures.ts";
import type { Part } from "./part.ts";
import { cpus, type Taken, walls } from "./processes.ts";
import {
  type Emulator,
  makeStack,
  type Requests,
  requestsOf,
  type Variant,
  withEmulator,
} from "./stack.ts";

export const operations = ["create", "no change", "update", "refresh", "destroy"] as const;
export type Operation = (typeof operations)[number];

/** The version of the program, and what is run with it. */
export const runs: Readonly<Record<Operation, readonly [version: number, ...args: string[]]>> = {
  create: [1, "up"],
  "no change": [1, "up"],
  update: [2, "up"],
  refresh: [2, "refresh"],
  destroy: [2, "destroy"],
};

/** What a run is called in a sentence. */
export const withArticle: Readonly<Record<Operation, string>> = {
  create: "a create",
  "no change": "a run without a change",
  update: "an update",
  refresh: "a refresh",
  destroy: "a destroy",
};

const usual = 300;

/** What takes turns: each is a stack of its own. */
const kinds = {
  /** Resources that do nothing. */
  floor: { variant: "floor", environment: () => ({}) },
  ours: { variant: "ours", environment: () => ({}) },
  /** With what this repository sets. */
  set: { variant: "ours", environment: ourEnvironment },
} as const satisfies Record<string, { variant: Variant; environment: () => NodeJS.ProcessEnv }>;
type Kind = keyof typeof kinds;

interface Lives {
  readonly taken: Readonly<Record<Kind, Readonly<Record<Operation, Taken[]>>>>;
  /** What ours asked of the API, once a round. */
  readonly requests: Readonly<Record<Operation, Requests[]>>;
  /** Seconds of the same writes without an engine. */
  readonly loop: Readonly<Record<"create" | "update" | "destroy", number[]>>;
}

export const lives: Part = {
  name: "lives",
  title: "Runs of the engine",
  about: `Seconds by the clock of runs with ${usual} OAuth clients, against the floor, which is the same engine with dynamic resources that do nothing, in turns. The loop makes the same requests with no engine around it. "What we set" is the same run with the environment of \`npm run env\`, against the floor as it comes: below 1 is what a user gains.`,
  rounds: 3,
  async measure({ rounds, say, count = usual }) {
    const { taken, requests, loop } = await withEmulator(0, (emulator) =>
      measureLives(emulator, count, rounds, say),
    );
    const against = (operation: Operation) => {
      const floor = walls(taken.floor[operation]);
      const bare = operation in loop ? loop[operation as keyof typeof loop] : [];
      // Where the requests alone take longer than the engine, they are the floor.
      return floor.map((seconds, round) => Math.max(seconds, bare[round] ?? 0));
    };
    const row = (operation: Operation, target: number): Figure => ({
      what: `${names[operation]}, ${count}, against the floor`,
      values: ratios(walls(taken.ours[operation]), against(operation)),
      unit: "×",
      target,
      beside: [
        `${spread(walls(taken.ours[operation]), "s")}, ${spread(cpus(taken.ours[operation]), "s of processor time")}`,
        `floor ${spread(walls(taken.floor[operation]), "s")}, ${spread(cpus(taken.floor[operation]), "s of processor time")}`,
        ...(operation in loop ? [`loop ${spread(loop[operation as keyof typeof loop], "s")}`] : []),
        `${spread(
          requests[operation].map(({ all }) => all),
          "requests",
        )}`,
      ].join("; "),
    });
    const set = (operation: Operation): Figure => ({
      what: `${names[operation]}, ${count}, with what we set, against the floor as it comes`,
      values: ratios(walls(taken.set[operation]), against(operation)),
      unit: "×",
      target: 1,
      beside: `${spread(walls(taken.set[operation]), "s")}, ${spread(cpus(taken.set[operation]), "s of processor time")}`,
    });
    return {
      figures: [
        row("no change", 1.1),
        {
          what: `writes of a run without a change, ${count}`,
          values: requests["no change"].map(({ writes }) => writes),
          unit: "requests",
          target: 0,
          beside: `${spread(
            requests["no change"].map(({ all }) => all),
            "requests",
          )} in all`,
        },
        row("create", 1.25),
        row("update", 1.25),
        row("destroy", 1.25),
        ...operations.map(set),
      ],
    };
  },
};

const names: Readonly<Record<Operation, string>> = {
  create: "create",
  "no change": "up without a change",
  update: "update",
  refresh: "refresh",
  destroy: "destroy",
};

/** Who goes first changes, so that nobody always has the warm machine. */
export function inTurns<Name>(names: readonly Name[], round: number): readonly Name[] {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

const perOperation = <Value>(value: () => Value) =>
  Object.fromEntries(operations.map((operation) => [operation, value()])) as Record<
    Operation,
    Value
  >; // One for each of them.

async function measureLives(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Lives> {
  const none = () => perOperation((): Taken[] => []);
  const taken = { floor: none(), ours: none(), set: none() };
  const requests = perOperation((): Requests[] => []);
  const loop = { create: [] as number[], update: [] as number[], destroy: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of inTurns(Object.keys(kinds) as Kind[], round)) {
      say(`runs of ${count}, ${kind}, round ${round + 1} of ${rounds}`);
      const { variant, environment } = kinds[kind];
      const stack = makeStack(variant, count, emulator, environment());
      try {
        for (const operation of operations) {
          await requestsOf(emulator);
          taken[kind][operation].push(stack.run(...runs[operation]));
          if (kind === "ours") requests[operation].push(await requestsOf(emulator));
        }
      } finally {
        stack.close();
      }
    }
    const bare = await bareLoop(emulator, count);
    for (const operation of ["create", "update", "destroy"] as const)
      loop[operation].push(bare[operation]);
  }
  return { taken, requests, loop };
}
