/**
 * One run of an engine without the engine: the verbs that it asks of the provider process for each
 * resource, as many at once as it asks, and the processor time that each of them took. In a process
 * of its own, as the provider is.
 *
 * `node verb-run.ts RUN COUNT FILE`: FILE has the resources that are there, and gets those that are
 * afterwards. Prints microseconds of all threads, by verb.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";

type Properties = Record<string, unknown>;

interface Kept {
  readonly id: string;
  readonly outs: Properties;
}

/** As far as a run needs it. */
interface Provider {
  configure(request: { config: { get(key: string): undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: unknown[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<unknown>;
  create(news: Properties): Promise<Kept>;
  read(id: string, props: Properties): Promise<{ id: string; props: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}

const [run = "", counted = "0", file = ""] = process.argv.slice(2);
const count = Number(counted);

/** `--parallel` is four times the cores. */
const atOnce = 4 * cpus().length;

/** What the engine stores, and so gives back to each verb. */
const text = 'exports.handler=()=>require("tailscope").OAuthClient.provider';

const createArguments = (version: number): Properties => ({
  scopes: ["dns:read"],
  description: `version ${version}`,
  __provider: text,
});

const spent: Record<string, number> = {};

async function measureWork<Result>(verb: string, work: () => Promise<Result>): Promise<Result> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  spent[verb] = (spent[verb] ?? 0) + user + system;
  return result;
}

/** Does it for each, in order, as many at once as the engine would. */
async function runForEach<Result>(verb: string, work: (index: number) => Promise<Result>) {
  const results: Result[] = Array(count);
  let next = 0;
  const runNext = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await measureWork(verb, () => Promise.all(Array.from({ length: atOnce }, runNext)));
  return results;
}

const require = createRequire(import.meta.url);

// The engine's process has the SDK before it has us.
require("@pulumi/pulumi");

// `configure` comes before everything, and the first check loads what all the others use.
const provider = await measureWork("the first verb", async () => {
  const { OAuthClient } = require("tailscope") as { OAuthClient: { provider: Provider } };
  await OAuthClient.provider.configure({ config: { get: () => undefined } });
  await OAuthClient.provider.check({}, createArguments(0));
  return OAuthClient.provider;
});

async function check(olds: readonly Kept[], version: number): Promise<Properties[]> {
  const checked = await runForEach("check", (at) =>
    provider.check(olds[at]?.outs ?? {}, createArguments(version)),
  );
  return checked.map(({ inputs }) => inputs);
}

const kept: readonly Kept[] = run === "create" ? [] : JSON.parse(readFileSync(file, "utf8"));

/** The one at an index, which is there. */
const requireKept = (index: number): Kept => {
  const one = kept[index];
  if (one === undefined) throw new Error(`there is no resource ${index}`);
  return one;
};

const runs: Record<string, () => Promise<readonly Kept[]>> = {
  create: async () => {
    const inputs = await check([], 1);
    return runForEach("create", (index) => provider.create(inputs[index] ?? {}));
  },
  "no change": async () => {
    const inputs = await check(kept, 1);
    await runForEach("diff", (index) =>
      provider.diff(requireKept(index).id, requireKept(index).outs, inputs[index] ?? {}),
    );
    return kept;
  },
  update: async () => {
    const inputs = await check(kept, 2);
    await runForEach("diff", (index) =>
      provider.diff(requireKept(index).id, requireKept(index).outs, inputs[index] ?? {}),
    );
    return runForEach("update", async (index) => {
      const { id, outs } = requireKept(index);
      return { id, outs: (await provider.update(id, outs, inputs[index] ?? {})).outs };
    });
  },
  refresh: async () => {
    const read = await runForEach("read", (index) =>
      provider.read(requireKept(index).id, requireKept(index).outs),
    );
    return read.map(({ id, props }) => ({ id, outs: props }));
  },
  destroy: async () => {
    await runForEach("delete", (index) =>
      provider.delete(requireKept(index).id, requireKept(index).outs),
    );
    return [];
  },
};

const wantedRun = runs[run];
if (wantedRun === undefined) throw new Error(`there is no run "${run}"`);
writeFileSync(file, JSON.stringify(await wantedRun()));
console.log(JSON.stringify(spent));
// Connections to the API stay open for a while.
process.exit(0);
