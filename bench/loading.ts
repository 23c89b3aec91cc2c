/** What loading costs: the package in a program, the provider in the engine's process. */

import { type Figure, median, spread, type Table } from "./figures.ts";
import type { Part } from "./part.ts";
import { numbersOf } from "./processes.ts";
import { profileOf, type Share } from "./profile.ts";

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
    const [sdk = [], ours = []] = numbersOf(
      `const started = performance.now(); require("@pulumi/pulumi"); const between = performance.now(); require("tailscope");
       console.log(between - started, performance.now() - between);`,
      rounds,
    );
    const [nothing = [], , first = [], firstProcessor = []] = numbersOf(
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
        beside: `@pulumi/pulumi, before it in the same process: ${spread(sdk, "ms")}`,
      },
      {
        what: "first verb in a fresh process",
        values: first.map((one, round) => one - (nothing[round] ?? 0)),
        unit: "ms",
        target: 60,
        beside: `less a provider that does nothing: ${spread(nothing, "ms")}; processor time of all threads: ${spread(firstProcessor, "ms")}`,
      },
      {
        what: "provider text in the state",
        values: [text.length],
        unit: "bytes",
        target: 100,
        beside: "the smallest dynamic resource of Pulumi's own kind, by value: about 2.7 KB",
      },
    ];
    return { figures, tables: [whereItGoes(Math.min(rounds, 5))] };
  },
};

function whereItGoes(rounds: number): Table {
  const verb = 'require("tailscope").OAuthClient.provider.check({}, { scopes: ["dns:read"] })';
  const all = Array.from({ length: rounds }, () => profileOf('require("@pulumi/pulumi");', verb));
  const owners = [...new Set(all.flatMap((shares) => shares.map(({ whose }) => whose)))];
  const of = (shares: readonly Share[], owner: string) =>
    shares.find(({ whose }) => whose === owner)?.milliseconds ?? 0;
  const rows = owners
    .map((owner) => ({ owner, values: all.map((shares) => of(shares, owner)) }))
    .filter(({ values }) => median(values) >= 2)
    .sort((one, other) => median(other.values) - median(one.values));
  return {
    title: "Where the first verb's time goes",
    about:
      "CPU profiles of `check` in a fresh process that has the SDK, by whose code was running.",
    heads: ["whose", "time"],
    rows: rows.map(({ owner, values }) => [owner, spread(values, "ms")]),
  };
}
