/**
 * Measures the operations in the life of one of our stacks, and of a stack that does nothing, in
 * turns.
 */

import { runBareLoop } from "./bare-loop.ts";
import { readEnvironment } from "./environment.ts";
import { computeRatios, type Figure, formatSpread } from "./figures.ts";
import type { Part } from "./part.ts";
import { getCpus, getWalls, type Taken } from "./processes.ts";
import {
  type Emulator,
  makeStack,
  type Requests,
  takeRequests,
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
  set: { variant: "ours", environment: readEnvironment },
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
    const getFloor = (operation: Operation) => {
      const floor = getWalls(taken.floor[operation]);
      const bare = operation in loop ? loop[operation as keyof typeof loop] : [];
      // Where the requests alone take longer than the engine, they are the floor.
      return floor.map((seconds, round) => Math.max(seconds, bare[round] ?? 0));
    };
    const toFigure = (operation: Operation, target: number): Figure => ({
      what: `${names[operation]}, ${count}, against the floor`,
      values: computeRatios(getWalls(taken.ours[operation]), getFloor(operation)),
      unit: "×",
      target,
      beside: [
        `${formatSpread(getWalls(taken.ours[operation]), "s")}, ${formatSpread(getCpus(taken.ours[operation]), "s of processor time")}`,
        `floor ${formatSpread(getWalls(taken.floor[operation]), "s")}, ${formatSpread(getCpus(taken.floor[operation]), "s of processor time")}`,
        ...(operation in loop
          ? [`loop ${formatSpread(loop[operation as keyof typeof loop], "s")}`]
          : []),
        `${formatSpread(
          requests[operation].map(({ all }) => all),
          "requests",
        )}`,
      ].join("; "),
    });
    const toSettingsFigure = (operation: Operation): Figure => ({
      what: `${names[operation]}, ${count}, with what we set, against the floor as it comes`,
      values: computeRatios(getWalls(taken.set[operation]), getFloor(operation)),
      unit: "×",
      target: 1,
      beside: `${formatSpread(getWalls(taken.set[operation]), "s")}, ${formatSpread(getCpus(taken.set[operation]), "s of processor time")}`,
    });
    return {
      figures: [
        toFigure("no change", 1.1),
        {
          what: `writes of a run without a change, ${count}`,
          values: requests["no change"].map(({ writes }) => writes),
          unit: "requests",
          target: 0,
          beside: `${formatSpread(
            requests["no change"].map(({ all }) => all),
            "requests",
          )} in all`,
        },
        toFigure("create", 1.25),
        toFigure("update", 1.25),
        toFigure("destroy", 1.25),
        ...operations.map(toSettingsFigure),
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

/** Rotates the order, so that no variant always runs on the warm machine. */
export function rotateOrder<Name>(names: readonly Name[], round: number): readonly Name[] {
  const first = round % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

const buildPerOperation = <Value>(value: () => Value) =>
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
  const startEmpty = () => buildPerOperation((): Taken[] => []);
  const taken = { floor: startEmpty(), ours: startEmpty(), set: startEmpty() };
  const requests = buildPerOperation((): Requests[] => []);
  const loop = { create: [] as number[], update: [] as number[], destroy: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of rotateOrder(Object.keys(kinds) as Kind[], round)) {
      say(`runs of ${count}, ${kind}, round ${round + 1} of ${rounds}`);
      const { variant, environment } = kinds[kind];
      const stack = makeStack(variant, count, emulator, environment());
      try {
        for (const operation of operations) {
          await takeRequests(emulator);
          taken[kind][operation].push(stack.run(...runs[operation]));
          if (kind === "ours") requests[operation].push(await takeRequests(emulator));
        }
      } finally {
        stack.close();
      }
    }
    const bare = await runBareLoop(emulator, count);
    for (const operation of ["create", "update", "destroy"] as const)
      loop[operation].push(bare[operation]);
  }
  return { taken, requests, loop };
}
