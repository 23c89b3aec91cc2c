import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as, makeClient, takeToken } from "./client";

const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const github = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/infrastructure:ref:refs/heads/main",
};

test("an OAuth client has the API's form: whole seconds, no empty lists, and the secret only once", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const made = await call("POST", "/keys", {
    keyType: "client",
    scopes: ["dns"],
    description: "one client",
  });
  const { key, ...shown } = made.body;
  expect(key).toMatch(new RegExp(`^tskey-client-${shown.id}-`));
  expect(shown).toEqual({
    id: expect.stringMatching(/^k\w+CNTRL$/),
    keyType: "client",
    description: "one client",
    created: expect.stringMatching(seconds),
    updated: expect.stringMatching(seconds),
    userId: expect.stringMatching(/^u/),
    scopes: ["dns"],
  });
  expect((await call("GET", `/keys/${shown.id}`)).body).toEqual(shown);
  expect((await call("GET", "/keys?all=true")).body.keys).toContainEqual(shown);
});

test("a federated identity's id starts with the tailnet's, and the server derives its audience from it", async () => {
  await using emulator = await startEmulator();
  const { body } = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "federated",
    scopes: ["dns"],
    ...github,
  });
  expect(body.id).toMatch(/^T\w+CNTRL-k\w+CNTRL$/);
  expect(body).toMatchObject({
    ...github,
    audience: `api.tailscale.com/${body.id}`,
    customClaimRules: {},
  });
  expect(body).not.toHaveProperty("key");
});

test("GitHub subjects are rewritten to the form with ids if that is turned on", async () => {
  await using emulator = await startEmulator({ rewriteGithubSubjects: true });
  const call = as(emulator, emulator.apiKey);
  const made = await call("POST", "/keys", { keyType: "federated", scopes: ["dns"], ...github });
  expect(made.body.subject).toMatch(/^repo:acme@\d+\/infrastructure@\d+:ref:refs\/heads\/main$/);
  const other = await call("POST", "/keys", {
    keyType: "federated",
    scopes: ["dns"],
    issuer: "https://gitlab.com",
    subject: github.subject,
  });
  expect(other.body.subject).toBe(github.subject);
});

test("a PUT replaces everything that can change, and keeps the secret", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const client = await makeClient(emulator, ["auth_keys", "dns"], ["tag:ci"]);
  const changed = await call("PUT", `/keys/${client.id}`, {
    keyType: "client",
    scopes: ["users:read"],
  });
  expect(changed.body).not.toHaveProperty("tags");
  expect(changed.body).not.toHaveProperty("key");
  expect((await takeToken(emulator, client)).scope).toBe("users:read");

  const key = await call("POST", "/keys", { capabilities: { devices: {} } });
  for (const [id, body, message] of [
    [key.body.id, { keyType: "auth" }, 'keys of type "auth" can not be updated'],
    [
      client.id,
      { keyType: "federated", scopes: ["dns"], ...github },
      'cannot modify key type, attempting to change from "client" to "federated"',
    ],
    [
      client.id,
      { scopes: ["dns"] },
      'cannot modify key type, attempting to change from "client" to ""',
    ],
    [
      client.id,
      { keyType: "client", scopes: [] },
      "scopes cannot be empty, at least one scope is required for OAuth clients",
    ],
  ] as const) {
    expect(await call("PUT", `/keys/${id}`, body)).toMatchObject({
      status: 400,
      body: { message },
    });
  }
});

test.each([
  ["its description", { description: "a.b" }, 400],
  ["its tags", { tags: ["tag:nowhere"] }, 400],
  ["a scope", { scopes: ["printers"] }, 400],
])("a PUT that is refused for %s changes nothing", async (_, more, status) => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const { id } = await makeClient(emulator, ["auth_keys", "dns"], ["tag:ci"]);
  const before = (await call("GET", `/keys/${id}`)).body;
  const body = { keyType: "client", scopes: ["dns"], ...more };
  expect((await call("PUT", `/keys/${id}`, body)).status).toBe(status);
  expect((await call("GET", `/keys/${id}`)).body).toEqual(before);
});

test("a revoked or expired key stays readable with little data, the list shows active ones, and an unknown id is 404", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const client = await makeClient(emulator, ["dns"]);
  const key = await call("POST", "/keys", {
    capabilities: { devices: { create: { reusable: true } } },
    expirySeconds: 60,
  });
  await call("DELETE", `/keys/${client.id}`);
  emulator.control.advanceClock(61_000);
  for (const [id, revoked] of [
    [client.id, true],
    [key.body.id, false],
  ] as const) {
    const { status, body } = await call("GET", `/keys/${id}`);
    expect(status).toBe(200);
    expect(body.invalid).toBe(true);
    expect("revoked" in body).toBe(revoked);
    expect(body).not.toHaveProperty("scopes");
    expect(body).not.toHaveProperty("capabilities");
  }
  const ids = (await call("GET", "/keys?all=true")).body.keys.map(({ id }: { id: string }) => id);
  expect(ids).not.toContain(client.id);
  expect(ids).not.toContain(key.body.id);
  for (const [method, message] of [
    ["GET", "not found"],
    ["PUT", "not found"],
    ["DELETE", "key not found"],
  ] as const) {
    expect(await call(method, "/keys/kNowhereCNTRL")).toMatchObject({
      status: 404,
      body: { message },
    });
  }
  expect(await call("DELETE", `/keys/${client.id}`), "again").toMatchObject({
    status: 200,
    body: null,
  });
});

test("the contents of a list depend on the caller", async () => {
  await using emulator = await startEmulator({
    strictness: { listsTokens: false, userTokensList: "all" },
  });
  const owner = as(emulator, emulator.apiKey);
  await owner("POST", "/keys", { capabilities: { devices: {} } });
  await owner("POST", "/keys", { keyType: "federated", scopes: ["dns"], ...github });
  const kinds = async (token: string, query: string) => {
    const { body } = await as(emulator, token)("GET", `/keys${query}`);
    return [...new Set(body.keys.map(({ keyType }: { keyType: string }) => keyType))].sort();
  };
  expect(await kinds(emulator.apiKey, "")).toEqual(["api", "auth", "client", "federated"]);
  const all = await takeToken(emulator, { id: emulator.clientId, key: emulator.clientSecret });
  expect(await kinds(all.access_token, "")).toEqual(["client"]);
  expect(await kinds(all.access_token, "?all=true")).toEqual([
    "api",
    "auth",
    "client",
    "federated",
  ]);
  const some = await takeToken(
    emulator,
    await makeClient(emulator, ["auth_keys:read", "federated_keys:read", "api_access_tokens:read"]),
  );
  expect(
    await kinds(some.access_token, "?all=true"),
    "only all and all:read list all access tokens",
  ).toEqual(["auth", "federated"]);
  const none = await takeToken(emulator, await makeClient(emulator, ["dns"]));
  expect((await as(emulator, none.access_token)("GET", "/keys")).status).toBe(403);
});

test("every token can read the credential that it came from, and no other", async () => {
  await using emulator = await startEmulator();
  const client = await makeClient(emulator, ["dns"]);
  const call = as(emulator, (await takeToken(emulator, client)).access_token);
  expect((await call("GET", `/keys/${client.id}`)).body).toMatchObject({
    id: client.id,
    scopes: ["dns"],
  });
  const hidden = await call("GET", `/keys/${emulator.clientId}`);
  expect(hidden.status).toBe(emulator.control.unknowns().hiddenKey);
});

test.each([
  ["a scope that does not exist", { keyType: "client", scopes: ["printers"] }],
  [
    "an issuer that is not https",
    { keyType: "federated", scopes: ["dns"], ...github, issuer: "http://issuer.example.com" },
  ],
  ["no subject", { keyType: "federated", scopes: ["dns"], issuer: github.issuer }],
  [
    "a rule for sub",
    { keyType: "federated", scopes: ["dns"], ...github, customClaimRules: { sub: "x" } },
  ],
  ["more than 90 days", { capabilities: { devices: {} }, expirySeconds: 90 * 24 * 60 * 60 + 1 }],
  ["an unknown kind", { keyType: "printer" }],
  ["no object", [1]],
])("a create with %s is refused with 400 and a message", async (_, body) => {
  await using emulator = await startEmulator();
  const { status, body: answer } = await as(emulator, emulator.apiKey)("POST", "/keys", body);
  expect(status).toBe(400);
  expect(answer).toEqual({ message: expect.stringMatching(/\w/) });
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test.each([
  ["capabilities", {}],
  ["devices among its capabilities", { capabilities: {} }],
  ["JSON", "{"],
])(
  "a create without %s is refused with a message about capabilities, as measured",
  async (_, body) => {
    await using emulator = await startEmulator();
    expect(await as(emulator, emulator.apiKey)("POST", "/keys", body)).toMatchObject({
      status: 400,
      body: { message: "exactly one capability scope must be populated" },
    });
  },
);

test.each([
  ["federated", { issuer: github.issuer, subject: github.subject }, "federated identities"],
  ["client", {}, "OAuth clients"],
])("a create of a %s without scopes is refused", async (keyType, more, kinds) => {
  await using emulator = await startEmulator();
  const message = `scopes cannot be empty, at least one scope is required for ${kinds}`;
  for (const scopes of [[], null, undefined]) {
    const body = { keyType, ...more, scopes };
    expect(await as(emulator, emulator.apiKey)("POST", "/keys", body)).toMatchObject({
      status: 400,
      body: { message },
    });
  }
});

test.each([
  ["expirySeconds", { keyType: "client", scopes: ["dns"], expirySeconds: 60 }],
  ["capabilities", { keyType: "federated", ...github, capabilities: { devices: {} } }],
  ["issuer", { keyType: "client", scopes: ["dns"], issuer: github.issuer }],
  ["scopes", { capabilities: { devices: {} }, scopes: ["dns"] }],
])(
  "a value for %s of another type is refused, and counts as missing if it is empty",
  async (name, body) => {
    await using emulator = await startEmulator();
    const call = as(emulator, emulator.apiKey);
    expect(await call("POST", "/keys", body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(name) },
    });
    const kind = { keyType: "client", scopes: ["dns"] };
    const empty = {
      ...kind,
      expirySeconds: 0,
      capabilities: null,
      issuer: "",
      customClaimRules: {},
    };
    expect((await call("POST", "/keys", empty)).status).toBe(200);
  },
);

test.each([
  ["a_b", "a_b"],
  ["x".repeat(51), "x".repeat(50)],
  ["é".repeat(60), "é".repeat(50)],
  ["", undefined],
])("the description %j becomes %j", async (description, kept) => {
  await using emulator = await startEmulator();
  const body = { keyType: "client", scopes: ["dns"], description };
  const made = await as(emulator, emulator.apiKey)("POST", "/keys", body);
  expect(made).toMatchObject({ status: 200 });
  expect(made.body.description).toBe(kept);
});

test.each(["a.b", "a:b", "a/b", "a\nb"])("the description %j is refused", async (description) => {
  await using emulator = await startEmulator();
  const body = { keyType: "client", scopes: ["dns"], description };
  expect(await as(emulator, emulator.apiKey)("POST", "/keys", body)).toMatchObject({
    status: 400,
    body: { message: "keys: description had invalid characters" },
  });
});

test("an API token is accepted as a bearer or as a user name, and the tailnet by id, name or -", async () => {
  await using emulator = await startEmulator();
  const users = (authorization: string, tailnet = "-") =>
    fetch(`${emulator.url}/api/v2/tailnet/${tailnet}/users`, { headers: { authorization } }).then(
      ({ status }) => status,
    );
  const basic = `Basic ${Buffer.from(`${emulator.apiKey}:`).toString("base64")}`;
  const bearer = `Bearer ${emulator.apiKey}`;
  const { body } = await as(emulator, emulator.apiKey)("GET", "/users");
  expect(
    await Promise.all([
      users(bearer),
      users(basic),
      users(bearer, emulator.tailnet),
      users(bearer, body.users[0].tailnetId),
    ]),
  ).toEqual([200, 200, 200, 200]);
  expect(
    await Promise.all([users("Bearer nonsense"), users(""), users(`Digest ${emulator.apiKey}`)]),
  ).toEqual([401, 401, 401]);
  expect(await users(bearer, "another.example.com")).toBe(403);
});
