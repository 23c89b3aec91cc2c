/**
 * What is read from the export of a stack, and what credentials are called by it. Its secrets are
 * in stored-secrets.test.ts.
 */

import { expect, test } from "vitest";
import type { AuditEntry } from "../../provider/api/audit-log";
import { collectDescriptions } from "../../provider/state/descriptions";
import { listManaged, type Managed, parseResources } from "../../provider/state/exported-state";

const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
const urn = `urn:pulumi:prod::infra::${type}::ci`;

test.each<[string, string]>([
  ["not JSON", "it is not JSON"],
  ["[]", "it is not an exported stack: expected an object, got a list"],
  ["{}", "it is not an exported stack: deployment: expected an object, got nothing"],
  [
    '{"deployment":{"resources":[{"urn":7}]}}',
    "it is not an exported stack: deployment.resources.0.urn: expected a string, got a number",
  ],
])("%s is refused with the place", (text, problem) => {
  expect(parseResources(text)).toEqual({ problem });
});

test.each(["{}", '{"resources":null}', '{"resources":[]}'])(
  "an empty stack has no resources: %s",
  (deployment) => {
    expect(parseResources(`{"version":3,"deployment":${deployment}}`)).toEqual({ resources: [] });
  },
);

test("a resource is read completely, whatever else the engine wrote about it", () => {
  const resource = { urn, type, id: "kA", external: false, inputs: {}, outputs: {}, parent: "p" };
  expect(parseResources(JSON.stringify({ deployment: { resources: [resource] } }))).toEqual({
    resources: [resource],
  });
});

test("one of our credentials with an id is managed, unless a program only reads it", () => {
  const managed = listManaged([
    { urn, type, id: "kA", inputs: {}, outputs: { scopes: ["dns"] } },
    { urn, type, id: "kB" },
    { urn, type, id: "kC", external: true },
    { urn, type },
    { urn, type: "aws:s3/bucket:Bucket", id: "b" },
    { urn, type: `x:${type}`, id: "b" },
  ]);
  const common = { urn, kind: "OAuthClient", secret: new Set(), hidden: new Set() };
  expect(managed).toEqual([
    { ...common, id: "kA", state: { scopes: ["dns"] } },
    { ...common, id: "kB", state: {} },
  ]);
});

test("a value that the program made secret is recognised, encrypted or not", () => {
  const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  const shown = (value: unknown) => ({ ...signature, plaintext: JSON.stringify(value) });
  const encrypted = { ...signature, ciphertext: "v1:abc" };
  const [managed] = listManaged([
    {
      urn,
      type,
      id: "kA",
      inputs: { scopes: shown(["dns"]), tags: [] },
      outputs: { tags: [], clientSecret: encrypted, description: shown("ci") },
    },
  ]);
  expect(managed).toMatchObject({
    state: { tags: [], description: "ci" },
    secret: new Set(["scopes", "clientSecret", "description"]),
    hidden: new Set(["clientSecret"]),
  });
});

test("a description comes from the list first, then from the state, then from an entry of the audit log", () => {
  const managed = (id: string, state: object): Managed => ({
    urn,
    id,
    kind: "OAuthClient",
    state: { ...state },
    secret: new Set(),
    hidden: new Set(),
  });
  const entry = (id: string, more: Partial<AuditEntry>): AuditEntry => ({
    eventTime: "2026-01-01T00:00:00Z",
    action: "CREATE",
    actor: {},
    target: { id, type: "API_KEY" },
    ...more,
  });
  expect(collectDescriptions({})).toEqual(new Map());
  const all = collectDescriptions({
    keys: [{ id: "k1", description: "listed" }, { id: "k2", description: "" }, { id: "k3" }],
    managed: [
      managed("k1", { description: "stored" }),
      managed("k2", { description: "stored" }),
      managed("k3", {}),
      managed("k4", { description: 7 }),
      managed("k5", { description: "" }),
    ],
    log: [
      entry("k1", { new: { description: "logged" } }),
      entry("k5", { new: { description: "logged" } }),
      entry("k6", { new: { description: "made" }, old: { description: "before" } }),
      entry("k7", { old: { description: "ended" } }),
      entry("k8", { new: { description: 7 } }),
      entry("k9", { new: null, old: "text" }),
      entry("k10", { new: {} }),
      entry("n1", { new: { description: "a device" }, target: { id: "n1", type: "NODE" } }),
    ],
  });
  expect(Object.fromEntries(all)).toEqual({
    k1: "listed",
    k2: "stored",
    k3: "ci",
    k4: "ci",
    k5: "logged",
    k6: "made",
    k7: "ended",
  });
});
