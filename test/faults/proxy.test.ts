/** Proxies that fail, on loopback: nothing was sent, and the message says which proxy and why. */

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { Unreachable } from "../../provider/api/errors";
import { openHttp } from "../../provider/api/http";
import { startProxy, type TestProxy } from "../contract/proxy";
import { certificate, privateKey } from "./self-signed";

const create = {
  doing: "create an OAuth client",
  method: "POST",
  effect: "creates",
  path: "/tailnet/-/keys",
  json: {},
} as const;
const read = { doing: "read", method: "GET", path: "/tailnet/-/keys" } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What sending `request` through the proxy fails with. */
async function failure(
  proxy: Pick<TestProxy, "port">,
  request: typeof create | typeof read,
): Promise<Unreachable> {
  vi.stubEnv("https_proxy", `http://user:hunter2@127.0.0.1:${proxy.port}`);
  vi.stubEnv("no_proxy", "");
  const http = openHttp("https://api.tailscale.test", { minTimeout: 1, timeout: 300 });
  try {
    await http.send(request);
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  } finally {
    await http.close();
  }
  throw new Error("it was sent");
}

test.each<[string, TestProxy["answer"], string, number]>([
  ["that fails for a moment", 503, "the proxy opened no tunnel (503)", 5],
  [
    "that lets nobody there",
    403,
    "the proxy opened no tunnel (403): it does not allow that address",
    1,
  ],
  [
    "that asks who it is",
    407,
    "the proxy opened no tunnel (407): it asks for a user name and a password",
    1,
  ],
  ["that hangs up", "end", "the proxy opened no tunnel: other side closed", 5],
  ["that says nothing", "silence", "the proxy opened no tunnel: it took too long", 5],
])(
  "a proxy %s means that nothing was sent, so not even a create had an effect",
  async (_, answer, reason, times) => {
    await using proxy = await startProxy();
    proxy.answer = answer;
    // Waiting takes a second each time.
    for (const request of answer === "silence" ? [create] : [create, read]) {
      proxy.asked.length = 0;
      const error = await failure(proxy, request);
      expect(error.mayHaveArrived).toBe(false);
      expect(error.message).toContain(
        `no answer from https://api.tailscale.test through the proxy http://127.0.0.1:${proxy.port} (https_proxy): ${reason}`,
      );
      expect(error.message).not.toContain("hunter2");
      expect(proxy.asked).toEqual(Array(times).fill("api.tailscale.test:443"));
    }
    const basic = `Basic ${Buffer.from("user:hunter2").toString("base64")}`;
    expect(new Set(proxy.authorizations)).toEqual(new Set([basic]));
  },
);

test("an unreachable proxy means that nothing was sent", async () => {
  const proxy = await startProxy();
  await proxy[Symbol.asyncDispose]();
  const error = await failure(proxy, create);
  expect(error.mayHaveArrived).toBe(false);
  expect(error.message).toContain(`the proxy opened no tunnel: connect ECONNREFUSED 127.0.0.1:`);
});

test("an untrusted certificate is refused behind a proxy too", async () => {
  const seen: unknown[] = [];
  const server = createServer({ cert: certificate, key: privateKey }, (request) => {
    seen.push(request.url);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  await using proxy = await startProxy({
    "api.tailscale.test": (server.address() as AddressInfo).port,
  });
  try {
    const error = await failure(proxy, create);
    expect(error.mayHaveArrived).toBe(false);
    expect(error.message).toContain("self-signed certificate");
    expect(seen).toEqual([]);
  } finally {
    server.close();
  }
});

test("requests to loopback never go through a proxy", async () => {
  await using proxy = await startProxy();
  vi.stubEnv("HTTP_PROXY", proxy.url);
  vi.stubEnv("HTTPS_PROXY", proxy.url);
  const http = openHttp("http://127.0.0.1:9", { minTimeout: 1, timeout: 300 });
  await expect(http.send(read)).rejects.toThrow("no answer from http://127.0.0.1:9: ");
  await http.close();
  expect(proxy.asked).toEqual([]);
});
