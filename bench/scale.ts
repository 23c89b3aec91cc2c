/** What a very large stack takes, and what breaks first. */

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClients, deleteClients, listClients } from "./bare-loop.ts";
import { exportResource, writeMultiplied } from "./exported-state.ts";
import { type Figure, formatDigits, formatSpread, type Table } from "./figures.ts";
import { runs } from "./lives.ts";
import { type Role, readPeak, readProcessorTime, roles, type Watched, watch } from "./memory.ts";
import type { Amount, Part } from "./part.ts";
import { createBareEnvironment, tailscope } from "./processes.ts";
import {
  createDeployerEnvironment,
  type Emulator,
  makeStack,
  quietly,
  type Stack,
  withEmulator,
} from "./stack.ts";

const mebibyte = 2 ** 20;

/** Each step once a round, and how often it broke. */
class Steps {
  readonly #done = new Map<string, Watched[]>();
  readonly #broken = new Map<string, string>();
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Runs a step, and continues if it breaks, because we want to know what breaks. */
  async take(name: string, work: () => Promise<Watched>): Promise<void> {
    const done = this.#done.get(name) ?? [];
    this.#done.set(name, done);
    try {
      const one = await work();
      done.push(one);
      const peaks = Object.entries(one.peaks).map(
        ([role, bytes]) => `${role} ${formatSpread(toMebibytes([bytes]), "MiB")}`,
      );
      this.#say(`${name}: ${one.wall.toFixed(1)} s, ${peaks.join(", ")}`);
    } catch (error) {
      this.#broken.set(name, error instanceof Error ? error.message : String(error));
      this.#say(`${name} broke: ${this.#broken.get(name)}`);
    }
  }

  get figures(): Figure[] {
    return [...this.#done].flatMap(([name, all]) =>
      all.length === 0
        ? []
        : [
            {
              what: name,
              values: all.map(({ wall }) => wall),
              unit: "s",
              beside: formatSpread(
                all.map(({ cpu }) => cpu),
                "s of processor time",
              ),
            },
          ],
    );
  }

  get memory(): Table {
    const formatPeak = (all: readonly Watched[], role: Role) => {
      const known = all.flatMap(({ peaks }) => peaks[role] ?? []);
      return known.length === 0 ? "" : `${formatSpread(toMebibytes(known), "MiB")}`;
    };
    return {
      title: "Peak memory",
      about: "Resident memory at the most, of each process of a run, as Linux counts it.",
      heads: ["", ...roles],
      rows: [...this.#done].map(([name, all]) => [
        name,
        ...roles.map((role) => formatPeak(all, role)),
      ]),
    };
  }

  get broken(): Table {
    return {
      title: "What broke",
      about:
        this.#broken.size === 0
          ? "Nothing did at these sizes."
          : "The end of what each step said that failed.",
      heads: ["step", "said"],
      rows: [...this.#broken].map(([name, said]) => [
        name,
        said.slice(-300).replaceAll(/\s+/g, " ").replaceAll("|", "\\|"),
      ]),
    };
  }
}

const toMebibytes = (bytes: readonly number[]) => bytes.map((one) => Math.round(one / mebibyte));

export const scale: Part = {
  name: "scale",
  title: "A very large stack",
  about:
    "Real runs of the engine with 10,000 OAuth clients and `PULUMI_SKIP_CHECKPOINTS=true`, and the commands on what they left. Seconds by the clock.",
  rounds: 1,
  isApart: true,
  async measure({ rounds, say, count = 10_000 }: Amount) {
    const steps = new Steps(say);
    for (let round = 0; round < rounds; round++) {
      say(`a very large stack, round ${round + 1} of ${rounds}`);
      await withEmulator(0, (emulator) => liveLarge(emulator, count, steps));
    }
    return { figures: steps.figures, tables: [steps.memory, steps.broken] };
  },
};

export const largest: Part = {
  name: "largest",
  title: "A very large tailnet",
  about:
    "The commands and the emulator with 50,000 OAuth clients. The state is that of one resource as the engine wrote it, as often as wanted. Seconds by the clock.",
  rounds: 1,
  isApart: true,
  async measure({ rounds, say, count = 50_000 }: Amount) {
    const steps = new Steps(say);
    const rows: EmulatorTimes[] = [];
    for (let round = 0; round < rounds; round++)
      rows.push(await withEmulator(0, (emulator) => holdMany(emulator, count, steps, say)));
    const figures = [...steps.figures, ...toEmulatorFigures(rows, count)];
    return { figures, tables: [steps.memory, steps.broken] };
  },
};

const formatSize = (count: number) => count.toLocaleString("en");

/** One life of a stack with so many, and the commands in the middle of it. */
async function liveLarge(emulator: Emulator, count: number, steps: Steps): Promise<void> {
  const stack = makeStack("ours", count, emulator, { PULUMI_SKIP_CHECKPOINTS: "true" });
  const { folder, environment } = stack;
  const run = (name: string, [version, ...args]: readonly [number, ...string[]]) =>
    steps.take(`${name}, ${formatSize(count)}`, () =>
      watch("pulumi", [...args, ...quietly], folder, { ...environment, VERSION: String(version) }),
    );
  try {
    await run("create", runs.create);
    await run("up without a change", runs["no change"]);
    await run("refresh", [1, "refresh"]);
    await runCommands(stack, stack.export(), count, steps);
    const preview = join(folder, "preview.json");
    await steps.take(`pulumi preview --json of a change of all, ${formatSize(count)}`, () => {
      const env = { ...environment, VERSION: "2" };
      return watch("pulumi", ["preview", "--json", "--non-interactive"], folder, env, preview);
    });
    await steps.take(
      `tailscope review of that preview (${formatDigits(Math.round(statSync(preview).size / mebibyte))} MiB)`,
      () => watch(process.execPath, [tailscope, "review", preview], folder, environment),
    );
    await run("destroy", [1, "destroy"]);
  } finally {
    stack.close();
  }
}

/** Every command that asks for the whole tailnet. */
async function runCommands(
  { folder, environment }: Pick<Stack, "folder" | "environment">,
  state: string,
  count: number,
  steps: Steps,
): Promise<void> {
  const run = (name: string, ...args: string[]) =>
    steps.take(`tailscope ${name}, ${formatSize(count)}`, () =>
      watch(process.execPath, [tailscope, ...args], folder, environment),
    );
  await run("drift --state", "drift", "--state", state);
  await run("inventory --state", "inventory", "--state", state);
  await run("adopt --all", "adopt", "--all", "--out", join(folder, `adopted-${count}`));
}

/** Seconds by the clock and of the emulator's processor, and bytes. */
interface EmulatorTimes {
  readonly create: number;
  readonly list: number;
  readonly revoke: number;
  readonly processor: number;
  readonly peak: number;
}

async function holdMany(
  emulator: Emulator,
  count: number,
  steps: Steps,
  say: (text: string) => void,
): Promise<EmulatorTimes> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-scale-"));
  const pid = emulator.process.pid ?? 0;
  const exported = exportResource(emulator);
  const used = readProcessorTime(pid);
  const seconds = async <Result>(work: () => Promise<Result>) => {
    const started = performance.now();
    const result = await work();
    return [(performance.now() - started) / 1000, result] as const;
  };
  try {
    say(`${formatSize(count)} credentials in the emulator`);
    const [create, ids] = await seconds(() => createClients(emulator, count));
    const [list, listed] = await seconds(() => listClients(emulator));
    if (listed < count) throw new Error(`the emulator lists ${listed} of ${count}`);
    const state = join(folder, "state.json");
    writeMultiplied(exported, ids, state);
    const environment = { ...createBareEnvironment(), ...createDeployerEnvironment(emulator) };
    await runCommands({ folder, environment }, state, count, steps);
    const [revoke] = await seconds(() => deleteClients(emulator, ids));
    return {
      create,
      list,
      revoke,
      processor: readProcessorTime(pid) - used,
      peak: readPeak(pid),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function toEmulatorFigures(rows: readonly EmulatorTimes[], count: number): Figure[] {
  const toFigure = (what: string, of: (row: EmulatorTimes) => number, unit = "s"): Figure => ({
    what: `the emulator: ${what} ${formatSize(count)}`,
    values: rows.map(of),
    unit,
  });
  return [
    toFigure("create", ({ create }) => create),
    toFigure("list", ({ list }) => list),
    toFigure("revoke", ({ revoke }) => revoke),
    toFigure("processor time of all that with", ({ processor }) => processor),
    toFigure("peak memory with", ({ peak }) => Math.round(peak / mebibyte), "MiB"),
  ];
}
