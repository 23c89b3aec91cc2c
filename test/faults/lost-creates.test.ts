/**
 * A create whose answer was lost: what it left is found and revoked, or named and left alone, and
 * never forgotten.
 */

import { type Emulator, type Fault, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { LostCreate } from "../../provider/api/errors";
import { openHttp } from "../../provider/api/http";
import type { KeyType } from "../../provider/api/keys/key";
import type { KeyBody } from "../../provider/api/keys/keys";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";
import { as, makeClient, takeToken } from "../contract/client";

const bodies: Readonly<Record<KeyType, KeyBody>> = {
  client: { scopes: ["dns", "auth_keys"], tags: ["tag:ci"], description: "CI" },
  federated: {
    scopes: ["dns"],
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:a/b:ref:refs/heads/main",
    customClaimRules: { ref: "*" },
  },
  auth: {
    capabilities: { devices: { create: { reusable: true, tags: ["tag:ci"] } } },
    expirySeconds: 3600,
    description: "CI",
  },
};

const kinds = Object.keys(bodies) as KeyType[];

function tailnet(emulator: Emulator, deployer?: ApiCredential, known?: Set<string>) {
  const all: ApiCredential = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: emulator.clientSecret,
  };
  const connection = { baseUrl: emulator.url, tailnet: "-", deployer: deployer ?? all };
  return openTailnet(connection, {
    http: openHttp(emulator.url, { minTimeout: 1, timeout: 300 }),
    known,
  });
}

const answer = (status: number, body = "{}", headers = {}): Fault["effect"] => ({
  kind: "answer",
  status,
  body,
  headers,
});

const effects: Readonly<Record<string, Fault["effect"]>> = {
  "a 500": answer(500),
  "a 502 with a page": answer(502, "<html>", { "content-type": "text/html" }),
  "a success with a page": answer(200, "<html>", { "content-type": "text/html" }),
  "a connection that breaks": { kind: "reset" },
  "an answer that is lost": { kind: "lose-answer" },
  "an answer cut short": { kind: "cut-answer" },
  "a server that stalls": { kind: "stall" },
};

const active = (emulator: Emulator) => emulator.control.activeCredentials().map(({ id }) => id);

const lose = (emulator: Emulator, times = 1, kind: "lose-answer" | "reset" = "lose-answer") =>
  emulator.control.addFault({ method: "POST", path: "/keys", times, effect: { kind } });

describe.each(kinds)("a lost create of kind %s", (kind) => {
  test.each(Object.keys(effects))(
    `exactly one credential of kind ${kind} is active after %s, and the run knows it`,
    async (name) => {
      await using emulator = await startEmulator({ rewriteGithubSubjects: true });
      emulator.control.addFault({
        method: "POST",
        path: "/keys",
        effect: effects[name] as Fault["effect"],
      });
      const made = await tailnet(emulator).keys(kind).create(bodies[kind]);
      expect(active(emulator)).toEqual([made.id]);
    },
  );

  test(`a credential of kind ${kind} that another run created at the same moment is never revoked, and the error names both`, async () => {
    await using emulator = await startEmulator();
    const here = tailnet(emulator);
    await here.deployer(); // Its clock is known from here on.
    const { access_token: token } = await takeToken(emulator, {
      id: emulator.clientId,
      key: emulator.clientSecret,
    });
    const other = await as(emulator, token)("POST", "/keys", { keyType: kind, ...bodies[kind] });
    lose(emulator);
    const error = await here
      .keys(kind)
      .create(bodies[kind])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LostCreate);
    const { candidates, message } = error as LostCreate;
    expect([...candidates].sort()).toEqual(active(emulator).sort());
    expect(candidates).toContain(other.body.id);
    expect(candidates).toHaveLength(2);
    for (const id of candidates) expect(message).toContain(id);
    expect(message).toMatch(
      /^Could not create an? .*\n {2}It may have taken effect: each of these was created at the same time.*\n {2}Nothing was revoked\. /,
    );
  });
});

test.each(kinds)(
  "an identical credential of kind %s that a user created at the same moment is not a candidate",
  async (kind) => {
    for (const effect of ["lose-answer", "reset"] as const) {
      await using emulator = await startEmulator();
      const users = await as(emulator, emulator.apiKey)("POST", "/keys", {
        keyType: kind,
        ...bodies[kind],
      });
      lose(emulator, 1, effect);
      const { id } = await tailnet(emulator).keys(kind).create(bodies[kind]);
      expect(active(emulator).sort()).toEqual([users.body.id, id].sort());
    }
  },
);

test("a lost create is found if an access token sent it, although the credential names a user", async () => {
  await using emulator = await startEmulator();
  lose(emulator);
  const { id } = await tailnet(emulator, { kind: "accessToken", token: emulator.apiKey })
    .keys("client")
    .create(bodies.client);
  expect(active(emulator)).toEqual([id]);
});

test("a credential that the state has, that differs, or that is older is not a candidate", async () => {
  await using emulator = await startEmulator();
  const make = async (body: KeyBody) =>
    (await as(emulator, emulator.apiKey)("POST", "/keys", { keyType: "client", ...body })).body.id;
  const older = await make(bodies.client);
  emulator.control.advanceClock(60_000);
  const known = await make(bodies.client);
  const others = [
    await make({ ...bodies.client, description: "other" }),
    await make({ ...bodies.client, scopes: ["dns"] }),
  ];
  lose(emulator);
  const { id } = await tailnet(emulator, undefined, new Set([known]))
    .keys("client")
    .create(bodies.client);
  expect(active(emulator).sort()).toEqual([older, known, ...others, id].sort());
});

test("after many identical creates at once, each credential is known, however many answers were lost", async () => {
  await using emulator = await startEmulator();
  const keys = tailnet(emulator).keys("client");
  for (const after of [0, 2, 3, 7])
    emulator.control.addFault({
      method: "POST",
      path: "/keys",
      after,
      effect: { kind: after === 2 ? "reset" : "lose-answer" },
    });
  const made = await Promise.all(Array.from({ length: 12 }, () => keys.create(bodies.client)));
  expect(active(emulator).sort()).toEqual(made.map(({ id }) => id).sort());
});

test("a create that is lost repeatedly is given up, and leaves no credential", async () => {
  await using emulator = await startEmulator();
  lose(emulator, 99);
  await expect(tailnet(emulator).keys("client").create(bodies.client)).rejects.toThrow(
    "It may have taken effect: it was sent 3 times, and what it created was revoked.\n  Nothing is left behind: run the same command again.",
  );
  expect(active(emulator)).toEqual([]);
  expect(
    emulator.control
      .takeRequests()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/keys")),
  ).toHaveLength(3);
});

test.each<[string, Fault, string]>([
  [
    "the list fails",
    { method: "GET", path: "/keys", times: 99, effect: answer(503, '{"message":"down"}') },
    "whether it did is not known (Tailscale failed to list the keys (503",
  ],
  [
    "nobody may list",
    { method: "GET", path: "/keys", times: 99, effect: answer(403) },
    "whether it did is not known, because the deployer may not list credentials",
  ],
  [
    "it cannot be revoked",
    { method: "DELETE", path: "/keys", times: 99, effect: answer(403) },
    "it created ",
  ],
])("if %s, the error says what to look for", async (_, fault, message) => {
  await using emulator = await startEmulator();
  lose(emulator);
  emulator.control.addFault(fault);
  const creating = tailnet(emulator).keys("client").create(bodies.client);
  await expect(creating).rejects.toThrow(message);
  await expect(creating).rejects.toThrow("`tailscope inventory --unmanaged`");
  expect(active(emulator)).toHaveLength(1);
});

test("a create that Tailscale refused is not looked for", async () => {
  await using emulator = await startEmulator();
  for (const status of [400, 403, 404, 409]) {
    emulator.control.addFault({
      method: "POST",
      path: "/keys",
      effect: answer(status, '{"message":"no"}'),
    });
    emulator.control.takeRequests();
    await expect(tailnet(emulator).keys("client").create(bodies.client)).rejects.toThrow(
      "Tailscale refused to create an OAuth client",
    );
    expect(
      emulator.control.takeRequests().filter(({ path }) => path.includes("/keys")),
    ).toHaveLength(1);
  }
});

test("a create is not looked for if its token cannot be obtained", async () => {
  await using emulator = await startEmulator();
  emulator.control.addFault({
    path: "/oauth/token",
    times: 99,
    effect: answer(503, '{"message":"down"}'),
  });
  const creating = tailnet(emulator).keys("client").create(bodies.client);
  await expect(creating).rejects.toThrow(
    /^Tailscale failed to give a token to the OAuth client \(503, POST \/oauth\/token, request REQ-\w+\): down\n {2}Run the same command again; it is safe to repeat\.$/,
  );
  expect(emulator.control.takeRequests().every(({ path }) => path === "/oauth/token")).toBe(true);
});

test("a lost create is found even if the list has only ids", async () => {
  await using emulator = await startEmulator();
  const known = await makeClient(emulator, ["dns"]);
  // The older form of the list; what the first create left is put into it as soon as it is there.
  const http = openHttp(emulator.url, { minTimeout: 1 });
  const idsAlone: typeof http = {
    ...http,
    async send(request, authorization) {
      const sent = await http.send(request, authorization);
      if (!request.path.endsWith("/keys?all=true")) return sent;
      return { keys: [known.id, ...active(emulator)].map((id) => ({ id })) };
    },
  };
  lose(emulator);
  const deployer = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: emulator.clientSecret,
  } as const;
  const { id } = await openTailnet(
    { baseUrl: emulator.url, tailnet: "-", deployer },
    { http: idsAlone },
  )
    .keys("client")
    .create(bodies.client);
  expect(active(emulator).sort()).toEqual([known.id, id].sort());
});

test("a create that Tailscale carries out late is revoked when it appears", async () => {
  await using emulator = await startEmulator();
  lose(emulator);
  // The first look comes too early: nothing is there yet.
  emulator.control.addFault({ method: "GET", path: "/keys", effect: answer(200, '{"keys":[]}') });
  const { id } = await tailnet(emulator).keys("client").create(bodies.client);
  expect(active(emulator)).toEqual([id]);
});

test("lost creates are found even if our clock or Tailscale's is off by ten minutes", async () => {
  await using emulator = await startEmulator();
  emulator.control.advanceClock(10 * 60_000);
  lose(emulator);
  const here = tailnet(emulator);
  const { id } = await here.keys("client").create(bodies.client);
  expect(active(emulator)).toEqual([id]);
});

test("a lost create of a minted key is looked for with the token of the client that mints it", async () => {
  await using emulator = await startEmulator();
  const minter = await makeClient(emulator, ["auth_keys"], ["tag:ci"]);
  lose(emulator);
  const { id } = await tailnet(emulator)
    .keys("auth", { clientId: minter.id, clientSecret: minter.key })
    .create(bodies.auth);
  expect(active(emulator).sort()).toEqual([minter.id, id].sort());
});
