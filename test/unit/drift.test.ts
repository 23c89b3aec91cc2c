/**
 * How a credential of the tailnet differs from its state, as data. The command is in
 * test/contract/commands.test.ts.
 */

import { describe, expect, test } from "vitest";
import { isKind } from "../../provider/access/kinds";
import type { AuditEntry } from "../../provider/api/audit-log";
import type { Key } from "../../provider/api/keys/key";
import { type AnyKeyResource, getDefinition } from "../../provider/definitions/all";
import { findKeyDrift, findNotCompared } from "../../provider/state/drift";
import type { Managed } from "../../provider/state/exported-state";

const now = Date.parse("2026-06-01T00:00:00Z");

function definition(kind: string): AnyKeyResource {
  if (!isKind(kind)) throw new Error(`There is no ${kind}.`);
  return getDefinition(kind);
}

function managed(kind: string, state: Managed["state"], more: Partial<Managed> = {}): Managed {
  return {
    urn: `urn:pulumi:prod::infra::pulumi-nodejs:dynamic/tailscope:${kind}::ci`,
    id: "kOneCNTRL",
    kind,
    state,
    secret: new Set(),
    hidden: new Set(),
    ...more,
  };
}

const client = (more: Partial<Managed> = {}) =>
  managed("OAuthClient", { scopes: ["dns"], tags: ["tag:ci"], description: "ci" }, more);

const clientKey = (more: Partial<Key> = {}): Key => ({
  id: "kOneCNTRL",
  keyType: "client",
  scopes: ["dns"],
  tags: ["tag:ci"],
  description: "ci",
  ...more,
});

const authKey = (state: Managed["state"], more: Partial<Managed> = {}) =>
  managed("AuthKey", { tags: ["tag:ci"], ...state }, more);

function drift(credential: Managed, found: Key | undefined, log: readonly AuditEntry[] = []) {
  const names = new Map([["kDeployCNTRL", "deployer"]]);
  return findKeyDrift(credential, definition(credential.kind), found, log, now, names);
}

const entry = (action: string, eventTime: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  action,
  eventTime,
  actor: { id: "kDeployCNTRL", type: "OAUTH_CLIENT" },
  target: { id: "kOneCNTRL", type: "API_KEY" },
  ...more,
});

const about = { urn: client().urn, id: "kOneCNTRL", kind: "OAuthClient" };
const aboutKey = { urn: authKey({}).urn, id: "kOneCNTRL", kind: "AuthKey" };

describe("an existing credential", () => {
  test("a credential that is as its state says is not drift", () => {
    expect(drift(client(), clientKey())).toBeUndefined();
    // When it was changed last says nothing by itself.
    expect(drift(client(), clientKey({ updated: "2026-05-01T00:00:00Z" }))).toBeUndefined();
  });

  test("a credential with other arguments drifts in those, and the audit log says who changed them", () => {
    const found = clientKey({
      scopes: ["dns", "users"],
      tags: [],
      updated: "2026-05-01T00:00:00Z",
    });
    const fields = {
      scopes: { state: ["dns"], tailnet: ["dns", "users"] },
      tags: { state: ["tag:ci"], tailnet: null },
    };
    expect(drift(client(), found)).toEqual({
      ...about,
      what: "changed",
      fields,
      at: "2026-05-01T00:00:00Z",
    });
    const log = [
      entry("UPDATE", "2026-04-30T00:00:00Z"),
      entry("UPDATE", "2026-05-02T00:00:00Z", { actor: { loginName: "amelie@example.com" } }),
      entry("CREATE", "2026-05-03T00:00:00Z"),
    ];
    expect(drift(client(), found, log)).toEqual({
      ...about,
      what: "changed",
      fields,
      at: "2026-05-02T00:00:00Z",
      by: "amelie@example.com",
    });
    expect(drift(client(), found, log.slice(0, 1))).toMatchObject({
      by: "kDeployCNTRL (deployer)",
    });
    expect(drift(client(), clientKey({ scopes: ["users"] }))).not.toHaveProperty("at");
  });

  test("drift shows null for an argument that only the tailnet or only the state has", () => {
    const { description: _, ...state } = client().state;
    expect(drift(client({ state }), clientKey())?.fields).toEqual({
      description: { state: null, tailnet: "ci" },
    });
  });

  test("drift shows no secret argument, and compares no encrypted one", () => {
    const found = clientKey({ scopes: ["users"], description: "another" });
    expect(drift(client({ secret: new Set(["scopes"]) }), found)?.fields).toEqual({
      scopes: { state: "[secret]", tailnet: "[secret]" },
      description: { state: "ci", tailnet: "another" },
    });
    const hidden = new Set(["scopes", "description"]);
    expect(drift(client({ hidden }), found)).toBeUndefined();
    expect(findNotCompared(client({ hidden }), definition("OAuthClient"))).toEqual({
      ...about,
      arguments: ["scopes", "description"],
    });
    // What the tailnet never tells is missed by nobody.
    const outputs = new Set(["clientSecret", "rotateEvery"]);
    expect(findNotCompared(client({ hidden: outputs }), definition("OAuthClient"))).toBeUndefined();
  });
});

describe("a missing credential", () => {
  test("a credential that does not exist is missing, and the audit log says what happened to it", () => {
    expect(drift(client(), undefined)).toEqual({ ...about, what: "missing", fields: {} });
    for (const action of ["REVOKE", "DELETE"])
      expect(drift(client(), undefined, [entry(action, "2026-05-01T00:00:00Z")])).toEqual({
        ...about,
        what: "missing",
        fields: {},
        at: "2026-05-01T00:00:00Z",
        by: "kDeployCNTRL (deployer)",
      });
    // Time ends a key: nobody did it.
    expect(drift(client(), undefined, [entry("EXPIRED", "2026-05-01T00:00:00Z")])).toEqual({
      ...about,
      what: "missing",
      fields: {},
      at: "2026-05-01T00:00:00Z",
    });
    const others = [
      entry("UPDATE", "2026-05-01T00:00:00Z"),
      entry("REVOKE", "2026-05-01T00:00:00Z", { target: { id: "kTwoCNTRL", type: "API_KEY" } }),
      entry("REVOKE", "2026-05-01T00:00:00Z", { target: { id: "kOneCNTRL", type: "NODE" } }),
    ];
    expect(drift(client(), undefined, others)).toEqual({ ...about, what: "missing", fields: {} });
  });
});

describe("a credential that is no longer valid", () => {
  const revoked = "2026-05-01T00:00:00Z";
  const past = "2026-05-31T23:59:59Z";
  const lasting = { reusable: true };

  test.each<[string, Key, readonly AuditEntry[], object]>([
    ["revoked at the key's own time", { id: "k", revoked }, [], { at: revoked }],
    [
      "revoked by the actor in the audit log",
      { id: "k", revoked, invalid: true, expires: past },
      [entry("REVOKE", "2026-05-02T00:00:00Z"), entry("UPDATE", "2026-05-03T00:00:00Z")],
      { at: "2026-05-02T00:00:00Z", by: "kDeployCNTRL (deployer)" },
    ],
    ["revoked before its expiry", { id: "k", invalid: true, expires: "2026-06-02" }, [], {}],
    ["revoked without an expiry", { id: "k", invalid: true, expires: null }, [], {}],
  ])("a credential that is no longer valid is %s", (_, key, log, more) => {
    const expected = { what: "revoked", fields: {}, ...more };
    expect(drift(authKey(lasting), key, log)).toEqual({ ...aboutKey, ...expected });
    expect(drift(client(), key, log)).toEqual({ ...about, ...expected });
  });

  test.each([past, "2026-06-01T00:00:00Z"])(
    "a credential is expired if its time came at %s",
    (expires) => {
      expect(drift(authKey(lasting), { id: "k", invalid: true, expires })).toEqual({
        ...aboutKey,
        what: "expired",
        fields: {},
        at: expires,
      });
    },
  );

  test("a key that did its work is not drift if that can be seen", () => {
    const used: Key = { id: "k", invalid: true, revoked };
    expect(drift(authKey({ reusable: false }), used)).toBeUndefined();
    expect(drift(authKey({ reusable: false }), undefined)).toBeUndefined();
    expect(drift(authKey({ reusable: true, recreateIfInvalid: "never" }), used)).toBeUndefined();
    expect(drift(authKey({ recreateIfInvalid: "always" }), used)?.what).toBe("revoked");
    // As long as it opens something it is compared like any other.
    expect(drift(authKey({ description: "ci" }), { id: "k" })?.what).toBe("changed");
    for (const name of ["reusable", "recreateIfInvalid"])
      expect(drift(authKey({}, { hidden: new Set([name]) }), used)?.what).toBe("revoked");
  });
});
