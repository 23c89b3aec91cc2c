/**
 * `npm run bench`: everything side by side in one go, and bench/RESULTS.md with what came of it.
 *
 * `--sizes 300,1000`, `--growth 100,1000,3000` and `--rounds 5` say how much; what they leave out
 * is not in the results.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isAlternativeThere, measureAlternative } from "./alternative.ts";
import { measureCosts } from "./engine-costs.ts";
import { type Figure, isMet, median, spread, written } from "./figures.ts";
import { type Lives, measureLives, measureLooks, type Operation, operations } from "./lives.ts";
import { firstVerb, loadingFigures } from "./loading.ts";
import { difference, profileOf } from "./profile.ts";
import { reachFigures } from "./reaching.ts";
import { keep } from "./report.ts";
import { reviewFigures } from "./reviewing.ts";
import { type Emulator, root, startEmulator, type Taken } from "./stack.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "300,1000" },
    growth: { type: "string", default: "100,1000,3000" },
    rounds: { type: "string", default: "5" },
  },
});
const numbers = (text: string) => text.split(",").filter(Boolean).map(Number);
const [sizes, growth, rounds] = [
  numbers(values.sizes),
  numbers(values.growth),
  Number(values.rounds),
];

/** The latency of the emulator where it has one, in milliseconds. */
const latency = 50;

/** From this many on the engine keeps no checkpoints: see RESULTS.md. */
const large = 1000;

/** What growth is measured of, and so all that is run where nothing else is. */
const grown = ["create", "no change"] as const;

const started = Date.now();
const say = (text: string) =>
  console.error(`  ${Math.round((Date.now() - started) / 1000)} s: ${text}`);
const wall = (taken: readonly Taken[]) => taken.map((one) => one.wall);

async function withEmulator<Result>(
  delay: number,
  work: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator(delay);
  try {
    return await work(emulator);
  } finally {
    emulator.process.kill();
  }
}

const measured = new Map<number, Lives>();

async function livesOf(count: number): Promise<Lives> {
  const known = measured.get(count);
  if (known !== undefined) return known;
  const isForGrowth = !sizes.includes(count);
  const environment = count >= large || isForGrowth ? { PULUMI_SKIP_CHECKPOINTS: "true" } : {};
  const lives = await withEmulator(0, (emulator) =>
    measureLives(emulator, count, rounds, environment, say, isForGrowth ? grown : operations),
  );
  measured.set(count, lives);
  return lives;
}

function livesFigures(count: number, { taken, requests, loop }: Lives): Figure[] {
  const row = (
    operation: Operation,
    what: string,
    target: number,
    bare: readonly number[] = [],
  ): Figure => {
    const [ours, floor] = [wall(taken.ours[operation]), wall(taken.floor[operation])];
    const { all, writes } = requests[operation];
    return {
      what: `${what}, ${count}`,
      value: median(ours) / Math.max(median(floor), bare.length > 0 ? median(bare) : 0),
      unit: "×",
      target,
      ours: `${spread(ours, "s")}; ${all} requests, ${writes} of them write`,
      against: `floor ${spread(floor, "s")}${bare.length > 0 ? `; loop ${spread(bare, "s")}` : ""}`,
    };
  };
  return [
    row("no change", "up without a change", 1.1),
    {
      what: `writes of an up without a change, ${count}`,
      value: requests["no change"].writes,
      unit: "requests",
      target: 0,
      ours: `${requests["no change"].all} requests in all`,
      against: "",
    },
    row("create", "create", 1.25, loop.create),
    row("update", "update", 1.25, loop.update),
    row("destroy", "destroy", 1.25, loop.destroy),
  ];
}

async function looksFigures(count: number): Promise<Figure[]> {
  return withEmulator(latency, async (emulator) => {
    const { refresh, refreshRequests, drift, driftOfExport, driftRequests } = await measureLooks(
      emulator,
      count,
      rounds,
      say,
    );
    if (isAlternativeThere) say(`OpenTofu on ${count} resources`);
    const tofu = await measureAlternative(emulator, count, rounds);
    const ratio = (
      what: string,
      ours: readonly number[],
      against: readonly number[],
      name: string,
      target: number,
    ): Figure => ({
      what: `${what} at ${latency} ms, ${count}, against ${name}`,
      value: median(ours) / median(against),
      unit: "×",
      target,
      ours: spread(ours, "s"),
      against: `${name} ${spread(against, "s")}`,
    });
    const few = (what: string, all: number): Figure => ({
      what: `requests of ${what}, ${count}`,
      value: all,
      unit: "requests",
      target: 3,
      ours: "the token and one list",
      against: tofu === undefined ? "" : `OpenTofu: ${tofu.requests.all}`,
    });
    // "1.5 times as fast" is a time of at most two thirds.
    const alternative = tofu && [
      ratio("refresh", refresh.ours, tofu.refreshOnly, "OpenTofu", count >= large ? 0.33 : 0.67),
      ratio("tailscope drift", drift, tofu.refreshOnly, "OpenTofu", 0.2),
    ];
    return [
      few("a refresh", refreshRequests.all),
      ratio("refresh", refresh.ours, refresh.floor, "the floor", 1.3),
      few("tailscope drift", driftRequests.all),
      ratio("tailscope drift", drift, refresh.ours, "pulumi refresh", 0.2),
      ratio("tailscope drift --state", driftOfExport, refresh.ours, "pulumi refresh", 0.2),
      ...(alternative ?? []),
    ];
  });
}

/**
 * Our share of a run for each resource, in milliseconds of all cores: what ours takes more than the
 * floor, round by round.
 */
function shareOf({ taken }: Lives, operation: Operation, count: number): number[] {
  return taken.ours[operation].map(
    ({ cpu }, round) => ((cpu - (taken.floor[operation][round]?.cpu ?? 0)) / count) * 1000,
  );
}

async function growthFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [index, count] of growth.entries()) {
    const less = growth[index - 1];
    const lives = await livesOf(count);
    if (less === undefined) continue;
    const before = await livesOf(less);
    for (const operation of grown) {
      const [now, then] = [shareOf(lives, operation, count), shareOf(before, operation, less)];
      figures.push({
        what: `our share of ${operation === "create" ? "a create" : "an up without a change"}, ${less} → ${count}`,
        value: median(now) / median(then),
        unit: "× a resource",
        target: 1.2,
        ours: `${spread(now, "ms")} of all cores for each of ${count}`,
        against: `${spread(then, "ms")} for each of ${less}`,
      });
    }
  }
  return figures;
}

say("loading");
const figures = [...loadingFigures(rounds), ...reviewFigures(rounds), ...reachFigures(rounds)];
const withVerb = profileOf(`${firstVerb} verb(() => require("tailscope").OAuthClient.provider);`);
const withoutVerb = profileOf(`${firstVerb} verb(() => ({ check: async () => ({}) }));`);
for (const count of sizes)
  figures.push(...livesFigures(count, await livesOf(count)), ...(await looksFigures(count)));
figures.push(...(await growthFigures()));
// With many the engine takes minutes for each: what helps shows with a few hundred.
const few = sizes.find((count) => count < large);
const costs =
  few === undefined
    ? undefined
    : {
        count: few,
        latency,
        each: await withEmulator(latency, (emulator) => measureCosts(emulator, few, rounds, say)),
      };

const version = (name: string) =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
keep("results", {
  command: ["npm run bench", process.argv.slice(2).join(" ")].filter(Boolean).join(" -- "),
  date: new Date().toISOString().slice(0, 10),
  minutes: Math.round((Date.now() - started) / 60_000),
  rounds,
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
  versions: {
    Node: process.versions.node,
    "@pulumi/pulumi": version("@pulumi/pulumi"),
    "the CLI": execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim(),
    tailscope: version("tailscope"),
    ...(isAlternativeThere && { OpenTofu: tofuVersion() }),
  },
  alternative: isAlternativeThere,
  figures,
  ...(costs !== undefined && { costs }),
  firstVerb: difference(withVerb, withoutVerb),
});
for (const figure of figures)
  console.log(
    `${isMet(figure) ? "met   " : "MISSED"} ${figure.what}: ${written(figure)} (≤ ${figure.target})`,
  );

function tofuVersion(): string {
  const said = execFileSync(process.env["BENCH_TOFU"] ?? "tofu", ["version"], { encoding: "utf8" });
  return /v(\S+)/.exec(said)?.[1] ?? "of an unknown version";
}
