/** The audit log in the form that a real tailnet's had on 2026-07-27 (docs/api-facts.md). */

import { type AuditEntry, type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as, makeClient, takeToken } from "./client";

/** The entries as the API answers them to the owner. */
async function logOf(emulator: Emulator): Promise<AuditEntry[]> {
  const [start, end] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000));
  const path = `/logging/configuration?start=${start?.toISOString()}&end=${end?.toISOString()}`;
  return (await as(emulator, emulator.apiKey)("GET", path)).body.logs;
}

const common = {
  eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
  type: "CONFIG",
  eventGroupID: expect.stringMatching(/^[0-9a-f]{32}$/),
  origin: "CONFIG_API",
};

test("a client that gets a token and creates and revokes an auth key makes three entries, which name only its id", async () => {
  await using emulator = await startEmulator();
  const client = await makeClient(emulator, ["auth_keys"], ["tag:ci"]);
  const { access_token } = await takeToken(emulator, client);
  const call = as(emulator, access_token);
  const made = await call("POST", "/keys", {
    capabilities: { devices: { create: { ephemeral: true, tags: ["tag:ci"] } } },
    description: "probe",
    expirySeconds: 300,
  });
  await call("DELETE", `/keys/${made.body.id}`);
  const actor = {
    id: client.id,
    type: "OAUTH_CLIENT",
    loginName: "",
    displayName: "OAuth client",
  };
  const target = { id: made.body.id, name: "Auth key", type: "API_KEY" };
  expect((await logOf(emulator)).slice(1)).toEqual([
    {
      ...common,
      actor,
      action: "CREATE",
      target: {
        id: expect.stringMatching(/^k\w+CNTRL$/),
        name: "OAuth access token",
        type: "OAUTH_ACCESS_TOKEN",
      },
      actionDetails: "scopes - auth_keys",
    },
    {
      ...common,
      actor,
      action: "CREATE",
      target,
      new: {
        expires: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC$/),
        capabilities: ["ONE_OFF_NODE_AUTH", "EPHEMERAL"],
        domainLevel: true,
        authTags: ["tag:ci"],
        description: "probe",
      },
    },
    { ...common, actor, action: "REVOKE", target },
  ]);
});

test("no two entries of the audit log have the same time, and they are sorted by time", async () => {
  await using emulator = await startEmulator();
  await Promise.all(Array.from({ length: 20 }, () => makeClient(emulator, ["dns"])));
  const times = (await logOf(emulator)).map(({ eventTime }) => eventTime);
  expect(times).toEqual([...new Set(times)].sort());
});

test("the audit log can contain entries of others: a leak that the secret scanner found, an expiry, a late entry", async () => {
  await using emulator = await startEmulator();
  const { id } = await makeClient(emulator, ["dns"]);
  const deferredAt = "2026-08-01T12:00:00.5Z";
  emulator.control.revoke(id, { by: "SECRET_SCANNER", deferredAt });
  const target = { id: "kEndedCNTRL", name: "Auth key", type: "API_KEY" };
  emulator.control.addAuditEntry({ action: "EXPIRED", target });
  const outside = await fetch(`${emulator.url}/control/add-audit-entry`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.controlToken}` },
    body: JSON.stringify({
      action: "REVOKE",
      target,
      actor: { id: "x", type: "SOMETHING_NEW" },
      origin: "SUPPORT_REQUEST",
      error: "it failed",
    }),
  });
  expect(outside.status).toBe(200);
  expect((await logOf(emulator)).slice(1)).toMatchObject([
    { action: "REVOKE", actor: { id: "", type: "SECRET_SCANNER" }, target: { id }, deferredAt },
    { action: "EXPIRED", actor: { type: "AUTOMATED_WORKER" }, target },
    {
      action: "REVOKE",
      actor: { id: "x", type: "SOMETHING_NEW" },
      origin: "SUPPORT_REQUEST",
      error: "it failed",
    },
  ]);
  const shown = await as(emulator, emulator.apiKey)("GET", `/keys/${id}`);
  expect(shown.body).toMatchObject({ invalid: true, revoked: expect.any(String) });
});
