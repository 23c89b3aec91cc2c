/**
 * The same requests as a whole run of ours, from a loop with no engine around it: what the API and
 * the network alone cost.
 */

import { cpus } from "node:os";
import { Pool } from "undici";
import type { Emulator } from "./stack.ts";

/** As many at once as the engine has by default: `--parallel` is four times the cores. */
const atOnce = 4 * cpus().length;

/** Seconds to create, to update and to delete `count` OAuth clients. */
export async function bareLoop(
  emulator: Emulator,
  count: number,
): Promise<{ create: number; update: number; destroy: number }> {
  const pool = new Pool(emulator.url, { connections: atOnce });
  const headers = {
    authorization: `Bearer ${emulator.apiKey}`,
    "content-type": "application/json",
  };
  const path = "/api/v2/tailnet/-/keys";
  const body = (version: number) =>
    JSON.stringify({ keyType: "client", scopes: ["dns:read"], description: `version ${version}` });

  const ids: string[] = [];
  const create = await secondsOf(count, async () => {
    const answer = await pool.request({ method: "POST", path, headers, body: body(1) });
    ids.push(((await answer.body.json()) as { id: string }).id);
  });
  const update = await secondsOf(count, async (index) => {
    await (
      await pool.request({ method: "PUT", path: `${path}/${ids[index]}`, headers, body: body(2) })
    ).body.dump();
  });
  const destroy = await secondsOf(count, async (index) => {
    await (
      await pool.request({ method: "DELETE", path: `${path}/${ids[index]}`, headers })
    ).body.dump();
  });
  await pool.destroy();
  return { create, update, destroy };
}

async function secondsOf(
  count: number,
  request: (index: number) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await request(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - started) / 1000;
}
