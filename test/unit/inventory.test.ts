/**
 * Every credential of a tailnet in one list, from keys as the API answers them. When each was used
 * is in audit-log.test.ts.
 */

import { expect, test } from "vitest";
import type { AuditEntry } from "../../provider/api/audit-log";
import type { Key } from "../../provider/api/keys/key";
import type { Managed } from "../../provider/state/exported-state";
import { buildInventory, isShortLivedToken, nameKeyKind } from "../../provider/state/inventory";

/** What an inventory says of one key. */
function listed(key: Key, managed?: readonly Managed[], log?: readonly AuditEntry[]): unknown {
  const [one] = buildInventory([key], managed, log);
  return one;
}

const urn = "urn:pulumi:prod::infra::pulumi-nodejs:dynamic/tailscope:OAuthClient::ci";

const managed: Managed = {
  urn,
  id: "kOursCNTRL",
  kind: "OAuthClient",
  state: {},
  secret: new Set(),
  hidden: new Set(),
};

test("a value that a stack's program made secret is not listed, although the tailnet shows it", () => {
  const client: Key = {
    id: "kOursCNTRL",
    keyType: "client",
    scopes: ["dns"],
    tags: ["tag:hushhush"],
    description: "hushhush",
  };
  const secretive = { ...managed, secret: new Set(["description", "tags"]) };
  expect(listed(client, [secretive])).toMatchObject({
    scopes: ["dns"],
    tags: ["[secret]"],
    description: "[secret]",
  });
  expect(listed(client, [{ ...managed, secret: new Set(["scopes"]) }])).toMatchObject({
    scopes: ["[secret]"],
    tags: ["tag:hushhush"],
    description: "hushhush",
  });
});

test("a key is listed with everything that the API says, and without properties that it does not say", () => {
  const client: Key = {
    id: "kOursCNTRL",
    keyType: "client",
    scopes: ["dns", "users"],
    tags: ["tag:ci"],
    description: "ci deployer",
    created: "2026-01-01T00:00:00Z",
    expires: "2026-04-01T00:00:00Z",
    userId: "u1CNTRL",
  };
  expect(listed(client, [managed])).toEqual({
    id: "kOursCNTRL",
    kind: "OAuthClient",
    managedBy: urn,
    scopes: ["dns", "users"],
    tags: ["tag:ci"],
    description: "ci deployer",
    created: "2026-01-01T00:00:00Z",
    expires: "2026-04-01T00:00:00Z",
    userId: "u1CNTRL",
  });
  expect(listed({ id: "k1CNTRL" })).toStrictEqual({
    id: "k1CNTRL",
    kind: "unknown",
    scopes: [],
    tags: [],
    description: "",
    created: "",
  });
  expect(listed({ id: "k1CNTRL", expires: "", userId: "" }, [managed])).toStrictEqual({
    id: "k1CNTRL",
    kind: "unknown",
    managedBy: null,
    scopes: [],
    tags: [],
    description: "",
    created: "",
  });
});

test("an auth key is listed with the tags of the machines that it admits", () => {
  const create = { tags: ["tag:server"] };
  expect(listed({ id: "k1CNTRL", keyType: "auth", capabilities: { devices: { create } } })).toEqual(
    expect.objectContaining({ kind: "AuthKey", tags: ["tag:server"] }),
  );
  // However much of that the API leaves out.
  for (const capabilities of [{}, { devices: {} }, { devices: { create: {} } }])
    expect(listed({ id: "k1CNTRL", keyType: "auth", capabilities })).toMatchObject({ tags: [] });
});

test.each([
  ["auth", "AuthKey"],
  ["client", "OAuthClient"],
  ["federated", "FederatedIdentity"],
  ["api", "ApiAccessToken"],
  ["of-the-future", "of-the-future"],
  ["", ""],
  [null, "unknown"],
  [undefined, "unknown"],
])("the key type %j is listed as %j", (keyType, kind) => {
  expect(nameKeyKind(keyType)).toBe(kind);
});

test.each<[Omit<Key, "id">, boolean]>([
  [{ keyType: "api" }, true],
  [{ keyType: "api", userId: "" }, true],
  [{ keyType: "api", userId: "u1CNTRL" }, false],
  [{ keyType: "client" }, false],
])("whether %j is a short-lived token: %j", (key, isToken) => {
  expect(isShortLivedToken({ id: "k1CNTRL", ...key })).toBe(isToken);
});

test("the oldest key comes first, and keys of one moment are sorted by id", () => {
  const keys = ["b 2026-02", "c 2026-01", "a 2026-02", "d 2025-12"].map((text) => {
    const [id = "", created = ""] = text.split(" ");
    return { id, created, keyType: "auth" };
  });
  expect(buildInventory(keys, undefined, undefined).map(({ id }) => id)).toEqual([
    "d",
    "c",
    "a",
    "b",
  ]);
});

test("only a client or an identity has a last use, by the last entry of its own", () => {
  const use = (id: string | undefined, eventTime: string, action = "CREATE"): AuditEntry => ({
    eventTime,
    actor: { id },
    target: { id: "tskey-token-kXyz-notasecret", type: "OAUTH_ACCESS_TOKEN" },
    action,
  });
  const log = [
    use("T9CNTRL-k1CNTRL", "2025-12-31T00:00:00Z"),
    use("k1CNTRL", "2026-01-01T00:00:00Z"),
    use("k1CNTRL", "2026-01-02T00:00:00Z"),
    use("k1CNTRL", "2026-01-03T00:00:00Z", "REVOKE"),
    use(undefined, "2026-01-04T00:00:00Z"),
    use("T1CNTRL-k2CNTRL", "2026-01-05T00:00:00Z"),
  ];
  const lastUsed = (key: Key) => buildInventory([key], undefined, log)[0];
  expect(lastUsed({ id: "k1CNTRL", keyType: "client" })).toHaveProperty(
    "lastUsed",
    "2026-01-02T00:00:00Z",
  );
  expect(lastUsed({ id: "k2CNTRL", keyType: "federated" })).toHaveProperty(
    "lastUsed",
    "2026-01-05T00:00:00Z",
  );
  expect(lastUsed({ id: "k3CNTRL", keyType: "client" })).toHaveProperty("lastUsed", null);
  expect(lastUsed({ id: "", keyType: "client" })).toHaveProperty("lastUsed", null);
  expect(lastUsed({ id: "k1CNTRL", keyType: "auth" })).not.toHaveProperty("lastUsed");
  expect(lastUsed({ id: "k1CNTRL", keyType: "api", userId: "u" })).not.toHaveProperty("lastUsed");
});
