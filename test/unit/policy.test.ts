/**
 * The policy pack's settings and rules as data, through the server of Pulumi's SDK. That the engine obeys them is in
 * test/engine/policy.test.ts; programs that mean to get round them are in policy-evasions.test.ts.
 */

import { describe, expect, test } from "vitest";
import { policies, type Rules } from "../../provider/policy";
import {
  credential,
  ours,
  type Resource,
  type Said,
  said,
  secret,
  unknown,
  urnOf,
} from "./policy-engine";

/** What one rule says of one credential. */
async function sentences(
  rules: Rules,
  rule: keyof Rules,
  resource: Resource,
  file: Readonly<Record<string, object>> = {},
): Promise<string[]> {
  const found = await said(rules, [resource], file);
  return found.filter((one) => one.rule === rule).map(({ message }) => message);
}

test("every rule is mandatory unless something else is said, for the rule alone or beside what it takes", () => {
  const level = (rules: Rules, name: string) =>
    policies(rules).find((policy) => policy.name === name)?.enforcementLevel;
  const [looking, ...judging] = policies();
  // The engine shows code to this level alone.
  expect(looking).toMatchObject({ name: "looks-at-code", enforcementLevel: "remediate" });
  for (const { enforcementLevel, description } of judging) {
    expect(enforcementLevel).toBe("mandatory");
    expect(description).toMatch(/\.$/);
  }
  expect(judging).toHaveLength(10);
  expect(level({ "clients-rotate": "advisory" }, "clients-rotate")).toBe("advisory");
  expect(
    level(
      { "auth-key-expiry": { enforcementLevel: "disabled", longest: "1d" } },
      "auth-key-expiry",
    ),
  ).toBe("disabled");
  expect(level({ "auth-key-expiry": { longest: "1d" } }, "auth-key-expiry")).toBe("mandatory");
});

const deployer = `urn:pulumi:prod::acme::${ours}OAuthClient::policy-deployer`;

/** Settings as somebody writes them who has no TypeScript. */
const loose = (rules: object): Rules => rules as Rules;

const wrongSettings: [string, Rules, string][] = [
  [
    "an exception without a reason",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: deployer, scope: "users", reason: " ", until: "2027-01-01" }],
      },
    },
    "exceptions[0]: the reason is missing",
  ],
  [
    "an exception without an end",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: deployer, scope: "users", reason: "x", until: "soon" }],
      },
    },
    'exceptions[0]: "soon" is no day',
  ],
  [
    "an exception that ends on no day",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: deployer, scope: "users", reason: "x", until: "2027-02-30" }],
      },
    },
    'exceptions[0]: "2027-02-30" is no day',
  ],
  [
    "an exception for nobody",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: "", scope: "users", reason: "x", until: "2027-01-01" }],
      },
    },
    "exceptions[0]: the urn is not whole: it names stack, project, type and name.",
  ],
  [
    "an exception for no scope",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: deployer, scope: "", reason: "x", until: "2027-01-01" }],
      },
    },
    "exceptions[0]: name the resource and the scope",
  ],
  [
    "an exception by a name alone",
    loose({
      "administrators-by-exception": {
        exceptions: [{ credential: "a", scope: "users", reason: "x", until: "2027-01-01" }],
      },
    }),
    "exceptions[0]: name the resource and the scope: the urn is missing",
  ],
  [
    "an exception for every project",
    {
      "administrators-by-exception": {
        exceptions: [
          {
            urn: deployer.replace("acme", "*"),
            scope: "users",
            reason: "x",
            until: "2027-01-01",
          },
        ],
      },
    },
    "exceptions[0]: the urn has a * in its project or type. Write both in full",
  ],
  [
    "an exception for every type",
    {
      "only-known-code": {
        exceptions: [{ urn: "urn:pulumi:*::acme::*::x", reason: "x", until: "2027-01-01" }],
      },
    },
    "only-known-code: exceptions[0]: the urn has a * in its project or type.",
  ],
  [
    "a length of time that is none",
    { "auth-key-expiry": { longest: "a month" } },
    'auth-key-expiry: "a month" is no length of time',
  ],
  ["a length of no time", { "clients-rotate": { longest: "0d" } }, '"0d" is no length of time'],
  ["a length of nothing", { "clients-rotate": { longest: 0 } }, "0 is no length of time"],
  ["a table that is missing", { "allowed-tags-and-scopes": "mandatory" }, "the table is missing"],
  [
    "a table with a row that is none",
    loose({ "allowed-tags-and-scopes": { table: [{ tags: "tag:a", scopes: [] }] } }),
    "allowed-tags-and-scopes: table[0]: give the tags as a list",
  ],
  [
    "a table with a word that there is not",
    loose({ "allowed-tags-and-scopes": { table: [{ tag: [], tags: [], scopes: [] }] } }),
    'allowed-tags-and-scopes: table[0]: there is no "tag".',
  ],
  [
    "an option that there is not",
    loose({ "clients-rotate": { longst: "7d" } }),
    'clients-rotate: there is no "longst". The rule takes { longest: "30d" }.',
  ],
  [
    "a rule that there is not",
    loose({ "no-al-scope": "mandatory" }),
    'There is no rule "no-al-scope". The rules are no-all-scope',
  ],
];

test.each(wrongSettings)("%s is refused when the pack starts", (_, rules, message) => {
  expect(() => policies(rules)).toThrow(message);
});

describe("a file of settings", () => {
  const client = credential("OAuthClient", { scopes: ["policy_file"], rotateEvery: "30d" });

  test.each<[string, keyof Rules, object, Resource, object]>([
    [
      "a length",
      "auth-key-expiry",
      { longest: "7d" },
      credential("AuthKey", { expiry: "30d" }),
      { longest: 2_592_000 },
    ],
    ["a length of rotation", "clients-rotate", { longest: "7d" }, client, { longest: "30d" }],
    [
      "exceptions",
      "administrators-by-exception",
      {},
      client,
      {
        exceptions: [
          { urn: urnOf(client), scope: "policy_file", reason: "x", until: "2999-01-01" },
        ],
      },
    ],
    [
      "a table",
      "allowed-tags-and-scopes",
      { table: [] },
      client,
      { table: [{ tags: [], scopes: ["policy_file"] }] },
    ],
    [
      "exceptions for code",
      "only-known-code",
      {},
      { type: "command:local:Command", props: { create: "date" } },
      {
        exceptions: [
          { urn: "urn:pulumi:*::acme::command:local:Command::*", reason: "x", until: "2999-01-01" },
        ],
      },
    ],
  ])("takes the place of the code's: %s", async (_, rule, inCode, resource, inFile) => {
    const rules = loose({ [rule]: inCode });
    expect(await sentences(rules, rule, resource)).toHaveLength(1);
    expect(await sentences(rules, rule, resource, { [rule]: inFile })).toEqual([]);
    // And the other way round: what the file says holds, not what the code says.
    const turned = loose({ [rule]: inFile });
    expect(await sentences(turned, rule, resource)).toEqual([]);
    if (Object.keys(inCode).length > 0)
      expect(await sentences(turned, rule, resource, { [rule]: inCode })).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ["clients-rotate", { longst: "7d" }, 'clients-rotate: there is no "longst"'],
    ["clients-rotate", { longest: "soon" }, 'clients-rotate: "soon" is no length of time'],
    ["no-all-scope", { exceptions: [] }, 'no-all-scope: there is no "exceptions"'],
    [
      "administrators-by-exception",
      { exceptions: [{ urn: "ci", scope: "users", reason: "x", until: "2999-01-01" }] },
      "exceptions[0]: the urn is not whole",
    ],
  ])("that is wrong fails the run, whatever the resource: %s %j", async (rule, file, message) => {
    const stack = { type: "pulumi:pulumi:Stack", props: {} };
    await expect(said({}, [stack], { [rule]: file })).rejects.toThrow(message);
  });

  test("that turns the table's rule on brings a table", async () => {
    const rules: Rules = { "allowed-tags-and-scopes": "disabled" };
    const [policy] = policies(rules).filter(({ name }) => name === "allowed-tags-and-scopes");
    expect(policy?.enforcementLevel).toBe("disabled");
    const shown = { type: "pulumi:pulumi:Stack", urn: "u", name: "n", props: {} };
    const validate = policy?.validateResource as unknown as (args: object, report: object) => void;
    expect(() => validate(shown, () => undefined)).toThrow("the table is missing");
    const getConfig = () => ({ table: [] });
    expect(() => validate({ ...shown, getConfig }, () => undefined)).not.toThrow();
  });

  test("is described to the engine, option by option", () => {
    const options = Object.fromEntries(
      policies().map(({ name, configSchema }) => [name, configSchema?.properties]),
    );
    expect(options["auth-key-expiry"]).toEqual({
      longest: { type: ["string", "integer"], default: "30d" },
    });
    expect(options["clients-rotate"]).toEqual({
      longest: { type: ["string", "integer"], default: "90d" },
    });
    expect(options["administrators-by-exception"]).toMatchObject({
      exceptions: {
        type: "array",
        items: { required: ["urn", "scope", "reason", "until"], additionalProperties: false },
      },
    });
    expect(options["allowed-tags-and-scopes"]).toMatchObject({ table: { type: "array" } });
    expect(options["only-known-code"]).toMatchObject({ exceptions: { type: "array" } });
    expect(options["description-required"]).toEqual({});
  });
});

describe("a rule", () => {
  const exceptions = [
    {
      urn: `urn:pulumi:*::acme::${ours}OAuthClient::deploy*`,
      scope: "policy_file",
      reason: "x",
      until: "2999-01-01",
    },
    {
      urn: `urn:pulumi:prod::acme::${ours}OAuthClient::old`,
      scope: "users",
      reason: "x",
      until: "2020-01-01",
    },
  ];
  const table = [
    { project: "acme", tags: ["tag:ci-*"], scopes: ["devices:core"] },
    { stack: "prod", tags: ["tag:prod"], scopes: ["dns"] },
  ];
  const named = (name: string) => ({ name });
  test.each<[keyof Rules, Resource, number]>([
    ["no-all-scope", credential("OAuthClient", { scopes: ["all:read"] }), 1],
    ["no-all-scope", credential("FederatedIdentity", { scopes: ["dns"] }), 0],
    ["no-all-scope", credential("OAuthClient", { scopes: ["acl", "devices"] }), 0],
    ["no-all-scope", credential("AuthKey", {}), 0],
    ["no-all-scope", { type: "aws:s3/bucket:Bucket", props: { scopes: ["all"] } }, 0],
    [
      "administrators-by-exception",
      credential("OAuthClient", { scopes: ["policy_file", "users:read"] }, named("deploy-policy")),
      0,
    ],
    [
      "administrators-by-exception",
      credential("OAuthClient", { scopes: ["acl"] }, { name: "deploy-policy", stack: "dev" }),
      0,
    ],
    [
      "administrators-by-exception",
      credential(
        "OAuthClient",
        { scopes: ["policy_file"] },
        { name: "deploy-policy", project: "other" },
      ),
      1,
    ],
    [
      "administrators-by-exception",
      credential("FederatedIdentity", { scopes: ["policy_file"] }, named("deploy-policy")),
      1,
    ],
    [
      "administrators-by-exception",
      credential("OAuthClient", { scopes: ["users"] }, named("deploy-policy")),
      1,
    ],
    [
      "administrators-by-exception",
      credential("OAuthClient", { scopes: ["users"] }, named("old")),
      1,
    ],
    ["auth-key-expiry", credential("AuthKey", { expiry: "30d" }), 0],
    ["auth-key-expiry", credential("AuthKey", {}), 1],
    ["auth-key-expiry", credential("AuthKey", { expiry: 2_592_001 }), 1],
    ["reusable-keys-are-ephemeral", credential("AuthKey", { reusable: true, ephemeral: true }), 0],
    ["reusable-keys-are-ephemeral", credential("AuthKey", { reusable: true, ephemeral: false }), 1],
    ["preauthorized-keys-are-tagged", credential("AuthKey", { preauthorized: true, tags: [] }), 1],
    [
      "preauthorized-keys-are-tagged",
      credential("AuthKey", { preauthorized: true, tags: ["tag:a"] }),
      0,
    ],
    ["description-required", credential("OAuthClient", { description: " " }), 1],
    ["description-required", credential("OAuthClient", { description: "CI" }), 0],
    ["description-required", credential("OAuthClient", { description: "Größe 7 ü" }), 0],
    ["description-required", credential("OAuthClient", { description: "無人機" }), 0],
    [
      "allowed-tags-and-scopes",
      credential("OAuthClient", {
        scopes: ["devices:core:read", "dns"],
        tags: ["tag:ci-1", "tag:prod"],
      }),
      0,
    ],
    [
      "allowed-tags-and-scopes",
      credential("OAuthClient", { scopes: ["dns"], tags: ["tag:prod"] }, { stack: "dev" }),
      2,
    ],
    [
      "allowed-tags-and-scopes",
      credential("OAuthClient", { scopes: [] }, { stack: "dev", project: "other" }),
      1,
    ],
    [
      "subject-names-its-owner",
      credential("FederatedIdentity", {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:acme/*",
      }),
      0,
    ],
    [
      "subject-names-its-owner",
      credential("FederatedIdentity", {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "*",
        customClaimRules: { repository_owner: "acme" },
      }),
      0,
    ],
    [
      "subject-names-its-owner",
      credential("FederatedIdentity", {
        issuer: "https://gitlab.com",
        subject: "project_path:*",
      }),
      1,
    ],
    ["clients-rotate", credential("OAuthClient", { rotateEvery: "90d" }), 0],
    ["clients-rotate", credential("OAuthClient", { rotateEvery: "91d" }), 1],
    ["clients-rotate", credential("OAuthClient", { generation: 0 }), 1],
    ["clients-rotate", credential("FederatedIdentity", {}), 0],
    ["only-known-code", credential("OAuthClient", {}), 0],
    ["only-known-code", credential("AuthKey", {}), 0],
    ["only-known-code", { type: "tailscale:index/acl:Acl", props: {} }, 0],
    ["only-known-code", { type: "tailscale:index/tailnetKey:TailnetKey", props: {} }, 0],
    ["only-known-code", { type: "aws:s3/bucket:Bucket", props: {} }, 0],
    ["only-known-code", { type: "pulumi:providers:pulumi-nodejs", props: {} }, 0],
  ])("%s of %j", async (rule, resource, broken) => {
    const rules: Rules = {
      "administrators-by-exception": { exceptions },
      "allowed-tags-and-scopes": { table },
    };
    const found = await sentences(rules, rule, resource);
    expect(found).toHaveLength(broken);
    // Where, what is wrong, and what to write instead.
    for (const sentence of found)
      expect(sentence).toMatch(
        /^(\w+: |The table).*\. (Write|List|Leave|Allowed|Add|The exception)/,
      );
  });
});

describe("a client of a rotating pair", () => {
  const component = (inputs: object): Resource => ({
    type: "tailscope:index:RotatingOAuthClient",
    name: "pair",
    props: { ...inputs },
  });
  const anchor = "2026-01-01T00:00:00Z";
  const month = 30 * 24 * 60 * 60 * 1000;
  const current = Math.floor((Date.now() - Date.parse(anchor)) / month);
  const slot = (parent: Resource | undefined, generation: unknown): Resource =>
    credential(
      "OAuthClient",
      { scopes: ["dns"], generation },
      { name: "pair-0", ...(parent && { parent: urnOf(parent) }) },
    );

  test.each<[string, object, unknown, boolean]>([
    ["is made anew", { every: "30d", anchor }, current, true],
    ["is made anew, and so was the one before", { every: "30d", anchor }, current - 1, true],
    ["is made anew, the period in seconds", { every: 2_592_000, anchor }, current, true],
    ["is not where its generation is written down", { every: "30d", anchor }, 0, false],
    ["is not where its generation is yet to come", { every: "30d", anchor }, current + 1, false],
    ["is not where its generation is a text", { every: "30d", anchor }, String(current), false],
    ["is not often enough", { every: "91d", anchor }, 3, false],
    ["is not where the period cannot be seen", {}, current, false],
    ["is not where the period is none", { every: "now", anchor }, current, false],
    ["is not where the anchor is none", { every: "30d", anchor: "then" }, current, false],
  ])("%s", async (_, inputs, generation, isMadeAnew) => {
    const parent = component(inputs);
    const found = await said({}, [parent, slot(parent, generation)]);
    expect(found.some(({ rule }) => rule === "clients-rotate")).toBe(!isMadeAnew);
  });

  test("is one by its parent, not by a name, and by the parent of this run", async () => {
    const parent = component({ every: "30d", anchor });
    const other = { ...parent, name: "other" };
    const of = async (resources: readonly Resource[]) =>
      (await said({}, resources)).filter(({ rule }) => rule === "clients-rotate").length;
    expect(await of([parent, slot(parent, current)])).toBe(0);
    expect(await of([parent, slot(undefined, current)])).toBe(1);
    expect(await of([parent, slot(other, current)])).toBe(1);
    expect(await of([slot(parent, current)])).toBe(1);
  });
});

describe("what is not known before the deployment", () => {
  const levels = (found: readonly Said[], rule: string) =>
    found.filter((one) => one.rule === rule).map(({ level }) => level);

  test("is told as that, and judged when it is known", async () => {
    const resource = credential("OAuthClient", {
      scopes: unknown,
      description: unknown,
      rotateEvery: unknown,
    });
    const found = await said({}, [resource]);
    for (const rule of ["no-all-scope", "description-required", "clients-rotate"]) {
      expect(levels(found, rule)).toEqual(["advisory"]);
      const [one] = found.filter((each) => each.rule === rule);
      expect(one?.message).toContain("can't be known during preview");
    }
  });

  test("hides nothing of what is known beside it", async () => {
    const resource = credential("OAuthClient", {
      scopes: [unknown, "all"],
      tags: ["tag:x", unknown],
    });
    const found = await said(
      { "allowed-tags-and-scopes": { table: [{ tags: [], scopes: ["all"] }] } },
      [resource],
    );
    expect(levels(found, "no-all-scope")).toEqual(["mandatory", "advisory"]);
    expect(levels(found, "allowed-tags-and-scopes")).toEqual(["mandatory", "advisory"]);
  });

  test("may be the claim rule that names the owner", async () => {
    const identity = (rule: unknown) =>
      credential("FederatedIdentity", {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "*",
        customClaimRules: { repository_owner: rule },
      });
    const rule = "subject-names-its-owner";
    expect(levels(await said({}, [identity(unknown)]), rule)).toEqual(["advisory"]);
    expect(levels(await said({}, [identity("acme")]), rule)).toEqual([]);
    expect(levels(await said({}, [identity("*")]), rule)).toEqual(["mandatory"]);
  });
});

test("a secret argument is judged, and no message shows a subject, a claim or a description", async () => {
  const hidden = "hush-hush-hush";
  const found = await said({ "clients-rotate": { longest: "1d" } }, [
    credential("FederatedIdentity", {
      issuer: secret("https://token.actions.githubusercontent.com"),
      subject: secret(`repo:${hidden}*:x`),
      scopes: secret(["all"]),
      customClaimRules: secret({ [hidden]: hidden }),
      description: secret(hidden),
    }),
    credential("AuthKey", { expiry: secret("60d"), reusable: secret(true), description: hidden }),
  ]);
  expect(found.map(({ rule }) => rule)).toEqual([
    "no-all-scope",
    "administrators-by-exception",
    "subject-names-its-owner",
    "auth-key-expiry",
    "reusable-keys-are-ephemeral",
  ]);
  for (const { message } of found) expect(message).not.toContain(hidden);
});

test("code that nobody looked at, because a file changed that level, is told of with what to write", () => {
  const [policy] = policies().filter(({ name }) => name === "only-known-code");
  const validate = policy?.validateResource as unknown as (
    shown: object,
    report: (message: string) => void,
  ) => void;
  const messages: string[] = [];
  const { type, props } = credential("OAuthClient", {});
  validate({ type, props, name: "ci", urn: "urn:pulumi:prod::acme::x::ci" }, (message) =>
    messages.push(message),
  );
  expect(messages).toEqual([
    expect.stringMatching(
      /^The code that it runs cannot be seen, because the level of looks-at-code is not "remediate"\. Write that level into the file of --policy-pack-config\./,
    ),
  ]);
});
