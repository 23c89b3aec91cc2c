/**
 * Entries of the audit log, written anew in the form that a real tailnet gave them (2026-07), with
 * invented values.
 */

import { describe, expect, test } from "vitest";
import {
  type AuditEntry,
  explainEntry,
  findCredentialId,
  isSameCredential,
  isUse,
  nameActor,
  readAuditLog,
} from "../../provider/api/audit-log";
import type { ApiClient } from "../../provider/api/auth/client";
import { getDefinition } from "../../provider/definitions/all";
import { collectDescriptions } from "../../provider/state/descriptions";
import { findKeyDrift } from "../../provider/state/drift";
import type { Managed } from "../../provider/state/exported-state";
import { buildInventory } from "../../provider/state/inventory";

const client = {
  id: "kDeployCNTRL",
  type: "OAUTH_CLIENT",
  loginName: "",
  displayName: "OAuth client",
};

/** An entry as the API sends it. */
const raw = (more: object) => ({
  eventTime: "2026-07-27T12:10:48.689105685Z",
  eventGroupID: "496c539b4cbb942448326f849f777608",
  origin: "CONFIG_API",
  actor: client,
  ...more,
});

const use = raw({
  target: {
    id: "tskey-token-kXyz-notasecret",
    name: "OAuth access token",
    type: "OAUTH_ACCESS_TOKEN",
  },
  action: "CREATE",
  actionDetails: "scopes - all",
});
const creation = raw({
  target: { id: "kMadeCNTRL", name: "Auth key", type: "API_KEY" },
  action: "CREATE",
  new: {
    expires: "2026-07-27 12:15:48.688963096 +0000 UTC",
    capabilities: ["ONE_OFF_NODE_AUTH", "EPHEMERAL"],
    domainLevel: true,
    authTags: ["tag:ci"],
    description: "a probe",
  },
});
const revocation = raw({
  eventTime: "2026-07-27T12:10:49.030924255Z",
  target: { id: "kMadeCNTRL", name: "Auth key", type: "API_KEY" },
  action: "REVOKE",
});

/** The log as the provider reads it from an answer. */
async function read(answer: unknown): Promise<AuditEntry[]> {
  const actor: ApiClient = {
    send: async (_, schema) => schema().parse(answer),
    mayRead: async () => true,
  };
  return readAuditLog("-", actor, new Date(0), new Date());
}

const one = async (entry: object): Promise<AuditEntry> => {
  const [found] = await read({ tailnetId: "T1CNTRL", version: "1.1", logs: [entry] });
  if (found === undefined) throw new Error("no entry");
  return found;
};

describe("an answer", () => {
  test.each([
    ["with no entries", { tailnetId: "T1CNTRL", logs: null }],
    ["without the member", { tailnetId: "T1CNTRL" }],
    ["of the name that the page has", { tailnet: "example.com", logs: [] }],
  ])("the answer %s is an empty audit log", async (_, answer) => {
    expect(await read(answer)).toEqual([]);
  });

  test("audit log entries about other things or with less data are read too", async () => {
    const odd = [
      raw({ target: null, actor: null, action: "SOMETHING", new: [1], old: "text" }),
      raw({ target: { id: null, type: "TAILNET", property: "ACL" }, action: "UPDATE", new: 7 }),
      { eventTime: "2026-07-27T12:10:48Z", deferredAt: "2026-07-27T13:00:00Z", action: "EXPIRED" },
    ];
    const log = await read({ logs: odd });
    expect(log).toHaveLength(3);
    expect(log.map(findCredentialId)).toEqual([undefined, undefined, undefined]);
    expect(log.map((entry) => nameActor(entry))).toContain("unknown");
  });

  test("audit log entries that are not in order are sorted by time", async () => {
    const log = await read({ logs: [revocation, creation] });
    expect(log.map(({ action }) => action)).toEqual(["CREATE", "REVOKE"]);
  });
});

test("a trust credential is named by id, and by description if the state, the list or its creation has one", async () => {
  const entry = await one(creation);
  expect(nameActor(entry)).toBe("kDeployCNTRL");
  const managed = { id: "kDeployCNTRL", urn: "urn:pulumi:s::p::t::ci", state: {} };
  expect(nameActor(entry, collectDescriptions({ managed: [managed as unknown as Managed] }))).toBe(
    "kDeployCNTRL (ci)",
  );
  const keys = [{ id: "T1CNTRL-kDeployCNTRL", description: "ci deployer" }];
  expect(nameActor(entry, collectDescriptions({ keys }))).toBe("kDeployCNTRL (ci deployer)");
  const made = collectDescriptions({ log: await read({ logs: [creation] }) });
  expect(nameActor({ actor: { ...client, id: "kMadeCNTRL" } }, made)).toBe("kMadeCNTRL (a probe)");
});

test.each([
  [
    { id: "u1CNTRL", type: "USER", loginName: "amelie@example.com", displayName: "Amelie" },
    "amelie@example.com",
  ],
  [{ id: "u1CNTRL", type: "USER", loginName: "", displayName: "Amelie" }, "Amelie"],
  [{ id: "", type: "SECRET_SCANNER" }, "Tailscale's secret scanner"],
  [
    { id: "T1CNTRL-k2CNTRL", type: "FEDERATED_IDENTITY", displayName: "OAuth client" },
    "T1CNTRL-k2CNTRL",
  ],
  [{ id: "k2CNTRL", type: "SOMETHING_NEW", displayName: "OAuth client" }, "k2CNTRL"],
  [{ id: "n3CNTRL", type: "NODE", displayName: "laptop" }, "laptop"],
  [{ id: "", type: "AUTOMATED_WORKER" }, "unknown (AUTOMATED_WORKER)"],
  [{}, "unknown"],
])("the actor %j is called %s", (actor, name) => {
  expect(nameActor({ actor })).toBe(name);
});

test("the use of a credential is an entry about it, although its target is a token", async () => {
  const entry = await one(use);
  expect([isUse(entry), findCredentialId(entry)]).toEqual([true, "kDeployCNTRL"]);
  const made = await one(creation);
  expect([isUse(made), findCredentialId(made)]).toEqual([false, "kMadeCNTRL"]);
});

test("a revocation by the secret scanner says that the secret has leaked", async () => {
  const scanner = { id: "", type: "SECRET_SCANNER", loginName: "", displayName: "" };
  const entry = await one({ ...revocation, actor: scanner });
  expect(explainEntry(entry)).toBe("revoked by Tailscale's secret scanner: the secret has leaked");
  expect(explainEntry(await one(revocation))).toBeUndefined();
  const definition = getDefinition("AuthKey");
  if (definition === undefined) throw new Error("there is such a resource");
  const managed: Managed = {
    urn: "urn:pulumi:s::p::pulumi-nodejs:dynamic/tailscope:AuthKey::runner",
    id: "kMadeCNTRL",
    kind: "AuthKey",
    state: { reusable: true },
    secret: new Set(),
    hidden: new Set(),
  };
  const key = { id: "kMadeCNTRL", keyType: "auth", invalid: true, revoked: "2026-07-27T12:10:49Z" };
  expect(findKeyDrift(managed, definition, key, [entry], 0)).toEqual({
    urn: managed.urn,
    id: "kMadeCNTRL",
    kind: "AuthKey",
    what: "revoked",
    fields: {},
    by: "Tailscale's secret scanner",
    at: revocation.eventTime,
    reason: "revoked by Tailscale's secret scanner: the secret has leaked",
  });
  // Time ends a key: nobody did it.
  const expiry = await one({ ...revocation, action: "EXPIRED", actor: null });
  expect(findKeyDrift(managed, definition, undefined, [expiry], 0)).toMatchObject({
    what: "missing",
    at: revocation.eventTime,
  });
  expect(findKeyDrift(managed, definition, undefined, [expiry], 0)).not.toHaveProperty("by");
});

test("a key that a refresh leaves alone is not drift, whether Tailscale shows it as ended or not at all", () => {
  const definition = getDefinition("AuthKey");
  if (definition === undefined) throw new Error("there is such a resource");
  const what = (state: object, hidden: string[] = []) => {
    const managed: Managed = {
      urn: "urn:pulumi:s::p::pulumi-nodejs:dynamic/tailscope:AuthKey::runner",
      id: "kMadeCNTRL",
      kind: "AuthKey",
      state: { ...state },
      secret: new Set(),
      hidden: new Set(hidden),
    };
    const key = { id: "kMadeCNTRL", keyType: "auth", invalid: true };
    return [undefined, key].map((found) => findKeyDrift(managed, definition, found, [], 0)?.what);
  };
  expect(what({ reusable: false })).toEqual([undefined, undefined]);
  expect(what({ reusable: true, recreateIfInvalid: "never" })).toEqual([undefined, undefined]);
  expect(what({ reusable: true })).toEqual(["missing", "revoked"]);
  expect(what({ reusable: false, recreateIfInvalid: "always" })).toEqual(["missing", "revoked"]);
  // What decides it is encrypted: it is told, so that somebody looks.
  expect(what({ reusable: false }, ["recreateIfInvalid"])).toEqual(["missing", "revoked"]);
  expect(what({}, ["reusable"])).toEqual(["missing", "revoked"]);
});

describe("an inventory", () => {
  const keys = [
    { id: "kDeployCNTRL", keyType: "client", created: "2026-01-01T00:00:00Z" },
    { id: "T1CNTRL-k2CNTRL", keyType: "federated", created: "2026-01-02T00:00:00Z" },
    { id: "k3CNTRL", keyType: "client", created: "2026-01-03T00:00:00Z" },
    { id: "k4CNTRL", keyType: "auth", created: "2026-01-04T00:00:00Z" },
    { id: "k5CNTRL", keyType: "api", userId: "u1CNTRL", created: "2026-01-05T00:00:00Z" },
    { id: "k6CNTRL", keyType: "api", userId: "", created: "2026-01-06T00:00:00Z" },
    { id: "k7CNTRL", keyType: "api", created: "2026-01-07T00:00:00Z" },
  ];
  const used = (log: AuditEntry[] | undefined) =>
    Object.fromEntries(buildInventory(keys, [], log).map(({ id, lastUsed }) => [id, lastUsed]));

  test("an inventory shows when each trust credential last got a token, under either form of its id", async () => {
    const later = "2026-07-28T00:00:00Z";
    const log = await read({
      logs: [use, { ...use, eventTime: later, actor: { ...client, id: "k2CNTRL" } }],
    });
    expect(used(log)).toEqual({
      kDeployCNTRL: use.eventTime,
      "T1CNTRL-k2CNTRL": later,
      k3CNTRL: null,
      k4CNTRL: undefined,
      k5CNTRL: undefined,
    });
  });

  test("an inventory without the audit log does not claim that a credential was unused", () => {
    expect(Object.values(used(undefined))).toEqual(Array(5).fill(undefined));
  });

  test("an inventory leaves out short-lived tokens that belong to no user", () => {
    expect(buildInventory(keys, [], []).map(({ id }) => id)).not.toContain("k6CNTRL");
    expect(buildInventory(keys, [], []).map(({ id }) => id)).not.toContain("k7CNTRL");
    expect(buildInventory(keys, undefined, []).map(({ managedBy }) => managedBy)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

test.each([
  ["kA", "kA", true],
  ["T1-kA", "kA", true],
  ["kA", "T1-kA", true],
  ["T1-kA", "T2-kA", false],
  ["kAB", "kB", false],
  ["", "kA", false],
  ["T1-", "", false],
])("whether %j and %j are the same credential: %j", (a, b, expected) => {
  expect(isSameCredential(a, b)).toBe(expected);
});
