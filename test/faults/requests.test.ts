/**
 * How requests behave when something goes wrong on the way: real HTTP to an emulator that fails as
 * it is told.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Emulator, type Fault, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { openHttp } from "../../provider/api/http";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";

const body = { scopes: ["dns"] };

/**
 * The deployer's view of the emulator's tailnet; waits between tries are short, and so is patience.
 */
function clients(
  emulator: Emulator,
  deployer: ApiCredential = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: emulator.clientSecret,
  },
  timeout = 20_000,
) {
  const connection = { baseUrl: emulator.url, tailnet: "-", deployer };
  return openTailnet(connection, { http: openHttp(emulator.url, { minTimeout: 1, timeout }) }).keys(
    "client",
  );
}

const answer = (status: number, headers: Record<string, string> = {}): Fault["effect"] => ({
  kind: "answer",
  status,
  headers,
});

test.each<[string, Fault["effect"]]>([
  ["a 429", answer(429, { "retry-after": "0" })],
  ["a 500", answer(500)],
  [
    "a 502 with a page",
    { kind: "answer", status: 502, body: "<html>", headers: { "content-type": "text/html" } },
  ],
  ["a 503", answer(503)],
  ["a 504", answer(504)],
  ["a connection that breaks", { kind: "reset" }],
  ["an answer that is lost", { kind: "lose-answer" }],
  ["a server that stalls", { kind: "stall" }],
])("a token request, a read, a change and a delete are repeated after %s", async (_, effect) => {
  await using emulator = await startEmulator();
  // Only a stalled server has to be waited for: elsewhere a busy machine may take its time.
  const keys = clients(emulator, undefined, effect.kind === "stall" ? 1000 : undefined);
  emulator.control.addFault({ path: "/oauth/token", effect });
  const { id } = await keys.create(body);
  for (const method of ["GET", "PUT", "DELETE"])
    emulator.control.addFault({ method, path: "/keys", effect });
  expect(await keys.find(id)).toMatchObject({ id });
  expect(await keys.update(id, () => ({ scopes: ["users:read"] }))).toMatchObject({
    scopes: ["users:read"],
  });
  await keys.revoke(id);
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test("a create is repeated after a 429, which means that nothing was done", async () => {
  await using emulator = await startEmulator();
  emulator.control.addFault({
    method: "POST",
    path: "/keys",
    times: 2,
    effect: answer(429, { "retry-after": "0" }),
  });
  await clients(emulator).create(body);
  expect(emulator.control.activeCredentials()).toHaveLength(1);
});

test("a request that keeps failing reports the status and message of the last answer", async () => {
  await using emulator = await startEmulator();
  emulator.control.addFault({
    method: "GET",
    path: "/keys/",
    times: 99,
    effect: { kind: "answer", status: 503, body: '{"message":"down for a while"}' },
  });
  await expect(clients(emulator).find("kA")).rejects.toThrow(
    /^Tailscale failed to read the OAuth client kA \(503, GET \/tailnet\/-\/keys\/kA, request REQ-\w+\): down for a while/,
  );
  expect(
    emulator.control.takeRequests().filter(({ path }) => path.endsWith("/keys/kA")),
  ).toHaveLength(5);
});

test("many simultaneous requests share one token, and a token that is revoked meanwhile is renewed", async () => {
  await using emulator = await startEmulator();
  const keys = clients(emulator);
  const made = await Promise.all(Array.from({ length: 50 }, () => keys.create(body)));
  expect(tokens(emulator)).toBe(1);
  emulator.control.addFault({ method: "GET", effect: answer(401) });
  await Promise.all(made.map(({ id }) => keys.find(id)));
  expect(tokens(emulator), "one for reading, and one more after it was refused").toBe(2);

  // The create of the one whose token was refused is repeated: a 401 did nothing.
  emulator.control.addFault({ method: "POST", path: "/keys", effect: answer(401) });
  await keys.create(body);
  expect(emulator.control.activeCredentials()).toHaveLength(51);
});

test("an API access token is sent unchanged, and is reported if it is wrong", async () => {
  await using emulator = await startEmulator();
  expect(
    await clients(emulator, { kind: "accessToken", token: emulator.apiKey }).find("kA"),
  ).toBeUndefined();
  emulator.control.takeRequests();
  const wrong = clients(emulator, { kind: "accessToken", token: "tskey-api-wrong" });
  await expect(wrong.find("kA")).rejects.toThrow("The deployer was not accepted");
  expect(emulator.control.takeRequests()).toHaveLength(1);
});

test("a redirect is never followed, so no token reaches another host", async () => {
  const visited: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    visited.push(request.headers.authorization);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => other.once("listening", listening));
  const { port } = other.address() as AddressInfo;
  try {
    await using emulator = await startEmulator();
    emulator.control.addFault({
      method: "GET",
      path: "/keys/",
      effect: answer(307, { location: `http://127.0.0.1:${port}/` }),
    });
    await expect(clients(emulator).find("kA")).rejects.toThrow(
      "The answer is a redirect, and Tailscope never follows one with a token",
    );
    expect(visited).toEqual([]);
  } finally {
    other.close();
  }
});

test.each([
  ["not JSON", "<html>", "it is not JSON"],
  ["without an id", '{"keyType":"client"}', "id: "],
  ["of another shape", '{"id":"kA","scopes":"dns"}', "scopes: "],
  ["empty", "", "the whole: "],
])("an answer that is %s is reported as such", async (_, text, problem) => {
  await using emulator = await startEmulator();
  emulator.control.addFault({
    method: "GET",
    path: "/keys/",
    effect: { kind: "answer", status: 200, body: text },
  });
  const reading = clients(emulator).find("kA");
  await expect(reading).rejects.toThrow(
    "Tailscale's answer to GET /tailnet/-/keys/kA (to read the OAuth client kA) is not what its API documents",
  );
  await expect(reading).rejects.toThrow(problem);
});

test("a credential that was created without a secret in the answer is revoked", async () => {
  await using emulator = await startEmulator();
  const keys = clients(emulator);
  const { id } = await keys.create(body);
  emulator.control.addFault({
    method: "POST",
    path: "/keys",
    effect: { kind: "answer", status: 200, body: JSON.stringify({ id }) },
  });
  await expect(keys.createWithSecret(body)).rejects.toThrow(
    `it has no secret, so the OAuth client ${id} was revoked again`,
  );
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test("requests identify Tailscope and share connections that stay open", async () => {
  const agents = new Set<string | undefined>();
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    agents.add(request.headers["user-agent"]);
    sockets.add(request.socket);
    response.end('{"id":"kA"}');
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const http = openHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const request = { doing: "read", method: "GET", path: "/x" } as const;
    for (let n = 0; n < 20; n++) await http.send(request);
    expect([...agents]).toEqual([
      expect.stringMatching(/^tailscope\/\d+\.\d+\.\d+ \(Pulumi dynamic provider; node \d+\./),
    ]);
    // The pool opens a second one where a request comes before the last answer's connection is free
    // again.
    expect(sockets.size).toBeLessThanOrEqual(2);
  } finally {
    await http.close();
    server.close();
  }
});

function tokens(emulator: Emulator): number {
  return emulator.control.takeRequests().filter(({ path }) => path === "/oauth/token").length;
}
