/**
 * The same requests as a whole run of ours, from a loop with no engine around it: what the API and
 * the network alone cost.
 */

import { cpus } from "node:os";
import { Pool } from "undici";
import type { Emulator } from "./stack.ts";

/** As many at once as the engine has by default: `--parallel` is four times the cores. */
const atOnce = 4 * cpus().length;

const path = "/api/v2/tailnet/-/keys";

const buildHeaders = ({ apiKey }: Emulator) => ({
  authorization: `Bearer ${apiKey}`,
  "content-type": "application/json",
});

const buildBody = (version: number) =>
  JSON.stringify({ keyType: "client", scopes: ["dns:read"], description: `version ${version}` });

async function createThrough(pool: Pool, emulator: Emulator, count: number): Promise<string[]> {
  const ids: string[] = [];
  await forEach(count, async () => {
    const headers = buildHeaders(emulator);
    const answer = await pool.request({ method: "POST", path, headers, body: buildBody(1) });
    ids.push(((await answer.body.json()) as { id: string }).id); // As the API answers.
  });
  return ids;
}

/** Creates OAuth clients without an engine, and gives their ids. */
export async function createClients(emulator: Emulator, count: number): Promise<string[]> {
  const pool = new Pool(emulator.url, { connections: atOnce });
  const ids = await createThrough(pool, emulator, count);
  await pool.destroy();
  return ids;
}

/**
 * Seconds of the two requests of a `drift --state`, for a token and for the list, in a process that
 * has everything loaded: the latency, and what the emulator takes to answer.
 */
export async function measureTwoAnswers(emulator: Emulator): Promise<number> {
  const pool = new Pool(emulator.url, { connections: 1 });
  async function ask(): Promise<number> {
    const start = performance.now();
    const form = { client_id: emulator.clientId, client_secret: emulator.clientSecret };
    const granted = await pool.request({
      method: "POST",
      path: "/api/v2/oauth/token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, grant_type: "client_credentials" }).toString(),
    });
    const { access_token: token } = (await granted.body.json()) as { access_token: string }; // As the API answers.
    const authorization = `Bearer ${token}`;
    const all = { method: "GET", path: `${path}?all=true`, headers: { authorization } } as const;
    await (await pool.request(all)).body.text();
    return (performance.now() - start) / 1000;
  }
  await ask();
  const taken = await ask();
  await pool.destroy();
  return taken;
}

/** How many credentials the API lists. */
export async function listClients(emulator: Emulator): Promise<number> {
  const pool = new Pool(emulator.url, { connections: 1 });
  const all = `${path}?all=true`;
  const answer = await pool.request({ method: "GET", path: all, headers: buildHeaders(emulator) });
  const { keys } = (await answer.body.json()) as { keys: unknown[] }; // As the API answers.
  await pool.destroy();
  return keys.length;
}

async function deleteThrough(
  pool: Pool,
  emulator: Emulator,
  ids: readonly string[],
): Promise<void> {
  const headers = buildHeaders(emulator);
  await forEach(ids.length, async (index) => {
    const to = `${path}/${ids[index]}`;
    await (await pool.request({ method: "DELETE", path: to, headers })).body.dump();
  });
}

export async function deleteClients(emulator: Emulator, ids: readonly string[]): Promise<void> {
  const pool = new Pool(emulator.url, { connections: atOnce });
  await deleteThrough(pool, emulator, ids);
  await pool.destroy();
}

/** Seconds to create, to update and to delete `count` OAuth clients. */
export async function runBareLoop(
  emulator: Emulator,
  count: number,
): Promise<{ create: number; update: number; destroy: number }> {
  const pool = new Pool(emulator.url, { connections: atOnce });
  const headers = buildHeaders(emulator);
  let ids: string[] = [];
  const create = await measureSeconds(async () => {
    ids = await createThrough(pool, emulator, count);
  });
  const update = await measureSeconds(() =>
    forEach(count, async (index) => {
      const to = `${path}/${ids[index]}`;
      await (
        await pool.request({ method: "PUT", path: to, headers, body: buildBody(2) })
      ).body.dump();
    }),
  );
  const destroy = await measureSeconds(() => deleteThrough(pool, emulator, ids));
  await pool.destroy();
  return { create, update, destroy };
}

async function measureSeconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function forEach(count: number, request: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sendRequests = async () => {
    while (next < count) await request(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, sendRequests));
}
