/**
 * What the engine itself costs, and what lowers it: settings of Pulumi's, tried on our resources.
 */

import { type Emulator, makeStack } from "./stack.ts";

export interface Cost {
  readonly setting: string;
  /** Seconds of each create. */
  readonly create: readonly number[];
}

const settings: readonly {
  readonly setting: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
}[] = [
  { setting: "as it comes" },
  { setting: "`--parallel 32`", args: ["--parallel", "32"] },
  { setting: "`PULUMI_SKIP_CHECKPOINTS=true`", environment: { PULUMI_SKIP_CHECKPOINTS: "true" } },
  { setting: "both", environment: { PULUMI_SKIP_CHECKPOINTS: "true" }, args: ["--parallel", "32"] },
];

export async function measureCosts(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<readonly Cost[]> {
  const costs = settings.map(({ setting }) => ({ setting, create: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    say(`settings of the engine, round ${round + 1} of ${rounds}`);
    settings.forEach(({ environment = {}, args = [] }, index) => {
      const stack = makeStack("ours", count, emulator, environment);
      costs[index]?.create.push(stack.run(1, "up", ...args).wall);
      stack.close();
    });
  }
  return costs;
}
