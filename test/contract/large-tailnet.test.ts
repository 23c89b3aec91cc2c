/** The emulator with as many credentials as a very large company has. */

import { expect, onTestFinished, test } from "vitest";
import { createFaults } from "../../emulator/faults";
import { createFreshState } from "../../emulator/fresh-tailnet";
import { freshPolicy } from "../../emulator/policy-file";
import { createApplication, listen } from "../../emulator/server";
import type { Key, State } from "../../emulator/state";
import { readDefaultUnknowns } from "../../emulator/unknowns";
import { World } from "../../emulator/world";

const count = 50_000;

/** A list that counts how often one of its members is read. */
function counting<Member>(list: Member[]): { list: Member[]; reads: () => number } {
  let reads = 0;
  const get = (target: Member[], name: string | symbol, receiver: unknown): unknown => {
    if (typeof name === "string" && /^\d+$/.test(name)) reads++;
    return Reflect.get(target, name, receiver);
  };
  const reset = () => {
    const before = reads;
    reads = 0;
    return before;
  };
  return { list: new Proxy(list, { get }), reads: reset };
}

/** A tailnet that has them already. */
function largeState(): State {
  const state = createFreshState(freshPolicy);
  const keys = Array.from(
    { length: count },
    (_, index): Key => ({
      id: `kLarge${index}CNTRL`,
      keyType: "client",
      description: `client ${index}`,
      created: Date.now(),
      scopes: ["dns:read"],
    }),
  );
  return { ...state, keys: [...state.keys, ...keys] };
}

async function serve(state: State): Promise<string> {
  const options = {
    rewriteGithubSubjects: false,
    scopes: [],
    unknowns: readDefaultUnknowns(),
    fetch,
  };
  const world = new World({ load: () => state, save: () => {} }, options);
  const none = createFaults(0, { refuse: () => {}, revokeToken: () => {} });
  const { Hono } = await import("hono");
  const app = createApplication({ world, faults: none, control: new Hono(), seen: () => {} });
  const { url, close } = await listen(app, "127.0.0.1", 0);
  onTestFinished(close);
  return url;
}

test(`${count.toLocaleString("en")} credentials are listed, and reading, creating or revoking one looks at no other`, async () => {
  const state = largeState();
  const { list, reads } = counting(state.keys);
  const url = await serve({ ...state, keys: list });
  const { clientId, clientSecret } = state.start;
  const path = `${url}/api/v2/tailnet/-/keys`;
  reads();

  const answered = await fetch(`${url}/api/v2/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret }),
  });
  const { access_token } = (await answered.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}` };
  const created = await fetch(path, {
    method: "POST",
    headers,
    body: JSON.stringify({ keyType: "client", scopes: ["dns:read"], description: "one more" }),
  });
  const { id } = (await created.json()) as { id: string };
  expect(await (await fetch(`${path}/${id}`, { headers })).json()).toMatchObject({ id });
  const last = `kLarge${count - 1}CNTRL`;
  expect((await fetch(`${path}/${last}`, { method: "DELETE", headers })).status).toBe(200);
  expect(reads()).toBe(0);

  const listed = (await (await fetch(`${path}?all=true`, { headers })).json()) as {
    keys: { id: string }[];
  };
  const ids = new Set(listed.keys.map((key) => key.id));
  expect(ids.size).toBeGreaterThanOrEqual(count);
  expect([ids.has(id), ids.has(last)]).toEqual([true, false]);
});
