/** What it costs to look for changes that somebody made outside. */

import { isAlternativeThere, measureAlternative } from "./alternative.ts";
import { computeRatios, type Figure, formatSpread } from "./figures.ts";
import { rotateOrder, runs } from "./lives.ts";
import type { Part } from "./part.ts";
import { measureProcess, tailscope } from "./processes.ts";
import {
  type Emulator,
  makeStack,
  type Requests,
  type Stack,
  takeRequests,
  type Variant,
  withEmulator,
} from "./stack.ts";

/** Milliseconds of each answer. */
const latency = 50;
const usual = [300, 1000];

export const looking: Part = {
  name: "looks",
  title: "Looking for changes",
  about: `Seconds by the clock, with ${latency} ms for each answer of the API. OpenTofu is measured where BENCH_TOFU and BENCH_TF_PROVIDER_DIR name it and Tailscale's Terraform provider.`,
  rounds: 3,
  async measure({ rounds, say, count }) {
    const figures: Figure[] = [];
    for (const size of count === undefined ? usual : [count])
      figures.push(
        ...(await withEmulator(latency, (emulator) => lookAt(emulator, size, rounds, say))),
      );
    return { figures };
  },
};

async function lookAt(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  const { refresh, refreshRequests, drift, driftOfExport, driftRequests } = await measureLooks(
    emulator,
    count,
    rounds,
    say,
  );
  if (isAlternativeThere) say(`OpenTofu on ${count} resources`);
  const tofu = await measureAlternative(emulator, count, rounds);
  const size = count.toLocaleString("en");
  const toRatio = (
    what: string,
    ours: readonly number[],
    against: readonly number[],
    name: string,
    target: number,
  ): Figure => ({
    what: `${what}, ${size}, against ${name}`,
    values: computeRatios(ours, against),
    unit: "×",
    target,
    beside: `${formatSpread(ours, "s")}; ${name} ${formatSpread(against, "s")}`,
  });
  const countRequests = (what: string, requests: readonly Requests[]): Figure => ({
    what: `requests of ${what}, ${size}`,
    values: requests.map(({ all }) => all),
    unit: "requests",
    target: 3,
    beside: `the token and one list${tofu === undefined ? "" : `; OpenTofu: ${tofu.requests.all}`}`,
  });
  // "1.5 times as fast" is a time of at most two thirds.
  const alternative = tofu && [
    toRatio("refresh", refresh.ours, tofu.refreshOnly, "OpenTofu", count >= 1000 ? 0.33 : 0.67),
    toRatio("tailscope drift", drift, tofu.refreshOnly, "OpenTofu", 0.2),
  ];
  return [
    countRequests("a refresh", refreshRequests),
    toRatio("refresh", refresh.ours, refresh.floor, "the floor", 1.3),
    countRequests("tailscope drift", driftRequests),
    toRatio("tailscope drift", drift, refresh.ours, "pulumi refresh", 0.2),
    toRatio("tailscope drift --state", driftOfExport, refresh.ours, "pulumi refresh", 0.2),
    ...(alternative ?? []),
  ];
}

interface Looks {
  /** Seconds. */
  readonly refresh: Readonly<Record<Variant, readonly number[]>>;
  readonly refreshRequests: readonly Requests[];
  readonly drift: readonly number[];
  /** The same of an export that is at hand, as a job has it that made one. */
  readonly driftOfExport: readonly number[];
  readonly driftRequests: readonly Requests[];
}

/** Looks for changes, again and again, on stacks that are made once: they change nothing. */
async function measureLooks(
  emulator: Emulator,
  count: number,
  rounds: number,
  say: (text: string) => void,
): Promise<Looks> {
  const refresh = { ours: [] as number[], floor: [] as number[] };
  const [drift, driftOfExport]: [number[], number[]] = [[], []];
  const [refreshRequests, driftRequests]: [Requests[], Requests[]] = [[], []];
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
      for (const variant of rotateOrder(["floor", "ours"] as const, round)) {
        await takeRequests(emulator);
        refresh[variant].push(stacks[variant].run(1, "refresh").wall);
        if (variant === "ours") refreshRequests.push(await takeRequests(emulator));
      }
      drift.push(runDrift(stacks.ours, "--stack", "dev"));
      driftRequests.push(await takeRequests(emulator));
      driftOfExport.push(runDrift(stacks.ours, "--state", stacks.ours.export()));
    }
  } finally {
    for (const stack of Object.values(stacks)) stack.close();
  }
  return { refresh, refreshRequests, drift, driftOfExport, driftRequests };
}

function runDrift({ folder, environment }: Stack, ...args: readonly string[]): number {
  return measureProcess(process.execPath, [tailscope, "drift", ...args], folder, environment).wall;
}
