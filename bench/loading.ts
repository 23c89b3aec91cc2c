/** What loading costs: the package in a program, the provider in the engine's process. */

import { computeMedian, type Figure, formatSpread, type Table } from "./figures.ts";
import type { Part } from "./part.ts";
import { measureNumbers } from "./processes.ts";
import { profileWork, type Share } from "./profile.ts";

/**
 * The first verb of a run, as the engine's process comes to it: the SDK is there, the provider is
 * not.
 */
const firstVerb = `
require("@pulumi/pulumi");
const processor = (since) => { const { user, system } = process.cpuUsage(since); return (user + system) / 1000; };
const verb = async (load) => {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await load().check({}, { scopes: ["dns:read"] });
  return [performance.now() - started, processor(used)];
};`;

const text = 'exports.handler=()=>require("tailscope").OAuthClient.provider';

export const loading: Part = {
  name: "load",
  title: "Loading",
  about:
    "Milliseconds in fresh processes, by their own clock. The first verb is `check` in a process that has the SDK and nothing of ours, as the engine's is.",
  rounds: 15,
  quickRounds: 3,
  async measure({ rounds }) {
    const [sdk = [], ours = []] = measureNumbers(
      `const started = performance.now(); require("@pulumi/pulumi"); const between = performance.now(); require("tailscope");
       console.log(between - started, performance.now() - between);`,
      rounds,
    );
    const [nothing = [], , first = [], firstProcessor = []] = measureNumbers(
      `${firstVerb}
       verb(() => ({ check: async (olds, news) => ({ inputs: news }) })).then(async (nothing) =>
         console.log(...nothing, ...await verb(() => require("tailscope").OAuthClient.provider)));`,
      rounds,
    );
    const figures: Figure[] = [
      {
        what: "loading tailscope in a program",
        values: ours,
        unit: "ms",
        target: 40,
        beside: `@pulumi/pulumi, before it in the same process: ${formatSpread(sdk, "ms")}`,
      },
      {
        what: "first verb in a fresh process",
        values: first.map((one, round) => one - (nothing[round] ?? 0)),
        unit: "ms",
        target: 60,
        beside: `less a provider that does nothing: ${formatSpread(nothing, "ms")}; processor time of all threads: ${formatSpread(firstProcessor, "ms")}`,
      },
      {
        what: "provider text in the state",
        values: [text.length],
        unit: "bytes",
        target: 100,
        beside: "the smallest dynamic resource of Pulumi's own kind, by value: about 2.7 KB",
      },
    ];
    return { figures, tables: [measureOwners(Math.min(rounds, 5))] };
  },
};

function measureOwners(rounds: number): Table {
  const verb = 'require("tailscope").OAuthClient.provider.check({}, { scopes: ["dns:read"] })';
  const all = Array.from({ length: rounds }, () => profileWork('require("@pulumi/pulumi");', verb));
  const owners = [...new Set(all.flatMap((shares) => shares.map(({ whose }) => whose)))];
  const getMilliseconds = (shares: readonly Share[], owner: string) =>
    shares.find(({ whose }) => whose === owner)?.milliseconds ?? 0;
  const rows = owners
    .map((owner) => ({ owner, values: all.map((shares) => getMilliseconds(shares, owner)) }))
    .filter(({ values }) => computeMedian(values) >= 2)
    .sort((one, other) => computeMedian(other.values) - computeMedian(one.values));
  return {
    title: "Where the first verb's time goes",
    about:
      "CPU profiles of `check` in a fresh process that has the SDK, by whose code was running.",
    heads: ["whose", "time"],
    rows: rows.map(({ owner, values }) => [owner, formatSpread(values, "ms")]),
  };
}
