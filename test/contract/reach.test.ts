/**
 * What `reach` says that a credential can become is what the API lets it make: every step on random
 * tag owners, by asking the emulator for it.
 */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { readPolicyFile } from "../../provider/policy-file/read";
import { canGive } from "../../provider/reach/holders";
import { toNetwork } from "../../provider/reach/network";
import { rememberSpreads } from "../../provider/reach/spread";
import { runs } from "../runs";
import { as, type Call, makeClient, takeToken } from "./client";

const alone = [["tag:a"], ["tag:b"], ["tag:c"]] as const;

/** Every set of one, two or three tags. */
const sets = [
  ...alone,
  ["tag:a", "tag:b"],
  ["tag:a", "tag:c"],
  ["tag:b", "tag:c"],
  ["tag:a", "tag:b", "tag:c"],
] as const satisfies readonly (readonly string[])[];

const scopes = ["auth_keys", "oauth_keys"];

/** Numbers from 0 up to 1, the same ones in every run (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seed = 20;

function randomOwners(random: () => number): Record<string, string[]> {
  const tags = alone.flat();
  return Object.fromEntries(tags.map((tag) => [tag, tags.filter(() => random() < 0.3)]));
}

const authKey = (wanted: readonly string[]) => ({
  capabilities: { devices: { create: { tags: wanted } } },
});

const rounds = 50;

/** As many emulators as keep each small: an emulator looks through all its keys. */
test.each(Array.from({ length: runs(1000) / rounds }, (_, part) => part + 1))(
  "a credential can give what the API lets it give, for 50 random tag owners: part %i",
  async (part) => {
    const random = numbersFrom(seed + part);
    await using emulator = await startEmulator({ policy: policyWith(randomOwners(random)) });
    const calls = await clientsOf(emulator);
    for (let round = 0; round < rounds; round++) await compare(emulator, calls, random);
  },
);

type Calls = ReadonlyMap<string, Call>;

/** A client of each set of tags. What the API makes is such a one, whoever made it. */
async function clientsOf(emulator: Emulator): Promise<Calls> {
  const calls = new Map<string, Call>();
  for (const tags of sets) {
    const made = await makeClient(emulator, scopes, [...tags]);
    calls.set(tags.join(" "), as(emulator, (await takeToken(emulator, made)).access_token));
  }
  return calls;
}

async function compare(emulator: Emulator, calls: Calls, random: () => number): Promise<void> {
  const policy = policyWith(randomOwners(random));
  const owner = as(emulator, emulator.apiKey);
  expect((await owner("POST", "/acl", policy)).status).toBe(200);
  const reading = readPolicyFile(policy);
  if (!("policy" in reading)) throw new Error(policy);
  const network = toNetwork(reading.policy);
  const tags: readonly string[] = sets[Math.floor(random() * sets.length)] ?? [];
  const { became } = rememberSpreads(network)({ kind: "OAuthClient", name: "ci", scopes, tags });
  const said = became.flatMap(({ node }) =>
    node.kind === "auth key" ? [node.tags.join(" ")] : [],
  );

  // One step at a time: whatever the API makes goes on as the next holder.
  const holders: (readonly string[])[] = [tags];
  const made = new Set<string>();
  for (const holder of holders) {
    const call = calls.get(holder.join(" "));
    // Sets of one tag become somebody new; the others are asked of the first holder alone.
    for (const wanted of holder === tags ? sets : alone) {
      const status = (await call?.("POST", "/keys", authKey(wanted)))?.status;
      const may = canGive(holder, wanted, network.ownership);
      expect(status, `${policy}: ${holder} gives ${wanted}`).toBe(may ? 200 : 400);
      if (!may || wanted.length > 1) continue;
      made.add(wanted.join(" "));
      if (holders.some((one) => one.join(" ") === wanted.join(" "))) continue;
      const next = await call?.("POST", "/keys", { keyType: "client", scopes, tags: wanted });
      expect(next?.status).toBe(200);
      holders.push(wanted);
    }
  }
  for (const [tag] of alone)
    expect(said.includes(tag), `${policy}: ${tags} to ${tag}`).toBe(made.has(tag));
}

function policyWith(tagOwners: Readonly<Record<string, readonly string[]>>): string {
  return JSON.stringify({ tagOwners });
}
