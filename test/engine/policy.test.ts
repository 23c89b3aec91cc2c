/**
 * The policy pack through the real engine: a program that every rule lets through, and many that
 * mean to get round one. (The example's pack: installed-packages.test.ts.)
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import type { Rules } from "../../provider/policy";
import { preparePack, violations } from "./policy-pack";
import { newStack } from "./stack";

const type = "pulumi-nodejs:dynamic/tailscope:";

const table = `"allowed-tags-and-scopes": { table: [{ project: "test", stack: "d*", tags: ["tag:ci", "tag:ci-*"], scopes: ["auth_keys", "dns", "users", "policy_file", "all"] }] }`;

const exceptions = `exceptions: [{ urn: "urn:pulumi:d*::test::${type}OAuthClient::people-*", scope: "users", reason: "Syncs people from HR", until: "2999-12-31" }, { urn: "urn:pulumi:dev::test::${type}OAuthClient::late", scope: "policy_file", reason: "Was a migration", until: "2020-01-31" }]`;

/** A machine of tag:gate gets to tag:vault, and tag:prod owns tag:gate. */
const policy = JSON.stringify({
  tagOwners: { "tag:ci": [], "tag:prod": [], "tag:gate": ["tag:prod"], "tag:vault": [] },
  grants: [{ src: ["tag:gate"], dst: ["tag:vault"], ip: ["tcp:8200"] }],
});

/** Whoever may write the rules gets everywhere, and is the business of other rules. */
const writers = ["people-*", "late", "x1"]
  .map(
    (name) =>
      `{ urn: "urn:pulumi:d*::test::${type}OAuthClient::${name}", reason: "Is for another rule", until: "2999-12-31" }`,
  )
  .join(", ");

const reach = `"reach-denied": { policy: ${JSON.stringify(policy)}, targets: ["tag:vault"], exceptions: [${writers}] }`;

const pack = (rules: string) => `require("tailscope/policy").policyPack("acme", { ${rules} });`;

const all = `"administrators-by-exception": { ${exceptions} }, "auth-key-expiry": { longest: "7d" }, ${table}, "clients-rotate": { longest: "90d" }, ${reach}`;

const good = `
const { RotatingOAuthClient } = require("tailscope");
new OAuthClient("ci", { scopes: ["auth_keys", "dns:read"], tags: ["tag:ci"], description: "CI", rotateEvery: "30d" });
new OAuthClient("people-sync", { scopes: ["users"], description: "People", rotateEvery: "30d" });
new RotatingOAuthClient("pair", { every: "30d", scopes: ["dns"], description: "CI" });
new AuthKey("runner", { tags: ["tag:ci"], reusable: true, ephemeral: true, preauthorized: true, expiry: "1d", description: "CI" });
new FederatedIdentity("deploy", { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/*", scopes: ["dns"], description: "CI" });
new FederatedIdentity("claims", { issuer: "https://token.actions.githubusercontent.com", subject: "*", customClaimRules: { repository_owner: "acme" }, scopes: ["dns"], description: "CI" });
`;

/** For each rule one credential that breaks it and no other rule. */
const bad: Readonly<Record<keyof Rules, readonly [program: string, message: string]>> = {
  "no-all-scope": [
    'new OAuthClient("x1", { scopes: ["all"], description: "x", rotateEvery: "30d" });',
    'List what it needs instead, for example ["devices:core:read"].',
  ],
  "administrators-by-exception": [
    'new OAuthClient("late", { scopes: ["policy_file"], description: "x", rotateEvery: "30d" });',
    `The exception for it ended on 2020-01-31. Remove it, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "urn:pulumi:dev::test::${type}OAuthClient::late", scope: "policy_file"`,
  ],
  "auth-key-expiry": [
    'new AuthKey("x3", { tags: ["tag:ci"], description: "x" });',
    'Write expiry: "7d" or less.',
  ],
  "reusable-keys-are-ephemeral": [
    'new AuthKey("x4", { tags: ["tag:ci"], expiry: "1d", reusable: true, description: "x" });',
    "Write ephemeral: true, or omit reusable.",
  ],
  "preauthorized-keys-are-tagged": [
    'new AuthKey("x5", { expiry: "1d", preauthorized: true, description: "x" });',
    'Write tags: ["tag:ci"], or omit preauthorized.',
  ],
  "description-required": [
    'new OAuthClient("x6", { scopes: ["dns"], rotateEvery: "30d" });',
    'for example description: "CI runners".',
  ],
  "allowed-tags-and-scopes": [
    'new OAuthClient("x7", { scopes: ["webhooks"], tags: ["tag:prod"], description: "x", rotateEvery: "30d" });',
    '"tag:prod" is not allowed for project test, stack dev. Allowed: tag:ci, tag:ci-*.',
  ],
  "subject-names-its-owner": [
    'new FederatedIdentity("x8", { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme*/x:*", scopes: ["dns"], description: "x" });',
    "Write the owner in full",
  ],
  "clients-rotate": [
    'new OAuthClient("x9", { scopes: ["dns"], description: "x" });',
    'Write rotateEvery: "90d", or use RotatingOAuthClient.',
  ],
  "only-known-code": [
    'new Resource("command:local:Command", "x10", { create: "date" });',
    "command:local:Command runs its own code or commands with the deployer's credentials, which no rule can judge.",
  ],
  // The table lets the project have neither of its tags.
  "reach-denied": [
    'new OAuthClient("x11", { scopes: ["auth_keys"], tags: ["tag:prod"], description: "x", rotateEvery: "30d" });',
    "It must not reach tag:vault, and reaches tag:vault:8200 (tcp) (as tag:gate, owned by tag:prod; scope auth_keys;",
  ],
};

/** A resource of any type, as somebody's SDK would make it. */
const prelude = `
class Resource extends pulumi.CustomResource {}
`;

async function previewed(
  program: string,
  body: string,
  {
    config,
    ...environment
  }: {
    config?: object;
    TAILSCOPE_PREFLIGHT?: string;
    TAILSCOPE_NOW?: string;
  } = {},
): Promise<{ code: number; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-policy-"));
  try {
    await using emulator = await startEmulator();
    // A person: only they make auth keys without tags.
    await using stack = await newStack(emulator, prelude + program, {
      TAILSCALE_API_KEY: emulator.apiKey,
    });
    const prepared = preparePack(folder, { body }, ["command", "tailscale"]);
    const file = join(folder, "settings.json");
    if (config !== undefined) writeFileSync(file, JSON.stringify(config));
    return await stack.attemptPreview(
      [
        ...["--policy-pack", prepared.folder],
        ...(config === undefined ? [] : ["--policy-pack-config", file]),
      ],
      { ...prepared.environment, ...environment },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of `--policy-pack-config` that makes every rule stop a run. */
const everyRule = { all: "mandatory" };

test("every rule accepts a program that follows it, also where a file sets the level of all but looks-at-code", async () => {
  const config = { ...everyRule, "looks-at-code": "remediate" };
  const { code, text } = await previewed(good, pack(all), { config });
  expect(text).toContain("acme@v1.0.0");
  expect({ code, violations: violations(text) }, text).toEqual({ code: 0, violations: [] });
});

test("without such a file a preview with a later clock judges a rotating pair as it will be then", async () => {
  const then = { TAILSCOPE_NOW: "2028-02-29T12:00:00Z" };
  const { code, text } = await previewed(good, pack(all), then);
  expect({ code, violations: violations(text) }, text).toEqual({ code: 0, violations: [] });
});

test("a file that changes the level of looks-at-code gets a message about what that hides", async () => {
  const program =
    'new OAuthClient("ci", { scopes: ["dns"], description: "x", rotateEvery: "30d" });';
  const hidden = await previewed(program, pack(""), { config: everyRule });
  expect(violations(hidden.text)).toEqual(["mandatory only-known-code ci"]);
  expect(hidden.text.replace(/\s+/g, " ")).toContain(
    'because the level of looks-at-code is not "remediate"',
  );
});

test("every rule stops a program that breaks it, and says what to write instead", async () => {
  const { code, text } = await previewed(
    Object.values(bad)
      .map(([line]) => line)
      .join("\n"),
    pack(all),
  );
  expect(code, text).not.toBe(0);
  const broken = Object.entries(bad).map(
    ([rule, [program]]) => `mandatory ${rule} ${/"(x\d+|late)"/.exec(program)?.[1]}`,
  );
  // `all` makes administrators, too, and to a denied target leads a tag that is not in the table.
  const besides = ["administrators-by-exception x1", "allowed-tags-and-scopes x11"];
  expect(violations(text)).toEqual([...broken, ...besides.map((one) => `mandatory ${one}`)].sort());
  for (const [, message] of Object.values(bad))
    expect(text.replace(/\s+/g, " ")).toContain(message);
});

/** Ways round each rule that the engine can make; `NAME` is the resource's. */
const evasions: Readonly<Record<keyof Rules, readonly string[]>> = {
  "no-all-scope": [
    ...[
      ...['["all"]', '["all:read"]', '["all", "dns"]', 'pulumi.secret(["all"])'],
      ...[
        '[pulumi.secret("all")]',
        'pulumi.output(["all"])',
        'pulumi.output("all").apply((one) => [one])',
      ],
      ...['["a", "l"].length ? ["a" + "ll"] : []', "all"],
    ].map((scopes) => `new OAuthClient("NAME", { scopes: ${scopes} })`),
    'new OAuthClient("NAME", { scopes: ["everything"], unlistedScopes: ["everything"] })',
    'new OAuthClient("NAME", { scopes: ["ALL"], unlistedScopes: ["ALL"] })',
    'new OAuthClient("NAME", { scopes: ["all "], unlistedScopes: ["all "] })',
    'new OAuthClient("NAME", { scopes: ["all:write"], unlistedScopes: ["all:write"] })',
    'new OAuthClient("NAME", { scopes: ["all"] }, { parent: new pulumi.ComponentResource("acme:index:Team", "of NAME".replace(/ /g, "-")) })',
    'new OAuthClient("NAME", { scopes: ["dns"] }, { transformations: [({ props, opts }) => ({ props: { ...props, scopes: ["all"] }, opts })] })',
    'new OAuthClient("NAME", { scopes: ["all"] }, { aliases: [{ name: "harmless" }] })',
    'new FederatedIdentity("NAME", { issuer: "https://i.example.com", subject: "me", scopes: ["all"] })',
    'official("OauthClient", "NAME", { scopes: ["all"] })',
    'official("FederatedIdentity", "NAME", { scopes: ["all"] })',
    'disguised("OAuthClient", "NAME", { scopes: ["all"] })',
    'pretended("OAuthClient", "NAME", { scopes: ["all"] })',
    'pretended("OAuthClient", "NAME", { scopes: "all" })',
    'pretended("OAuthClient", "NAME", { scopes: [["all"]] })',
    'pretended("OAuthClient", "NAME", { scopes: { 0: "all" } })',
  ],
  "administrators-by-exception": [
    ...[
      '["policy_file"]',
      '["users"]',
      '["acl"]',
      '["dns", "users"]',
      'pulumi.secret(["acl"])',
    ].map((scopes) => `new OAuthClient("NAME", { scopes: ${scopes} })`),
    'new OAuthClient("NAME", { scopes: ["everything"], unlistedScopes: ["everything"] })',
    'new OAuthClient("people-NAME", { scopes: ["policy_file"] })',
    'new OAuthClient("people-NAME", { scopes: ["acl"] })',
    'new FederatedIdentity("people-NAME", { issuer: "https://i.example.com", subject: "me", scopes: ["users"] })',
    'new OAuthClient("people-NAME", { scopes: ["users"] }, { parent: new pulumi.ComponentResource("acme:index:Team", "of-NAME") })',
    'new OAuthClient("x-people-NAME", { scopes: ["users"] })',
    'new OAuthClient("NAME", { scopes: ["users"] }, { aliases: [{ name: "people-sync" }] })',
    'official("OauthClient", "people-NAME", { scopes: ["users"] })',
    'official("FederatedIdentity", "people-NAME", { scopes: ["policy_file"] })',
    'disguised("OAuthClient", "people-NAME", { scopes: ["users"] })',
    'pretended("OAuthClient", "NAME", { scopes: "users" })',
    'new OAuthClient("NAME", { scopes: pulumi.output(["users"]) })',
    'new OAuthClient("NAME", { scopes: ["dns"] }, { transformations: [({ props, opts }) => ({ props: { ...props, scopes: ["users"] }, opts })] })',
    'official("OauthClient", "NAME", { scopes: "policy_file" })',
    'pretended("FederatedIdentity", "NAME", { scopes: [["users"]] })',
  ],
  "auth-key-expiry": [
    ...['"8d"', '"2w"', '"90d"', '"169h"', "604801", 'pulumi.secret("90d")', "undefined"].map(
      (expiry) => `new AuthKey("NAME", { tags: ["tag:ci"], expiry: ${expiry} })`,
    ),
    'new RotatingAuthKey("NAME", { every: "30d", tags: ["tag:ci"] })',
    'new RotatingAuthKey("NAME", { every: "30d", expiry: "60d", tags: ["tag:ci"] })',
    'official("TailnetKey", "NAME", {})',
    'official("TailnetKey", "NAME", { expiry: 7776000 })',
    'official("TailnetKey", "NAME", { expiry: 0 })',
    'disguised("AuthKey", "NAME", { expiry: "90d" })',
    ...["true", "0", '"forever"', "-1", '["1d"]', "1.5", '"1d "', "1e9"].map(
      (expiry) => `pretended("AuthKey", "NAME", { expiry: ${expiry} })`,
    ),
  ],
  "reusable-keys-are-ephemeral": [
    'new AuthKey("NAME", { reusable: true })',
    'new AuthKey("NAME", { reusable: true, ephemeral: false })',
    'new AuthKey("NAME", { reusable: pulumi.secret(true) })',
    'new RotatingAuthKey("NAME", { every: "1d", expiry: "2d", reusable: true })',
    'official("TailnetKey", "NAME", { reusable: true })',
    'official("TailnetKey", "NAME", { reusable: "true" })',
    'official("TailnetKey", "NAME", { reusable: true, ephemeral: "true" })',
    'disguised("AuthKey", "NAME", { reusable: true })',
    'pretended("AuthKey", "NAME", { reusable: 1 })',
    'pretended("AuthKey", "NAME", { reusable: true, ephemeral: 1 })',
    'new AuthKey("NAME", { reusable: pulumi.output(true), ephemeral: pulumi.output(false) })',
    'new AuthKey("NAME", { reusable: true }, { parent: new pulumi.ComponentResource("acme:index:Team", "of-NAME") })',
    'new AuthKey("NAME", {}, { transformations: [({ props, opts }) => ({ props: { ...props, reusable: true }, opts })] })',
    'official("TailnetKey", "NAME", { reusable: 1 })',
    ...['"true"', '"yes"', "[true]", "{ on: true }"].map(
      (reusable) => `pretended("AuthKey", "NAME", { reusable: ${reusable} })`,
    ),
    ...['"true"', "[true]", "{ on: true }"].map(
      (ephemeral) => `pretended("AuthKey", "NAME", { reusable: true, ephemeral: ${ephemeral} })`,
    ),
  ],
  "preauthorized-keys-are-tagged": [
    'new AuthKey("NAME", { preauthorized: true })',
    'new AuthKey("NAME", { preauthorized: true, tags: [] })',
    'new AuthKey("NAME", { preauthorized: pulumi.secret(true), tags: pulumi.secret([]) })',
    'new RotatingAuthKey("NAME", { every: "1d", expiry: "2d", preauthorized: true })',
    'official("TailnetKey", "NAME", { preauthorized: true })',
    'official("TailnetKey", "NAME", { preauthorized: true, tags: ["ci"] })',
    'disguised("AuthKey", "NAME", { preauthorized: true })',
    'pretended("AuthKey", "NAME", { preauthorized: true, tags: "tag:ci" })',
    'pretended("AuthKey", "NAME", { preauthorized: "true", tags: [""] })',
    'new AuthKey("NAME", { preauthorized: pulumi.output(true) })',
    'new AuthKey("NAME", { preauthorized: true }, { parent: new pulumi.ComponentResource("acme:index:Team", "of-NAME") })',
    'new AuthKey("NAME", { tags: ["tag:ci"] }, { transformations: [({ props, opts }) => ({ props: { ...props, preauthorized: true, tags: undefined }, opts })] })',
    'official("TailnetKey", "NAME", { preauthorized: "true" })',
    ...[
      '["tag:"]',
      '["tag:7"]',
      '["tag:ci "]',
      "[7]",
      '{ 0: "tag:ci" }',
      '[["tag:ci"]]',
      "true",
    ].map((tags) => `pretended("AuthKey", "NAME", { preauthorized: 1, tags: ${tags} })`),
  ],
  "description-required": [
    ...['""', '" "', '"-"', '"---"', '"_"', '"TODO"', '"none"', '"tbd"', "undefined"].map(
      (description) => `new OAuthClient("NAME", { scopes: ["dns"], description: ${description} })`,
    ),
    'new AuthKey("NAME", {})',
    'new FederatedIdentity("NAME", { issuer: "https://i.example.com", subject: "me", scopes: ["dns"] })',
    'new OAuthClient("NAME", { scopes: ["dns"], description: "\\u3164" })',
    'official("TailnetKey", "NAME", { description: "\\u200b" })',
    'disguised("AuthKey", "NAME", { description: " " })',
    'pretended("AuthKey", "NAME", { description: ["CI"] })',
    'official("OauthClient", "NAME", { description: "n/a" })',
    ...['"\\u2800"', '"..."', "7", '{ what: "CI" }', '"\\ufe0f"'].map(
      (description) => `pretended("AuthKey", "NAME", { description: ${description} })`,
    ),
  ],
  "allowed-tags-and-scopes": [
    ...['["tag:prod"]', '["tag:CI"]', '["tag:cix"]', '["tag:ci", "tag:prod"]'].map(
      (tags) => `new AuthKey("NAME", { tags: ${tags} })`,
    ),
    ...['["webhooks"]', '["devices:core:read"]', '["routes"]', '["logs:read"]'].map(
      (scopes) => `new OAuthClient("NAME", { scopes: ${scopes}, tags: ["tag:prod"] })`,
    ),
    'official("TailnetKey", "NAME", { tags: ["tag:prod"] })',
    'disguised("AuthKey", "NAME", { tags: ["tag:prod"] })',
    'pretended("AuthKey", "NAME", { tags: "tag:ci" })',
    'new AuthKey("NAME", { tags: pulumi.secret(["tag:prod"]) })',
    'new AuthKey("NAME", { tags: pulumi.output(["tag:prod"]) })',
    'new OAuthClient("NAME", { scopes: ["everything"], unlistedScopes: ["everything"], tags: ["tag:prod"] })',
    'new FederatedIdentity("NAME", { issuer: "https://i.example.com", subject: "me", scopes: ["dns"], tags: ["tag:prod"] })',
    'new RotatingAuthKey("NAME", { every: "1d", expiry: "2d", tags: ["tag:prod"] })',
    'official("OauthClient", "NAME", { scopes: ["dns"], tags: "tag:ci" })',
    ...["[7]", '{ 0: "tag:ci" }', '[["tag:ci"]]', '[" tag:ci"]'].map(
      (tags) => `pretended("AuthKey", "NAME", { tags: ${tags} })`,
    ),
  ],
  "subject-names-its-owner": [
    ...[
      ...[
        "*",
        "repo:*",
        "repo:acme*",
        "repo:acme*/x:*",
        "repo:*/x:pull_request",
        "environment:prod",
      ],
      ...[
        "pull_request",
        "job_workflow_ref:acme/x/.github/workflows/y.yml@main",
        "*repository_owner:acme",
      ],
    ].map(
      (subject) =>
        `new FederatedIdentity("NAME", { issuer: github, subject: ${JSON.stringify(subject)}, scopes: ["dns"] })`,
    ),
    ...[
      ["https://token.actions.githubusercontent.com/acme-inc", "repo:*"],
      ["https://token.actions.acme.ghe.com", "repo:acme*"],
      ["https://github.example.com/_services/token", "repo:acme*"],
      ["https://gitlab.com", "project_path:*"],
      ["https://gitlab.example.com", "project_path:acme*"],
      ["https://oidc.eks.eu-west-1.amazonaws.com/id/0", "system:serviceaccount:*"],
      ["https://api.pulumi.com/oidc", "pulumi:*"],
      ["https://app.terraform.io", "organization:*"],
      ["https://accounts.google.com", "1*"],
      ["https://issuer.example.com", "team:me:*"],
    ].map(
      ([issuer, subject]) =>
        `new FederatedIdentity("NAME", { issuer: "${issuer}", subject: "${subject}", scopes: ["dns"] })`,
    ),
    'new FederatedIdentity("NAME", { issuer: github, subject: "*", customClaimRules: { actor: "me" }, scopes: ["dns"] })',
    'new FederatedIdentity("NAME", { issuer: github, subject: pulumi.secret("repo:*"), scopes: ["dns"] })',
    'official("FederatedIdentity", "NAME", { issuer: github, subject: "repo:*" })',
    'disguised("FederatedIdentity", "NAME", { issuer: github, subject: "repo:*" })',
    'pretended("FederatedIdentity", "NAME", { issuer: github, subject: "repo:acme" })',
  ],
  "clients-rotate": [
    ...['"91d"', '"13w"', "7776001", 'pulumi.secret("3650d")', "undefined"].map(
      (rotateEvery) => `new OAuthClient("NAME", { scopes: ["dns"], rotateEvery: ${rotateEvery} })`,
    ),
    'new OAuthClient("NAME", { scopes: ["dns"], generation: 3 })',
    'new RotatingOAuthClient("NAME", { every: "91d", scopes: ["dns"] })',
    'counterfeit("tailscope:index:RotatingOAuthClient", "NAME", {})',
    'counterfeit("tailscope:index:RotatingOAuthClient", "NAME", { every: "30d", anchor: "2026-01-01T00:00:00Z" })',
    'counterfeit("acme:index:RotatingOAuthClient", "NAME", { every: "30d", anchor: "2026-01-01T00:00:00Z" })',
    'official("OauthClient", "NAME", { scopes: ["dns"] })',
    'disguised("OAuthClient", "NAME", { scopes: ["dns"] })',
    ...["0", '"0d"', '"never"', "true"].map(
      (rotateEvery) => `pretended("OAuthClient", "NAME", { rotateEvery: ${rotateEvery} })`,
    ),
    'new OAuthClient("NAME", { scopes: ["dns"], generation: pulumi.secret(3) })',
    'new RotatingOAuthClient("NAME", { every: 7776001, scopes: ["dns"] })',
    'new OAuthClient("NAME", { scopes: ["dns"] }, { parent: new RotatingOAuthClient("pair-NAME", { every: "30d", scopes: ["dns"] }) })',
    'pretended("OAuthClient", "NAME", { generation: 3 })',
  ],
  "only-known-code": [
    'pretended("OAuthClient", "NAME", {})',
    'pretended("AuthKey", "NAME", {})',
    'pretended("FederatedIdentity", "NAME", {})',
    'pretended("Webhook", "NAME", {})',
    'disguised("OAuthClient", "NAME", { scopes: ["dns"] })',
    `new Resource("${type}OAuthClient", "NAME", { scopes: ["dns"], __provider: constant("OAuthClient") + " " })`,
    `new Resource("${type}OAuthClient", "NAME", { scopes: ["dns"], __provider: pulumi.secret(foreign) })`,
    `new Resource("${type}OAuthClient", "NAME", { tags: [], __provider: constant("AuthKey") })`,
    "new pulumi.dynamic.Resource({ async create(inputs) { return { id: '1', outs: inputs }; } }, \"NAME\", {})",
    'new pulumi.dynamic.Resource({ async create(inputs) { return { id: "1", outs: inputs }; } }, "NAME", {}, {}, "acme", "Thing")',
    'new Resource("command:local:Command", "NAME", { create: "curl" })',
    'new Resource("command:remote:Command", "NAME", { create: "curl" })',
    'new Resource("tailscale:index/apiKey:ApiKey", "NAME", {})',
    ...["AuthKey2", "oauthclient", "OAuthClient/x"].map(
      (kind) => `pretended("${kind}", "NAME", {})`,
    ),
    ...[
      ...[
        'constant("OAuthClient") + ";"',
        '" " + constant("OAuthClient")',
        "constant('OAuthClient') + '//'",
      ],
      'constant("OAuthClient").replace("exports", "module.exports")',
    ].map(
      (code) =>
        `new Resource("${type}OAuthClient", "NAME", { scopes: ["dns"], __provider: ${code} })`,
    ),
  ],
  "reach-denied": [
    ...[
      '["tag:gate"]',
      '["tag:ci", "tag:gate"]',
      'pulumi.secret(["tag:gate"])',
      '[pulumi.secret("tag:gate")]',
      'pulumi.output(["tag:gate"])',
    ].map((tags) => `new AuthKey("NAME", { tags: ${tags} })`),
    ...['["auth_keys"]', '["devices:core"]', '["devices"]', '["dns", "auth_keys"]'].map(
      (scopes) => `new OAuthClient("NAME", { scopes: ${scopes}, tags: ["tag:prod"] })`,
    ),
    ...['["policy_file"]', '["acl"]', '["users"]'].map(
      (scopes) => `new OAuthClient("NAME", { scopes: ${scopes} })`,
    ),
    'new OAuthClient("NAME", { scopes: ["everything"], unlistedScopes: ["everything"] })',
    'new FederatedIdentity("NAME", { issuer: "https://i.example.com", subject: "me", scopes: ["auth_keys"], tags: ["tag:prod"] })',
    'new RotatingAuthKey("NAME", { every: "1d", expiry: "2d", tags: ["tag:gate"] })',
    'new AuthKey("NAME", { tags: ["tag:gate"] }, { parent: new pulumi.ComponentResource("acme:index:Team", "of-NAME") })',
    'new AuthKey("NAME", { tags: ["tag:ci"] }, { transformations: [({ props, opts }) => ({ props: { ...props, tags: ["tag:gate"] }, opts })] })',
    'official("TailnetKey", "NAME", { tags: ["tag:gate"] })',
    'official("OauthClient", "NAME", { scopes: ["auth_keys"], tags: ["tag:prod"] })',
    'disguised("AuthKey", "NAME", { tags: ["tag:gate"] })',
    'disguised("OAuthClient", "NAME", { scopes: ["auth_keys"], tags: ["tag:prod"] })',
    ...['"tag:gate"', '[["tag:gate"]]', '{ 0: "tag:gate" }', "[7]"].map(
      (tags) => `pretended("AuthKey", "NAME", { tags: ${tags} })`,
    ),
    'pretended("OAuthClient", "NAME", { scopes: "auth_keys", tags: ["tag:prod"] })',
  ],
};

const helpers = `
const { RotatingAuthKey, RotatingOAuthClient } = require("tailscope");
const github = "https://token.actions.githubusercontent.com";
const all = ["all"];
const constant = (kind) => 'exports.handler=()=>require("tailscope").' + kind + '.provider';
const foreign = 'exports.handler=()=>({ check: async (olds, inputs) => ({ inputs }), create: async () => ({ id: "1" }) })';
const pretended = (kind, name, props) => new Resource("${type}" + kind, name, { ...props, __provider: foreign });
const official = (kind, name, props) => new Resource("tailscale:index/" + kind.charAt(0).toLowerCase() + kind.slice(1) + ":" + kind, name, props);
const disguised = (kind, name, props) => new Resource("pulumi-nodejs:dynamic/acme:Thing", name, { scopes: kind === "AuthKey" ? undefined : ["dns"], ...(kind === "FederatedIdentity" && { issuer: github, subject: "me" }), ...props, __provider: constant(kind) });
class Counterfeit extends pulumi.ComponentResource {}
const counterfeit = (type, name, inputs) => new OAuthClient(name, { scopes: ["dns"], generation: 0 }, { parent: new Counterfeit(type, "pair-of-" + name, inputs) });
`;

test("no rule can be evaded by a program that breaks what it means", async () => {
  const few = Object.entries(evasions).filter(([, programs]) => programs.length < 20);
  expect(few.map(([rule, programs]) => `${rule}: ${programs.length}`)).toEqual([]);
  const ways = Object.entries(evasions).flatMap(([rule, programs]) =>
    programs.map((program, index) => ({ rule, program, name: `${rule}.${index}` })),
  );
  const { code, text } = await previewed(
    helpers + ways.map(({ program, name }) => `${program.replaceAll("NAME", name)};`).join("\n"),
    pack(all),
    // The tags that no policy file defines are for the rules to refuse here.
    { TAILSCOPE_PREFLIGHT: "off" },
  );
  expect(code, text).not.toBe(0);
  expect(text).not.toMatch(/Error validating resource|panic:|SyntaxError/);
  const told = violations(text);
  const missed = ways.filter(
    ({ rule, name }) =>
      !told.some((one) =>
        new RegExp(`^mandatory ${rule} (x-)?(people-)?${name.replaceAll(".", "[.]")}(-0)?$`).test(
          one,
        ),
      ),
  );
  expect(missed, text).toEqual([]);
});

test("an unknown value is judged when it is known, before anything is created with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-policy-"));
  try {
    await using emulator = await startEmulator();
    await using stack = await newStack(
      emulator,
      `const first = new OAuthClient("first", { scopes: ["dns"], description: "CI", rotateEvery: "30d" });
       new OAuthClient("later", { scopes: first.clientId.apply(() => ["all"]), description: "CI", rotateEvery: "30d" });`,
    );
    const prepared = preparePack(folder, { body: pack("") });
    const withPack = ["--policy-pack", prepared.folder];
    const preview = await stack.attemptPreview(withPack, prepared.environment);
    expect(preview.code, preview.text).toBe(0);
    expect(violations(preview.text)).toEqual([
      "advisory administrators-by-exception later",
      "advisory no-all-scope later",
    ]);
    stack.set("PATH", prepared.environment.PATH);
    const up = await stack.attempt(...withPack);
    expect(up.code, up.text).not.toBe(0);
    expect(violations(up.text)).toEqual([
      "mandatory administrators-by-exception later",
      "mandatory no-all-scope later",
    ]);
    const made = emulator.control.activeCredentials().map(({ scopes }) => scopes);
    expect(made).toEqual([["dns"]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a file can set every option, and a wrong one stops the run with what to write", async () => {
  const program = `
    new OAuthClient("deployer", { scopes: ["policy_file"], description: "x", rotateEvery: "30d" });
    new AuthKey("key", { expiry: "7d", tags: ["tag:ci"], description: "x" });
    new Resource("command:local:Command", "date", { create: "date" });`;
  const exempt = (kind: string, more: object = {}) => ({
    exceptions: [{ urn: `urn:pulumi:*::test::${kind}`, reason: "x", until: "2999-12-31", ...more }],
  });
  const inFile = {
    "administrators-by-exception": exempt(`${type}OAuthClient::deployer`, { scope: "policy_file" }),
    "auth-key-expiry": { longest: "1w" },
    "allowed-tags-and-scopes": {
      enforcementLevel: "advisory",
      table: [{ project: "test", tags: [], scopes: ["policy_file"] }],
    },
    "clients-rotate": { longest: 2_592_000 },
    "only-known-code": exempt("command:local:Command::*"),
    "reach-denied": {
      policy,
      targets: ["tag:vault"],
      ...exempt(`${type}OAuthClient::deployer`),
    },
  };
  const kept = await previewed(program, pack('"auth-key-expiry": { longest: "1d" }'), {
    config: inFile,
  });
  expect({ code: kept.code, violations: violations(kept.text) }, kept.text).toEqual({
    code: 0,
    violations: ["advisory allowed-tags-and-scopes key"],
  });

  const stricter = {
    ...inFile,
    "clients-rotate": { longest: "7d" },
    "reach-denied": { policy, targets: ["tag:vault"] },
  };
  const broken = await previewed(program, pack(""), { config: stricter });
  expect(broken.code, broken.text).not.toBe(0);
  expect(violations(broken.text)).toEqual(
    expect.arrayContaining([
      "mandatory clients-rotate deployer",
      "mandatory reach-denied deployer",
    ]),
  );

  // What the schema refuses, the engine tells together.
  const date = { scope: "users", until: "2027-02-30" };
  const { exceptions: wrongDate } = exempt(`${type}OAuthClient::x`, date);
  for (const [wrong, ...messages] of [
    [{ "auth-key-expiry": { longest: "a month" } }, '"a month" is not a duration'],
    [{ "clients-rotate": { longst: "7d" } }, 'there is no "longst"'],
    [
      { "administrators-by-exception": { exceptions: [{ credential: "deployer" }, ...wrongDate] } },
      "urn is required",
      "exceptions.1.until: Does not match format 'date'",
    ],
  ] as const) {
    const { code, text } = await previewed(program, pack(""), { config: wrong });
    expect(code, text).not.toBe(0);
    for (const message of messages) expect(text.replace(/\s+/g, " ")).toContain(message);
  }
});
