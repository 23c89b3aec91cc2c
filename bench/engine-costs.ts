/**
 * What the engine itself costs, and what lowers it: settings of Pulumi's, tried on our resources.
 */

import { readEnvironment } from "./environment.ts";
import { formatSpread } from "./figures.ts";
import { rotateOrder, runs } from "./lives.ts";
import type { Part } from "./part.ts";
import { getCpus, getWalls, type Taken } from "./processes.ts";
import { makeStack, withEmulator } from "./stack.ts";

const usual = 300;
/** Milliseconds of each answer. */
const latency = 50;

interface Setting {
  readonly name: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
}

const listSettings = (): readonly Setting[] => [
  { name: "as it comes" },
  { name: "`--parallel 32`", args: ["--parallel", "32"] },
  { name: "`PULUMI_SKIP_CHECKPOINTS=true`", environment: { PULUMI_SKIP_CHECKPOINTS: "true" } },
  // Of the engine alone: it collects its garbage less often, and takes more memory.
  { name: "`GOGC=400`", environment: { GOGC: "400" } },
  { name: "what `npm run env` sets", environment: readEnvironment() },
  {
    name: "all of it",
    environment: { ...readEnvironment(), PULUMI_SKIP_CHECKPOINTS: "true" },
    args: ["--parallel", "32"],
  },
];

export const engineCosts: Part = {
  name: "settings",
  title: "What the engine costs, and what lowers it",
  about: `Creating ${usual} OAuth clients with ${latency} ms for each answer. Without checkpoints a run that is killed forgets what it created.`,
  rounds: 3,
  isApart: true,
  async measure({ rounds, say, count = usual }) {
    const all = listSettings();
    const taken = all.map((): Taken[] => []);
    await withEmulator(latency, async (emulator) => {
      for (let round = 0; round < rounds; round++) {
        say(`settings of the engine, round ${round + 1} of ${rounds}`);
        for (const at of rotateOrder([...all.keys()], round)) {
          const { environment = {}, args = [] } = all[at] ?? {};
          const stack = makeStack("ours", count, emulator, environment);
          try {
            taken[at]?.push(stack.run(...runs.create, ...args));
          } finally {
            stack.close();
          }
        }
      }
    });
    return {
      figures: [],
      tables: [
        {
          title: "Settings",
          about: `Creating ${count}.`,
          heads: ["setting", "by the clock", "processor time"],
          rows: all.map(({ name }, at) => [
            name,
            formatSpread(getWalls(taken[at] ?? []), "s"),
            formatSpread(getCpus(taken[at] ?? []), "s"),
          ]),
        },
      ],
    };
  },
};
