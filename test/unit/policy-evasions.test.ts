/**
 * Programs that break what a rule means, each in a way of its own: none gets past its rule. Shown
 * to the pack as the engine does; as many as the engine can make are in test/engine/policy.test.ts
 * again.
 */

import { describe, expect, test } from "vitest";
import type { Rules } from "../../provider/policy";
import { credential, ours, type Resource, said, secret, unknown, urnOf } from "./policy-engine";

const foreign = 'exports.handler=()=>require("./ours").provider';

/** Our type with somebody else's code, which no check of ours has seen. */
const pretended = (kind: string, props: Record<string, unknown>): Resource => ({
  type: ours + kind,
  props: { ...props, __provider: foreign },
});

/** Our code under another name. */
const disguised = (kind: string, props: Record<string, unknown>): Resource => ({
  ...credential(kind, props),
  type: "pulumi-nodejs:dynamic/acme:Thing",
});

/** A credential of Tailscale's official provider. */
const official = (kind: string, props: Record<string, unknown>): Resource => ({
  type: `tailscale:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`,
  props,
});

/** A part of somebody's component. */
const part = (resource: Resource): Resource => ({
  ...resource,
  parent: "urn:pulumi:prod::acme::acme:index:Team::team",
});

const client = (scopes: unknown) => credential("OAuthClient", { scopes });

const everything: Resource[] = [
  client(["all"]),
  client(["all:read"]),
  client(["dns", "all"]),
  client(secret(["all"])),
  client([secret("all")]),
  client(["all", unknown]),
  client(["everything"]),
  client(["ALL"]),
  client([" all"]),
  client(["all "]),
  client(["all:write"]),
  client(["a\u200bll"]),
  client(["__proto__"]),
  client(["constructor"]),
  credential("OAuthClient", { scopes: ["satellites"], unlistedScopes: ["satellites"] }),
  credential("FederatedIdentity", { scopes: ["all"] }),
  part(client(["all"])),
  official("OauthClient", { scopes: ["all"] }),
  official("FederatedIdentity", { scopes: ["all:read"] }),
  { type: "tailscale:index:OauthClient", props: { scopes: ["all"] } },
  disguised("OAuthClient", { scopes: ["all"] }),
  pretended("OAuthClient", { scopes: ["all"] }),
  pretended("OAuthClient", { scopes: "all" }),
  pretended("OAuthClient", { scopes: { 0: "all" } }),
  pretended("OAuthClient", { scopes: [["all"]] }),
  pretended("OAuthClient", { scopes: [{ name: "all" }] }),
  pretended("AuthKey", { scopes: ["all"] }),
];

const exceptions = [
  {
    urn: `urn:pulumi:prod::acme::${ours}OAuthClient::deployer`,
    scope: "policy_file",
    reason: "x",
    until: "2999-01-01",
  },
  {
    urn: `urn:pulumi:prod*::acme::${ours}OAuthClient::late`,
    scope: "users",
    reason: "x",
    until: "2020-01-01",
  },
  {
    urn: `urn:pulumi:prod::acme::${ours}OAuthClient::reader`,
    scope: "policy_file:read",
    reason: "x",
    until: "2999-01-01",
  },
];

const deployer = (more: Partial<Resource>, scopes: unknown = ["policy_file"]): Resource => ({
  ...client(scopes),
  name: "deployer",
  ...more,
});

const administrators: Resource[] = [
  client(["policy_file"]),
  client(["users"]),
  client(["acl"]),
  client(["all"]),
  client(["dns", "users"]),
  client(["users", unknown]),
  client(secret(["acl"])),
  client(["satellites"]),
  client(["Users"]),
  credential("FederatedIdentity", { scopes: ["policy_file"] }),
  deployer({ project: "other" }),
  deployer({ stack: "prod2" }),
  deployer({ stack: "dev" }),
  deployer({ type: `${ours}FederatedIdentity` }),
  deployer({ name: "deployer2" }),
  deployer({ name: "x::deployer" }),
  deployer({ name: `acme::${ours}OAuthClient::deployer` }),
  deployer({ parent: "urn:pulumi:prod::acme::acme:index:Team::team" }),
  deployer({}, ["policy_file", "users"]),
  deployer({}, ["acl", "all"]),
  deployer({}, ["satellites"]),
  deployer({ name: "late" }, ["users"]),
  deployer({ name: "reader" }),
  { ...official("OauthClient", { scopes: ["policy_file"] }), name: "deployer" },
  { ...official("FederatedIdentity", { scopes: ["acl"] }), name: "deployer" },
  { ...disguised("OAuthClient", { scopes: ["policy_file"] }), name: "deployer" },
  pretended("OAuthClient", { scopes: "policy_file" }),
];

const key = (props: Record<string, unknown>) => credential("AuthKey", props);

const longLived: Resource[] = [
  key({}),
  ...["31d", "5w", "721h", "43201m", "2592001s", "90d"].map((expiry) => key({ expiry })),
  ...[2_592_001, 7_776_000, 0, -1, 1.5, 1e12].map((expiry) => key({ expiry })),
  ...["0s", "0d", "forever", "30 d", "30D", "1e1d", " 1d", "", null].map((expiry) =>
    key({ expiry }),
  ),
  key({ expiry: secret("90d") }),
  part(key({ expiry: "90d" })),
  {
    ...key({ generation: 7 }),
    parent: "urn:pulumi:prod::acme::tailscope:index:RotatingAuthKey::pair",
  },
  official("TailnetKey", {}),
  official("TailnetKey", { expiry: 7_776_000 }),
  official("TailnetKey", { expiry: 0 }),
  official("TailnetKey", { expiry: "7776000" }),
  disguised("AuthKey", { expiry: "90d" }),
  ...[true, ["1d"], { d: 1 }].map((expiry) => pretended("AuthKey", { expiry })),
];

/** What a flag can be that is not plainly off, and what it can be that is not plainly on. */
const perhapsOn = [true, "true", "false", 1, "yes", [true], { on: true }, secret(true)];
const notOn = [undefined, false, null, "true", 1, "", [], {}, secret(false)];

const lastingReusable: Resource[] = [
  ...notOn.map((ephemeral) => pretended("AuthKey", { reusable: true, ephemeral })),
  ...perhapsOn.map((reusable) => pretended("AuthKey", { reusable })),
  key({ reusable: true }),
  key({ reusable: true, ephemeral: false, tags: ["tag:ci"], expiry: "1d" }),
  key({ reusable: secret(true), ephemeral: secret(false) }),
  part(key({ reusable: true })),
  official("TailnetKey", { reusable: true }),
  official("TailnetKey", { reusable: true, ephemeral: false }),
  disguised("AuthKey", { reusable: true }),
];

const untagged: Resource[] = [
  ...perhapsOn.map((preauthorized) => pretended("AuthKey", { preauthorized })),
  ...[
    ...[[], [""], ["ci"], ["tag:"], ["tag:7"], ["tag:ci "], [" tag:ci"], [null], [7]],
    ...["tag:ci", { 0: "tag:ci" }, null, secret([]), [["tag:ci"]], ["tag:c\u200bi"], true],
  ].map((tags) => pretended("AuthKey", { preauthorized: true, tags })),
  key({ preauthorized: true }),
  part(key({ preauthorized: true, tags: [] })),
  official("TailnetKey", { preauthorized: true }),
  disguised("AuthKey", { preauthorized: true }),
];

const silent: Resource[] = [
  ...[
    ...[undefined, null, "", " ", "\t", "\u00a0", "-", "---", "_", "...", "\u200b", "\u2800"],
    ...["\u3164", "\u115f\u1160", "\u0301", "\ufe0f", "TODO", "tbd", "n/a", "None ", "null"],
    ...["No description", "undefined", 7, true, ["CI"], { what: "CI" }, secret(""), secret(" ")],
  ].map((description) => credential("OAuthClient", { description })),
  key({}),
  credential("FederatedIdentity", { description: "\u3164" }),
  part(key({ description: "" })),
  official("TailnetKey", {}),
  official("OauthClient", { description: "-" }),
  disguised("OAuthClient", {}),
];

const table = [
  { project: "acme", stack: "prod", tags: ["tag:ci-*"], scopes: ["devices:core", "dns:read"] },
];

const notAllowed: Resource[] = [
  ...["tag:prod", "tag:ci", "tag:CI-1", "tag:xci-1", " tag:ci-1", "tag", "tag:"].map((tag) =>
    key({ tags: [tag] }),
  ),
  key({ tags: ["tag:ci-1", "tag:prod"] }),
  key({ tags: secret(["tag:prod"]) }),
  key({ tags: ["tag:prod", unknown] }),
  { ...key({ tags: ["tag:ci-1"] }), stack: "dev" },
  { ...key({ tags: ["tag:ci-1"] }), project: "acme2" },
  client(["dns"]),
  client(["devices"]),
  client(["acl"]),
  client(["routes:read"]),
  client(["all"]),
  client(["all:read"]),
  client(["satellites"]),
  client(["devices:core:write"]),
  client(["dns:read", "users:read"]),
  client(secret(["dns"])),
  credential("FederatedIdentity", { scopes: ["dns"] }),
  credential("OAuthClient", { scopes: ["devices:core"], tags: ["tag:prod"] }),
  part(client(["dns"])),
  official("OauthClient", { scopes: ["dns"] }),
  official("TailnetKey", { tags: ["tag:prod"] }),
  official("FederatedIdentity", { scopes: ["dns:read"], tags: ["tag:prod"] }),
  disguised("AuthKey", { tags: ["tag:prod"] }),
  ...["tag:ci-1", [7], { 0: "tag:ci-1" }, [["tag:ci-1"]]].map((tags) =>
    pretended("AuthKey", { tags }),
  ),
  pretended("OAuthClient", { scopes: "dns:read" }),
];

const github = "https://token.actions.githubusercontent.com";

const identity = (subject: unknown, issuer: unknown = github, more: object = {}) =>
  credential("FederatedIdentity", { issuer, subject, ...more });

const whosever: Resource[] = [
  ...["*", "repo:*", "repo:acme*", "repo:acme*/app:*", "repo:*/app:ref:refs/heads/main"].map(
    (subject) => identity(subject),
  ),
  ...["r*:acme/app:*", "*:acme/app:*", "environment:production", "pull_request"].map((subject) =>
    identity(subject),
  ),
  ...["repo:acme", "repo:acme:*", " repo:acme/app:*", "repo:acme/app:main", "acme/app"].map(
    (subject) => identity(subject),
  ),
  identity("job_workflow_ref:acme/x/.github/workflows/y.yml@refs/heads/main"),
  identity("repo:acme*/app:*", `${github}/acme-inc`),
  identity("repo:*", "https://token.actions.acme.ghe.com"),
  identity("repo:acme*", "https://github.example.com/_services/token"),
  identity("project_path:*", "https://gitlab.com"),
  identity("project_path:acme*", "https://gitlab.example.com"),
  identity("system:serviceaccount:*:runner", "https://oidc.eks.eu-west-1.amazonaws.com/id/0"),
  identity("organization:*:workspace:x:*", "https://app.terraform.io"),
  identity("pulumi:deploy:org:*", "https://api.pulumi.com/oidc"),
  identity("organization:*", "https://agent.buildkite.com"),
  identity("org/*", "https://oidc.circleci.com/org/0"),
  identity("1*", "https://accounts.google.com"),
  identity("arn:aws:iam::*:role/x", "https://0.tokens.sts.global.api.aws"),
  identity("team:me:*", "https://issuer.example.com"),
  identity("repo:acme/\u200bapp:*"),
  identity(secret("repo:*")),
  identity("*", github, { customClaimRules: { repository_owner: "acme*" } }),
  identity("*", github, { customClaimRules: { "repository.owner": "acme" } }),
  identity("*", github, { audience: "acme" }),
  part(identity("*")),
  official("FederatedIdentity", { issuer: github, subject: "repo:*" }),
  disguised("FederatedIdentity", { issuer: github, subject: "repo:*" }),
  pretended("FederatedIdentity", { issuer: github, subject: ["repo:acme/app:*"] }),
  pretended("FederatedIdentity", { subject: "repo:acme/app:*" }),
  pretended("FederatedIdentity", { issuer: github }),
];

const anchor = "2026-01-01T00:00:00Z";

const component = (type: string, inputs: object): Resource => ({
  type,
  name: "pair",
  props: { ...inputs },
});

const slotOf = (parent: Resource, generation: unknown): Resource =>
  credential("OAuthClient", { generation }, { name: "pair-0", parent: urnOf(parent) });

const rotating = "tailscope:index:RotatingOAuthClient";

/** Components that are none, none that rotate, or whose clients do not. */
const components: [Resource, Resource][] = [
  [component(rotating, { every: "30d", anchor }), 0],
  [component(rotating, { every: "30d", anchor }), 1_000_000],
  [component(rotating, { every: "91d", anchor }), 3],
  [component(rotating, { every: "3650d", anchor }), 0],
  [component(rotating, { every: 0, anchor }), 0],
  [component(rotating, {}), 0],
  [component(rotating, { every: "30d" }), 0],
  [component(rotating, { every: unknown, anchor }), 0],
  [component("acme:index:RotatingOAuthClient", { every: "30d", anchor }), 3],
  [component("tailscope:index:RotatingAuthKey", { every: "30d", anchor }), 3],
].map(([parent, generation]) => [parent as Resource, slotOf(parent as Resource, generation)]);

const findUnrotated: Resource[] = [
  ...[undefined, null, "", "91d", "13w", "2161h", 7_776_001, "3650d", "0d", 0, -1].map(
    (rotateEvery) => credential("OAuthClient", { rotateEvery }),
  ),
  ...["never", "90 d", "90D", 1.5, true, ["1d"], secret("91d")].map((rotateEvery) =>
    pretended("OAuthClient", { rotateEvery }),
  ),
  ...[0, 3, "3", secret(3)].map((generation) => credential("OAuthClient", { generation })),
  part(credential("OAuthClient", { generation: 3 })),
  official("OauthClient", {}),
  official("OauthClient", { rotateEvery: "1d" }),
  disguised("OAuthClient", {}),
];

const constant = 'exports.handler=()=>require("tailscope").OAuthClient.provider';

const otherCode: Resource[] = [
  ...[
    ...[foreign, "", `${constant} `, ` ${constant}`, `${constant};`, `${constant}\n`],
    ...[constant.replace("OAuthClient", "AuthKey"), constant.replaceAll('"', "'")],
    ...[constant.replace("tailscope", "tailscope/evil"), constant.replace("tailscope", "./x")],
    ...[`/* ${constant} */`, `${constant}\u200b`, constant.replace("tailscope", "tаilscope")],
    ...[null, 7, {}, secret(foreign), unknown, undefined],
  ].map((code): Resource => ({ type: `${ours}OAuthClient`, props: { __provider: code } })),
  ...["Webhook", "oauthclient", "OAuthClient2", ""].map(
    (kind): Resource => ({ type: ours + kind, props: { __provider: constant } }),
  ),
  ...[
    ...["pulumi-nodejs:dynamic:Resource", "pulumi-nodejs:dynamic/acme:Thing"],
    ...["pulumi-python:dynamic:Resource", "pulumi-python:dynamic/acme:Thing"],
    ...["pulumi-nodejs:dynamic/tailscope/x:OAuthClient", "command:local:Command"],
    ...["command:remote:Command", "tailscale:index/apiKey:ApiKey", "tailscale:index:AuthKey"],
    "tailscale:other/oauthKey:OauthKey",
  ].map((type): Resource => ({ type, props: { __provider: constant } })),
];

/** Each gets to tag:db: as a machine that a rule lets in, by making one, or by writing the rule. */
const reaching: Resource[] = [
  ...[["tag:web"], ["tag:ci", "tag:web"], secret(["tag:web"]), [secret("tag:web")]].map((tags) =>
    key({ tags }),
  ),
  ...["auth_keys", "devices:core", "devices", "all"].map((scope) =>
    credential("OAuthClient", { scopes: [scope], tags: ["tag:ci"] }),
  ),
  ...["policy_file", "acl", "users", "satellites"].map((scope) => client([scope])),
  credential("OAuthClient", { scopes: secret(["auth_keys"]), tags: secret(["tag:ci"]) }),
  credential("OAuthClient", { scopes: ["dns", "auth_keys"], tags: ["tag:backup", "tag:ci"] }),
  credential("FederatedIdentity", { scopes: ["auth_keys"], tags: ["tag:ci"] }),
  part(key({ tags: ["tag:web"] })),
  key({ tags: ["tag:web"], mintedBy: { clientId: unknown, clientSecret: unknown } }),
  key({ tags: ["tag:web"], expiry: "1s", reusable: false }),
  key({ tags: ["tag:web", unknown] }),
  official("TailnetKey", { tags: ["tag:web"] }),
  official("OauthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] }),
  official("FederatedIdentity", { scopes: ["auth_keys"], tags: ["tag:ci"] }),
  disguised("AuthKey", { tags: ["tag:web"] }),
  disguised("OAuthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] }),
  pretended("AuthKey", { tags: ["tag:web"] }),
  ...["tag:web", [["tag:web"]], { 0: "tag:web" }, [7], true].map((tags) =>
    pretended("AuthKey", { tags }),
  ),
  pretended("OAuthClient", { scopes: "auth_keys", tags: ["tag:ci"] }),
  pretended("OAuthClient", { scopes: ["auth_keys"], tags: "tag:ci" }),
];

const settings: Rules = {
  "administrators-by-exception": { exceptions },
  "allowed-tags-and-scopes": { table },
  "reach-denied": {
    policy: JSON.stringify({
      tagOwners: { "tag:ci": [], "tag:web": ["tag:ci"], "tag:db": [], "tag:backup": [] },
      grants: [{ src: ["tag:web"], dst: ["tag:db"], ip: ["tcp:5432"] }],
    }),
    targets: ["tag:db"],
  },
};

const evasions: Readonly<Record<keyof Rules, readonly Resource[]>> = {
  "no-all-scope": everything,
  "administrators-by-exception": administrators,
  "auth-key-expiry": longLived,
  "reusable-keys-are-ephemeral": lastingReusable,
  "preauthorized-keys-are-tagged": untagged,
  "description-required": silent,
  "allowed-tags-and-scopes": notAllowed,
  "subject-names-its-owner": whosever,
  "clients-rotate": findUnrotated,
  "only-known-code": otherCode,
  "reach-denied": reaching,
};

describe.each(Object.entries(evasions))("ways around %s", (rule, resources) => {
  test(`at least twenty ways around ${rule} are tried`, () => {
    expect(resources.length).toBeGreaterThanOrEqual(20);
  });

  test.each(resources.map((resource) => [resource]))(
    `${rule} cannot be evaded by %j`,
    async (resource) => {
      const found = (await said(settings, [resource])).filter((one) => one.rule === rule);
      expect(found.filter(({ level }) => level === "mandatory")).not.toEqual([]);
      for (const { message } of found) expect(message).not.toMatch(/[\u0000-\u001f\u200b]/);
    },
  );
});

test.each(components)(
  "a rotating component %j does not make a client rotate: %j",
  async (...pair) => {
    const found = await said(settings, pair);
    expect(found).toContainEqual(
      expect.objectContaining({ rule: "clients-rotate", level: "mandatory" }),
    );
  },
);

test("code that runs under two names is judged as both", async () => {
  const both: Resource = {
    type: `${ours}AuthKey`,
    props: { scopes: ["dns"], reusable: true, __provider: constant },
  };
  const rules = (await said({}, [both])).map(({ rule }) => rule);
  expect(rules).toEqual(
    expect.arrayContaining(["clients-rotate", "reusable-keys-are-ephemeral", "only-known-code"]),
  );
});

test("code is judged only if it was seen in this run on the same resource", async () => {
  const good = credential("OAuthClient", {});
  const bad = pretended("OAuthClient", {});
  const rules = async (resources: readonly Resource[]) =>
    (await said({}, resources)).filter(({ rule }) => rule === "only-known-code").length;
  expect(await rules([good, { ...good, name: "b" }])).toBe(0);
  expect(await rules([good, { ...bad, name: "b" }])).toBe(1);
  expect(await rules([good, bad])).toBe(1);
});
