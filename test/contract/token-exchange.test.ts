import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { matches } from "../../emulator/identity-token";
import { runs } from "../runs";
import { as } from "./client";

const issuer = "https://issuer.example.com";
const { publicKey, privateKey } = await generateKeyPair("RS256");
const stranger = await generateKeyPair("RS256");
const published = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }] };

async function identity(
  emulator: Emulator,
  more: object = {},
): Promise<{ id: string; audience: string }> {
  const wanted = {
    keyType: "federated",
    scopes: ["users:read"],
    issuer,
    subject: "repo:acme/*:ref:refs/heads/main",
    ...more,
  };
  return (await as(emulator, emulator.apiKey)("POST", "/keys", wanted)).body;
}

function signed(
  claims: Record<string, unknown>,
  { key = privateKey, expires = "5m" } = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setExpirationTime(expires)
    .sign(key);
}

function exchange(emulator: Emulator, client_id: string, jwt: string) {
  const body = new URLSearchParams({ client_id, jwt });
  return fetch(`${emulator.url}/api/v2/oauth/token-exchange`, { method: "POST", body });
}

/** The status and body of an answer. */
async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

/** Whatever the reason: it stands on the credential's page in the console alone. */
const refusal = [
  403,
  { message: expect.stringMatching(/^Unauthorized\. Visit https:\S+ for details$/) },
];

test("an identity token of the issuer is exchanged for an access token with the identity's scopes", async () => {
  await using emulator = await startEmulator();
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator, { customClaimRules: { environment: "prod*" } });
  const jwt = await signed({
    iss: issuer,
    sub: "repo:acme/web:ref:refs/heads/main",
    aud: audience,
    environment: "production",
  });
  const response = await exchange(emulator, id, jwt);
  expect(response.status).toBe(200);
  const token = (await response.json()) as { access_token: string };
  expect(token).toEqual({
    access_token: expect.stringMatching(/^tskey-api-/),
    token_type: "Bearer",
    expires_in: 3600,
  });
  const call = as(emulator, token.access_token);
  expect((await call("GET", "/users")).status).toBe(200);
  expect((await call("GET", "/acl")).status).toBe(403);
  emulator.control.revoke(id);
  expect((await call("GET", "/users")).status).toBe(401);
});

const right = {
  iss: issuer,
  sub: "repo:acme/web:ref:refs/heads/main",
  aud: "AUDIENCE",
  environment: "prod",
};

test.each<[string, Record<string, unknown>, { key?: typeof privateKey; expires?: string }]>([
  ["another subject", { ...right, sub: "repo:acme/web:ref:refs/heads/dev" }, {}],
  ["another owner", { ...right, sub: "repo:evil/repo:acme/web:ref:refs/heads/main" }, {}],
  ["another audience", { ...right, aud: "api.tailscale.com/other" }, {}],
  ["another issuer", { ...right, iss: "https://other.example.com" }, {}],
  ["a claim that does not match", { ...right, environment: "staging" }, {}],
  ["a claim that is not there", { ...right, environment: undefined }, {}],
  ["a claim that is an object", { ...right, environment: { toString: "prod" } }, {}],
  ["another's signature", right, { key: stranger.privateKey }],
  ["an end in the past", right, { expires: "-1m" }],
])("an identity token with %s is refused", async (_, claims, options) => {
  await using emulator = await startEmulator();
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator, { customClaimRules: { environment: "prod" } });
  const jwt = await signed(
    { ...claims, aud: claims["aud"] === "AUDIENCE" ? audience : claims["aud"] },
    options,
  );
  expect(await answerOf(await exchange(emulator, id, jwt))).toEqual(refusal);
});

test("a revoked identity is refused like one whose rules do not match", async () => {
  await using emulator = await startEmulator();
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator);
  emulator.control.revoke(id);
  const jwt = await signed({ ...right, aud: audience });
  expect(await answerOf(await exchange(emulator, id, jwt))).toEqual(refusal);
});

test("a request with an invalid JWT or without a federated identity is not understood", async () => {
  await using emulator = await startEmulator();
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator);
  const notUnderstood = [400, { message: "invalid request" }];
  const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ ...right, aud: audience })).toString("base64url")}.`;
  for (const jwt of ["", "x", "x.y z"])
    expect(await answerOf(await exchange(emulator, id, jwt))).toEqual(notUnderstood);
  for (const jwt of ["x.y.z", unsigned])
    expect(await answerOf(await exchange(emulator, id, jwt))).toEqual(refusal);
  const jwt = await signed({ ...right, aud: audience });
  for (const other of ["", "kNowhere", emulator.clientId])
    expect(await answerOf(await exchange(emulator, other, jwt))).toEqual(notUnderstood);
});

test.each<[string, Record<string, string>, unknown, number]>([
  ["a claim in an object", { "user.name": "ann*" }, { user: { name: "ann@example.com" } }, 200],
  ["a name with dots, in quotes", { '"open.id".name': "ann" }, { "open.id": { name: "ann" } }, 200],
  ["a name with dots, without quotes", { "open.id": "ann" }, { "open.id": "ann" }, 403],
  ["one of several values", { groups: "ops" }, { groups: ["dev", "ops"] }, 200],
  ["a number", { run: "7" }, { run: 7 }, 200],
  ["an object", { user: "*" }, { user: { name: "ann" } }, 403],
  ["a claim below a text", { "user.length": "3" }, { user: "ann" }, 403],
  ["a claim that every object has", { "user.constructor.name": "*" }, { user: {} }, 403],
  ["no name", { "": "*" }, {}, 403],
])("a claim rule for %s: %j against %j gives %i", async (_, customClaimRules, claims, status) => {
  await using emulator = await startEmulator();
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator, { customClaimRules });
  const jwt = await signed({ iss: issuer, sub: right.sub, aud: audience, ...(claims as object) });
  expect((await exchange(emulator, id, jwt)).status).toBe(status);
});

test("an identity whose audience a PUT has emptied accepts no token", async () => {
  await using emulator = await startEmulator({ strictness: { putWithoutAudience: "empties" } });
  emulator.control.publishIssuerKeys(issuer, published);
  const { id, audience } = await identity(emulator);
  const jwt = await signed({ ...right, aud: audience });
  expect((await exchange(emulator, id, jwt)).status).toBe(200);
  await as(emulator, emulator.apiKey)("PUT", `/keys/${id}`, {
    keyType: "federated",
    scopes: ["users:read"],
    issuer,
    subject: right.sub,
  });
  for (const aud of [audience, ""]) {
    const response = await exchange(emulator, id, await signed({ ...right, aud }));
    expect(await answerOf(response)).toEqual(refusal);
  }
});

test("GitHub's tokens are accepted in the form that the identity has: with ids if it was rewritten", async () => {
  await using emulator = await startEmulator({ rewriteGithubSubjects: true });
  const github = "https://token.actions.githubusercontent.com";
  emulator.control.publishIssuerKeys(github, published);
  const { id, audience } = await identity(emulator, {
    issuer: github,
    subject: "repo:acme/web:ref:refs/heads/main",
  });
  const { subject } = (await as(emulator, emulator.apiKey)("GET", `/keys/${id}`)).body;
  for (const [sub, status] of [
    [subject, 200],
    ["repo:acme/web:ref:refs/heads/main", 403],
    ["repo:acme/other:ref:refs/heads/main", 403],
  ]) {
    const jwt = await signed({ iss: github, sub, aud: audience });
    expect((await exchange(emulator, id, jwt)).status, sub).toBe(status);
  }
});

test("the issuer's keys are found through its discovery document", async () => {
  const documents: Record<string, object> = {
    "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": published,
  };
  const server = createServer((request, response) =>
    response.end(JSON.stringify(documents[request.url ?? ""] ?? {})),
  ).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo;
  try {
    await using emulator = await startEmulator({
      fetch: (input, init) =>
        fetch(String(input).replace(issuer, `http://127.0.0.1:${port}`), init),
    });
    const { id, audience } = await identity(emulator);
    expect((await exchange(emulator, id, await signed({ ...right, aud: audience }))).status).toBe(
      200,
    );
    documents["/.well-known/openid-configuration"] = {
      issuer: "https://other.example.com",
      jwks_uri: `${issuer}/jwks`,
    };
    expect((await exchange(emulator, id, await signed({ ...right, aud: audience }))).status).toBe(
      403,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("a pattern matches what the same regular expression matches", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, written) => {
      const text = written.replaceAll("*", "c");
      const expression = new RegExp(
        `^${pattern
          .split("*")
          .map((part) => part.replaceAll(".", "\\."))
          .join(".*")}$`,
        "s",
      );
      expect(matches(pattern, text)).toBe(expression.test(text));
    }),
    { numRuns: runs(5000) },
  );
});
