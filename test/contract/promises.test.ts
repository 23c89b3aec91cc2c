/** The promises that came with OAuth clients in January 2023, each under its number. */

import * as oauth from "oauth4webapi";
import { startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { as, makeClient, refusedToken, takeToken } from "./client";

/** The end of an audit entry that acts, or that is acted on. */
interface Entry {
  readonly id: string;
  readonly type: string;
  readonly loginName?: string;
}

const noPermission = "calling actor does not have enough permissions to perform this function";
const day = 24 * 60 * 60 * 1000;

describe("S1: access tokens can be limited to specific kinds of operations", () => {
  test("a token manages auth keys and cannot edit access controls", async () => {
    await using emulator = await startEmulator();
    const { access_token } = await takeToken(
      emulator,
      await makeClient(emulator, ["auth_keys"], ["tag:ci"]),
    );
    const call = as(emulator, access_token);
    const made = await call("POST", "/keys", {
      capabilities: { devices: { create: { tags: ["tag:ci"] } } },
    });
    expect(made.status).toBe(200);
    for (const [method, path] of [
      ["POST", "/acl"],
      ["GET", "/acl"],
      ["GET", "/logging/configuration"],
    ] as const) {
      expect(await call(method, path)).toMatchObject({
        status: 403,
        body: { message: noPermission },
      });
    }
    // Some families are hidden from who may not see them.
    expect(await call("GET", "/users")).toMatchObject({
      status: 404,
      body: { message: "not found" },
    });
  });

  test("a read scope reads and does not write", async () => {
    await using emulator = await startEmulator();
    const { access_token } = await takeToken(
      emulator,
      await makeClient(emulator, [
        "devices:core:read",
        "devices:posture_attributes:read",
        "oauth_keys:read",
        "policy_file:read",
      ]),
    );
    const call = as(emulator, access_token);
    expect(
      (await call("GET", "/keys?all=true")).body.keys.map(
        ({ keyType }: { keyType: string }) => keyType,
      ),
    ).toEqual(expect.arrayContaining(["client", "client"]));
    expect((await call("GET", "/acl")).status).toBe(200);
    expect((await call("POST", "/keys", { keyType: "client", scopes: ["dns:read"] })).status).toBe(
      403,
    );
    expect((await call("POST", "/acl", "{}")).status).toBe(403);
  });

  test("a token can ask for less than its client holds, never for more", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["auth_keys", "dns"], ["tag:ci"]);
    const token = await takeToken(emulator, client, { scope: "dns" });
    expect(token.scope).toBe("dns");
    const call = as(emulator, token.access_token);
    expect((await call("GET", "/keys?all=true")).status).toBe(403);
    expect((await call("POST", "/keys", { capabilities: { devices: {} } })).status).toBe(403);

    const grant = {
      grant_type: "client_credentials",
      client_id: client.id,
      client_secret: client.key,
    };
    expect(await refusedToken(emulator, { ...grant, scope: "users policy_file" })).toEqual([
      403,
      'OAuth client cannot grant scopes "users policy_file"',
    ]);
  });

  test("a token keeps the scopes that it was issued with, and the next one has the client's new ones", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["users:read", "dns"]);
    const before = await takeToken(emulator, client);
    await as(emulator, emulator.apiKey)("PUT", `/keys/${client.id}`, {
      keyType: "client",
      scopes: ["dns"],
    });
    const after = await takeToken(emulator, client);
    expect((await as(emulator, before.access_token)("GET", "/users")).status).toBe(200);
    expect((await as(emulator, after.access_token)("GET", "/users")).status).toBe(404);
  });
});

describe("S2: any standard OAuth 2.0 library gets short-lived tokens again and again", () => {
  test.each([
    ["in the form", oauth.ClientSecretPost],
    ["in Basic auth", oauth.ClientSecretBasic],
  ])("a standard library gets a token with the secret %s", async (_, authentication) => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["dns", "users:read"]);
    const [one, two] = [
      await takeToken(emulator, client, {}, authentication),
      await takeToken(emulator, client, {}, authentication),
    ];
    expect(one).toMatchObject({ token_type: "bearer", expires_in: 3600, scope: "dns users:read" });
    expect(one.access_token).toMatch(/^tskey-api-/);
    expect(two.access_token).not.toBe(one.access_token);
    for (const { access_token } of [one, two])
      expect((await as(emulator, access_token)("GET", "/users")).status).toBe(200);
  });

  test("a token expires after one hour, and the next one works as well", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["users:read"]);
    const { access_token } = await takeToken(emulator, client);
    emulator.control.advanceClock(3_599_000);
    expect((await as(emulator, access_token)("GET", "/users")).status).toBe(200);
    emulator.control.advanceClock(2_000);
    expect(await as(emulator, access_token)("GET", "/users")).toMatchObject({
      status: 401,
      body: { message: "API token invalid" },
    });
    expect(
      (await as(emulator, (await takeToken(emulator, client)).access_token)("GET", "/users"))
        .status,
    ).toBe(200);
  });

  test("a token request with a wrong secret or another grant type is refused", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["dns"]);
    const grant = {
      grant_type: "client_credentials",
      client_id: client.id,
      client_secret: client.key,
    };
    expect(await refusedToken(emulator, { ...grant, client_secret: `${client.key}x` })).toEqual([
      401,
      "API token invalid",
    ]);
    expect(await refusedToken(emulator, {})).toEqual([401, "API token invalid"]);
    expect((await refusedToken(emulator, { ...grant, grant_type: "password" }))[0]).toBe(400);
  });
});

describe("S3: an OAuth client generates auth keys with a specific set of tags", () => {
  test("auth keys of an OAuth client must have tags, and belong to the tailnet and not to a user", async () => {
    await using emulator = await startEmulator();
    const { access_token } = await takeToken(
      emulator,
      await makeClient(emulator, ["auth_keys"], ["tag:ci"]),
    );
    const call = as(emulator, access_token);
    const untagged = await call("POST", "/keys", {
      capabilities: { devices: { create: { ephemeral: true } } },
    });
    expect(untagged.status).toBe(400);
    const made = await call("POST", "/keys", {
      capabilities: { devices: { create: { ephemeral: true, reusable: true, tags: ["tag:ci"] } } },
    });
    expect(made.body).toMatchObject({ keyType: "auth", userId: "" });
    expect(made.body.key).toMatch(new RegExp(`^tskey-auth-${made.body.id}-`));
    expect(made.body.capabilities.devices.create).toEqual({
      ephemeral: true,
      reusable: true,
      preauthorized: false,
      tags: ["tag:ci"],
    });
  });

  test("a user's own auth key can be without tags, and belongs to that user", async () => {
    await using emulator = await startEmulator();
    const made = await as(emulator, emulator.apiKey)("POST", "/keys", {
      capabilities: { devices: {} },
    });
    expect(made.status).toBe(200);
    expect(made.body.userId).not.toBe("");
    expect(made.body).toMatchObject({ expirySeconds: 90 * 24 * 60 * 60 });
  });
});

describe("S4: OAuth clients are owned by no user and do not expire", () => {
  test("a client outlives the user who created it, and works years later", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(
      emulator,
      ["users:read"],
      undefined,
      emulator.roles["it-admin"],
    );
    emulator.control.removeUser("it-admin@example.com");
    emulator.control.advanceClock(3 * 365 * day);
    const { access_token } = await takeToken(emulator, client);
    const call = as(emulator, access_token);
    expect((await call("GET", "/users")).status).toBe(200);
    expect((await call("GET", `/keys/${client.id}`)).body).not.toHaveProperty("expires");
  });
});

describe("S5: creation and use of OAuth clients are in the audit log", () => {
  test("the audit log shows who created and used a client, and when", async () => {
    await using emulator = await startEmulator({ strictness: { logsUpdates: true } });
    const client = await makeClient(emulator, ["dns", "logs:configuration:read"]);
    const { access_token } = await takeToken(emulator, client);
    await as(emulator, emulator.roles.admin)("PUT", `/keys/${client.id}`, {
      keyType: "client",
      scopes: ["logs:configuration:read"],
    });
    await as(emulator, emulator.roles["it-admin"])("DELETE", `/keys/${client.id}`);
    expect((await as(emulator, access_token)("GET", "/users")).status).toBe(401);
    const window = `start=${new Date(Date.now() - day).toISOString()}&end=${new Date(Date.now() + day).toISOString()}`;
    const { body } = await as(emulator, emulator.apiKey)("GET", `/logging/configuration?${window}`);
    expect(body).toMatchObject({ version: "1.1", tailnetId: emulator.tailnet });
    const entries = body.logs.map(
      ({ action, actor, target }: { action: string; actor: Entry; target: Entry }) => [
        action,
        target.type,
        actor.type,
        actor.loginName || actor.id,
      ],
    );
    expect(entries).toEqual([
      ["CREATE", "API_KEY", "USER", "owner@example.com"],
      ["CREATE", "OAUTH_ACCESS_TOKEN", "OAUTH_CLIENT", client.id],
      ["UPDATE", "API_KEY", "USER", "admin@example.com"],
      ["REVOKE", "API_KEY", "USER", "it-admin@example.com"],
    ]);
    for (const { eventTime, type, origin } of body.logs) {
      expect(Math.abs(Date.parse(eventTime) - Date.now())).toBeLessThan(60_000);
      expect([type, origin]).toEqual(["CONFIG", "CONFIG_API"]);
    }
    expect(JSON.stringify(body)).not.toContain(client.key);
    expect(JSON.stringify(body)).not.toContain(access_token);
  });
});

describe("S6: they can be revoked at any time", () => {
  test("a revocation takes effect at once, even for tokens that were already issued", async () => {
    await using emulator = await startEmulator();
    const client = await makeClient(emulator, ["users:read"]);
    const { access_token } = await takeToken(emulator, client);
    const owner = as(emulator, emulator.apiKey);
    expect((await owner("DELETE", `/keys/${client.id}`)).status).toBe(200);
    expect((await as(emulator, access_token)("GET", "/users")).status).toBe(401);
    expect(
      (
        await refusedToken(emulator, {
          grant_type: "client_credentials",
          client_id: client.id,
          client_secret: client.key,
        })
      )[0],
    ).toBe(401);
    const after = await owner("GET", `/keys/${client.id}`);
    expect(after).toMatchObject({
      status: 200,
      body: { invalid: true, revoked: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
    });
    expect(
      (await owner("GET", "/keys?all=true")).body.keys.map(({ id }: { id: string }) => id),
    ).not.toContain(client.id);
  });
});

describe("S7: administrators can only set scopes that grant what their role permits", () => {
  test.each([
    ["network-admin", "users", "dns"],
    ["it-admin", "policy_file", "users"],
  ] as const)(
    "an administrator with the role %s cannot give %s and can give %s",
    async (role, forbidden, permitted) => {
      await using emulator = await startEmulator();
      const call = as(emulator, emulator.roles[role]);
      expect(
        await call("POST", "/keys", { keyType: "client", scopes: [permitted, forbidden] }),
      ).toMatchObject({
        status: 403,
        body: { message: `actor cannot set scopes: [${forbidden}]` },
      });
      expect((await call("POST", "/keys", { keyType: "client", scopes: [permitted] })).status).toBe(
        200,
      );
    },
  );

  test.each(["auditor", "member", "billing-admin"] as const)(
    "an administrator with the role %s can create no client",
    async (role) => {
      await using emulator = await startEmulator();
      const { status } = await as(emulator, emulator.roles[role])("POST", "/keys", {
        keyType: "client",
        scopes: ["dns:read"],
      });
      expect(status).toBe(403);
    },
  );

  test("a client gives only scopes that it has, when it creates a client and when it changes one", async () => {
    await using emulator = await startEmulator();
    const { access_token } = await takeToken(
      emulator,
      await makeClient(emulator, ["oauth_keys", "dns"]),
    );
    const call = as(emulator, access_token);
    const made = await call("POST", "/keys", { keyType: "client", scopes: ["dns:read"] });
    expect(made.status).toBe(200);
    for (const scope of ["all", "users:read"]) {
      const refused = { status: 403, body: { message: `actor cannot set scopes: [${scope}]` } };
      expect(
        await call("POST", "/keys", { keyType: "client", scopes: ["dns", scope] }),
      ).toMatchObject(refused);
      expect(
        await call("PUT", `/keys/${made.body.id}`, { keyType: "client", scopes: ["dns", scope] }),
      ).toMatchObject(refused);
    }
  });
});

describe("S8: API access tokens are tied to a user", () => {
  test("an API access token has all of its user's permissions, lives at most 90 days, and ends with the user", async () => {
    await using emulator = await startEmulator();
    const call = as(emulator, emulator.roles["it-admin"]);
    expect((await call("GET", "/users")).status).toBe(200);
    const { access_token } = await takeToken(emulator, {
      id: emulator.clientId,
      key: emulator.clientSecret,
    });
    const { body } = await as(emulator, access_token)("GET", "/keys?all=true");
    const tokens = body.keys.filter(
      ({ keyType, userId }: { keyType: string; userId: string }) =>
        keyType === "api" && userId !== "",
    );
    expect(tokens).toHaveLength(7);
    for (const { userId, expirySeconds } of tokens) {
      expect(userId).not.toBe("");
      expect(expirySeconds).toBeLessThanOrEqual(90 * 24 * 60 * 60);
    }
    emulator.control.removeUser("it-admin@example.com");
    expect((await call("GET", "/users")).status).toBe(401);
    emulator.control.advanceClock(90 * day);
    expect((await as(emulator, emulator.apiKey)("GET", "/users")).status).toBe(401);
  });
});
