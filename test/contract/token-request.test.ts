/** What a token request may say, and what Tailscale makes of it (docs/api-facts.md). */

import { startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { as, makeClient, refusedToken, takeToken } from "./client";

const withBase = (emulator: { url: string }, form: Record<string, string>) =>
  fetch(`${emulator.url}/api/v2/oauth/token`, { method: "POST", body: new URLSearchParams(form) });

describe("a scope that there is not", () => {
  test.each(["device", "device auth_keys", "auth_keys,devices:core", "users device"])(
    "the unknown scope %j gives a token for everything that the client has, and the answer says so",
    async (scope) => {
      await using emulator = await startEmulator();
      const client = await makeClient(emulator, ["auth_keys", "oauth_keys"], ["tag:ci"]);
      const token = await takeToken(emulator, client, { scope });
      expect(token.scope).toBe("auth_keys oauth_keys");
      expect(token["tags"]).toBe("tag:ci");
      const call = as(emulator, token.access_token);
      expect((await call("GET", "/keys?all=true")).status).toBe(200);
      const made = await call("POST", "/keys", { keyType: "client", scopes: ["oauth_keys"] });
      expect(made.status).toBe(200);
    },
  );

  test("an unknown scope is a scope if the emulator is told so, and the client may lack it", async () => {
    await using emulator = await startEmulator({ scopes: ["printers"] });
    const client = await makeClient(emulator, ["dns", "printers"]);
    expect((await takeToken(emulator, client, { scope: "printers" })).scope).toBe("printers");
    const other = await makeClient(emulator, ["dns"]);
    expect(
      await refusedToken(emulator, { client_secret: other.key, scope: "printers" }),
    ).toMatchObject([403, expect.stringContaining("printers")]);
  });
});

test("a client with the newer scopes cannot request an older name, and one with all can", async () => {
  await using emulator = await startEmulator();
  const newer = await makeClient(emulator, ["devices:core", "auth_keys"], ["tag:ci"]);
  const refused = await refusedToken(emulator, { client_secret: newer.key, scope: "devices" });
  expect(refused).toEqual([403, 'OAuth client cannot grant scopes "devices"']);
  const all = { id: emulator.clientId, key: emulator.clientSecret };
  expect((await takeToken(emulator, all, { scope: "devices" })).scope).toBe("devices");
});

test.each([
  ["devices", ["auth_keys", "devices:core", "devices:posture_attributes"]],
  ["devices:read", ["auth_keys:read", "devices:core:read", "devices:posture_attributes:read"]],
  ["acl", ["policy_file"]],
  ["logs:read", ["logs:configuration:read"]],
])("a client with the older name %s passes on %j", async (older, newer) => {
  await using emulator = await startEmulator();
  const client = await makeClient(emulator, [older, "oauth_keys"], ["tag:ci"]);
  const call = as(emulator, (await takeToken(emulator, client)).access_token);
  const body = { keyType: "client", scopes: newer, tags: ["tag:ci"] };
  expect((await call("POST", "/keys", body)).status).toBe(200);
  expect((await call("POST", "/keys", { ...body, scopes: ["dns"] })).status).toBe(403);
});

test("only the secret counts: any client id or none is accepted, and grant_type is optional", async () => {
  await using emulator = await startEmulator();
  const { key: client_secret, id } = await makeClient(emulator, ["dns"]);
  for (const form of [
    { client_secret },
    { client_secret, client_id: "some-client-id" },
    { client_secret, client_id: emulator.clientId, grant_type: "client_credentials" },
  ]) {
    const response = await withBase(emulator, form);
    expect(response.status).toBe(200);
    const { access_token } = (await response.json()) as { access_token: string };
    expect((await as(emulator, access_token)("GET", `/keys/${id}`)).status).toBe(200);
  }
  expect(await refusedToken(emulator, { client_id: id })).toEqual([401, "API token invalid"]);
});

test("the answer has the client's tags if none were requested, and otherwise the requested ones", async () => {
  await using emulator = await startEmulator({
    policy: '{ "tagOwners": { "tag:a": [], "tag:b": ["tag:a"] } }',
  });
  const client = await makeClient(emulator, ["auth_keys"], ["tag:a"]);
  expect((await takeToken(emulator, client))["tags"]).toBe("tag:a");
  expect((await takeToken(emulator, client, { tags: "tag:b" }))["tags"]).toBe("tag:b");
  const untagged = await makeClient(emulator, ["dns"]);
  expect(await takeToken(emulator, untagged)).not.toHaveProperty("tags");
});

test("the parameter tailnet is accepted for the emulator's own tailnet, and refused for another", async () => {
  await using emulator = await startEmulator();
  const { clientSecret: client_secret } = emulator;
  const { users } = (await as(emulator, emulator.apiKey)("GET", "/users")).body;
  for (const tailnet of ["-", emulator.tailnet, users[0].tailnetId])
    expect((await withBase(emulator, { client_secret, tailnet })).status).toBe(200);
  expect(await refusedToken(emulator, { client_secret, tailnet: "TanotherCNTRL" })).toEqual([
    403,
    "user tailnet does not match",
  ]);
});

test("the scopes of an organisation are scopes", async () => {
  await using emulator = await startEmulator();
  const client = await makeClient(emulator, ["tailnets"]);
  expect((await takeToken(emulator, client)).scope).toBe("tailnets");
});
