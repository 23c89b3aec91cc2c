/**
 * The policy pack's settings and rules as data, through the server of Pulumi's SDK. That the engine
 * obeys them is in test/engine/policy.test.ts; programs that mean to get round them are in
 * policy-evasions.test.ts.
 */

import { describe, expect, test, vi } from "vitest";
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

test("every rule is mandatory unless its level is set, alone or beside its options", () => {
  const level = (rules: Rules, name: string) =>
    policies(rules).find((policy) => policy.name === name)?.enforcementLevel;
  const [looking, ...judging] = policies();
  // The engine shows code to this level alone.
  expect(looking).toMatchObject({ name: "looks-at-code", enforcementLevel: "remediate" });
  for (const { enforcementLevel } of judging) expect(enforcementLevel).toBe("mandatory");
  expect(judging.map(({ description }) => description)).toEqual([
    "No credential carries all or all:read.",
    "Scopes that can make administrators need an exception with a reason and a last day.",
    "An auth key expires within the longest allowed lifetime.",
    "A reusable auth key is ephemeral.",
    "A preauthorised auth key has tags.",
    "Every credential has a description of its purpose.",
    "Credentials carry the tags and scopes that their project and stack may use.",
    "A federated identity's subject names its owner in full.",
    "No credential reaches what is denied, through tags and the policy file.",
    "An OAuth client rotates at least as often as required.",
    "Resources run no code that the rules cannot judge.",
  ]);
  expect(looking?.description).toBe(
    "Shows the rules the code of dynamic resources, and changes nothing.",
  );
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
    'exceptions[0]: "soon" is not a date',
  ],
  [
    "an exception that ends on no day",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: deployer, scope: "users", reason: "x", until: "2027-02-30" }],
      },
    },
    'exceptions[0]: "2027-02-30" is not a date',
  ],
  [
    "an exception for nobody",
    {
      "administrators-by-exception": {
        exceptions: [{ urn: "", scope: "users", reason: "x", until: "2027-01-01" }],
      },
    },
    "exceptions[0]: the urn is incomplete: it needs a stack, project, type and name.",
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
    "an invalid duration",
    { "auth-key-expiry": { longest: "a month" } },
    'auth-key-expiry: "a month" is not a duration',
  ],
  ["a length of no time", { "clients-rotate": { longest: "0d" } }, '"0d" is not a duration'],
  ["a length of nothing", { "clients-rotate": { longest: 0 } }, "0 is not a duration"],
  ["a table that is missing", { "allowed-tags-and-scopes": "mandatory" }, "the table is missing"],
  [
    "a table with an invalid row",
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
    "two options that there are not",
    loose({ "no-all-scope": { a: 1, b: 2 } }),
    'no-all-scope: there is no "a", "b". The rule takes only its level.',
  ],
  [
    "an exception that is a text",
    loose({ "administrators-by-exception": { exceptions: ["ci"] } }),
    "administrators-by-exception: exceptions[0]: A name alone would match resources of every project.",
  ],
  [
    "a rule that there is not",
    loose({ "no-al-scope": "mandatory" }),
    'There is no rule "no-al-scope". The rules are no-all-scope, administrators-by-exception, auth-key-expiry',
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
  ])("a settings file overrides the pack's code: %s", async (_, rule, inCode, resource, inFile) => {
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
    ["clients-rotate", { longest: "soon" }, 'clients-rotate: "soon" is not a duration'],
    ["no-all-scope", { exceptions: [] }, 'no-all-scope: there is no "exceptions"'],
    [
      "administrators-by-exception",
      { exceptions: [{ urn: "ci", scope: "users", reason: "x", until: "2999-01-01" }] },
      "exceptions[0]: the urn is incomplete",
    ],
  ])(
    "a wrong settings file fails the run, whatever the resource: %s %j",
    async (rule, file, message) => {
      const stack = { type: "pulumi:pulumi:Stack", props: {} };
      await expect(said({}, [stack], { [rule]: file })).rejects.toThrow(message);
    },
  );

  test("a settings file that turns on the rule with a table must have a table", async () => {
    const rules: Rules = { "allowed-tags-and-scopes": "disabled" };
    const [policy] = policies(rules).filter(({ name }) => name === "allowed-tags-and-scopes");
    expect(policy?.enforcementLevel).toBe("disabled");
    const shown = { type: "pulumi:pulumi:Stack", urn: "u", name: "n", props: {} };
    const validate = policy?.validateResource as unknown as (args: object, report: object) => void;
    expect(() => validate(shown, () => undefined)).toThrow("the table is missing");
    const getConfig = () => ({ table: [] });
    expect(() => validate({ ...shown, getConfig }, () => undefined)).not.toThrow();
  });

  test("a settings file for another rule needs no table", () => {
    const policy = policies({ "allowed-tags-and-scopes": "disabled" }).find(
      ({ name }) => name === "no-all-scope",
    );
    const shown = { type: "pulumi:pulumi:Stack", urn: "u", name: "n", props: {} };
    const validate = policy?.validateResource as unknown as (args: object, report: object) => void;
    expect(() => validate(shown, () => undefined)).not.toThrow();
  });

  test("every option of a settings file is described to the engine", () => {
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
    ["auth-key-expiry", credential("AuthKey", { expiry: 2_592_000 }), 0],
    ["auth-key-expiry", credential("AuthKey", { expiry: 2_592_001 }), 1],
    ["auth-key-expiry", credential("OAuthClient", {}), 0],
    ["reusable-keys-are-ephemeral", credential("AuthKey", { reusable: false }), 0],
    ["reusable-keys-are-ephemeral", credential("OAuthClient", { reusable: true }), 0],
    ["preauthorized-keys-are-tagged", credential("AuthKey", { preauthorized: false }), 0],
    ["preauthorized-keys-are-tagged", credential("OAuthClient", { preauthorized: true }), 0],
    [
      "preauthorized-keys-are-tagged",
      credential("AuthKey", { preauthorized: true, tags: ["tag:ci-1"] }),
      0,
    ],
    ["allowed-tags-and-scopes", credential("AuthKey", { tags: null, scopes: "" }), 0],
    ["allowed-tags-and-scopes", credential("AuthKey", { tags: {} }), 1],
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
    ["clients-rotate", credential("OAuthClient", { rotateEvery: 7_776_000 }), 0],
    ["clients-rotate", credential("OAuthClient", { rotateEvery: "91d" }), 1],
    ["clients-rotate", credential("OAuthClient", { generation: 0 }), 1],
    ["clients-rotate", credential("FederatedIdentity", {}), 0],
    ["only-known-code", credential("OAuthClient", {}), 0],
    ["only-known-code", credential("AuthKey", {}), 0],
    ["only-known-code", { type: "tailscale:index/acl:Acl", props: {} }, 0],
    ["only-known-code", { type: "tailscale:index/tailnetKey:TailnetKey", props: {} }, 0],
    ["only-known-code", { type: "aws:s3/bucket:Bucket", props: {} }, 0],
    ["only-known-code", { type: "pulumi:providers:pulumi-nodejs", props: {} }, 0],
  ])("the rule %s judges %j", async (rule, resource, broken) => {
    const rules: Rules = {
      "administrators-by-exception": { exceptions },
      "allowed-tags-and-scopes": { table },
    };
    const found = await sentences(rules, rule, resource);
    expect(found).toHaveLength(broken);
    // Where, what is wrong, and what to write instead.
    for (const sentence of found)
      expect(sentence).toMatch(
        /^(\w+: |The table).*\. (Write|List|Remove|Allowed|Add|The exception)/,
      );
  });
});

describe("each rule says what is wrong and what to write", () => {
  const client = (scopes: unknown) => credential("OAuthClient", { scopes });
  const urn = urnOf(client([]));
  const list = 'List what it needs instead, for example ["devices:core:read"].';
  const leave = (scope: string) =>
    `Remove it, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "${urn}", scope: "${scope}", reason: "…", until: "YYYY-MM-DD" }].`;
  const code = (of: Resource) =>
    `Remove it, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "${urnOf(of)}", reason: "…", until: "YYYY-MM-DD" }].`;
  const exception = (scope: string, until: string) => ({ urn, scope, until, reason: "x" });
  const table = [{ project: "acme", tags: ["tag:a", "tag:b"], scopes: ["dns:read"] }];
  const nothing = [{ tags: [], scopes: [] }];
  const every = (time = "90d") => `a client's secret must rotate at least every ${time}`;
  const pair = "urn:pulumi:prod::acme::tailscope:index:RotatingOAuthClient::pair";
  const of = (type: string): Resource => ({ type, props: {} });
  const ownCode = "with the deployer's credentials, which no rule can judge.";

  /** Told in a pack that has an exception for another resource. */
  const judgedByNone = (
    resource: Resource,
    sentence: string,
  ): [keyof Rules, Rules, Resource, string[]] => [
    "only-known-code",
    { "only-known-code": { exceptions: [{ urn, reason: "x", until: "2999-01-01" }] } },
    resource,
    [`${sentence} ${code(resource)}`],
  ];

  test.each<[keyof Rules, Rules, Resource, string[]]>([
    [
      "no-all-scope",
      {},
      client(["all", "all:read", "satellites", 7]),
      [
        `scopes: "all" permits every operation of the API, including those added later. ${list}`,
        `scopes: "all:read" permits every read of the API, including those added later. ${list}`,
        `scopes: "satellites" is not known to this version of Tailscope, so it counts as "all". ${list}`,
        `scopes: an entry is not the name of a scope, so it counts as "all". ${list}`,
      ],
    ],
    [
      "administrators-by-exception",
      {
        "administrators-by-exception": {
          exceptions: [
            exception("users", "2021-05-31"),
            exception("users", "2021-12-31"),
            exception("users", "2020-01-01"),
            { ...exception("acl", "2999-01-01"), urn: urnOf({ ...client([]), name: "other" }) },
          ],
        },
      },
      client(["users", "acl", "satellites"]),
      [
        `scopes: "users" can make administrators, or rewrite who reaches what. The exception for it ended on 2021-12-31. ${leave("users")}`,
        `scopes: "acl", which is "policy_file", can make administrators, or rewrite who reaches what. ${leave("acl")}`,
        `scopes: "satellites" is not known to this version of Tailscope, so it counts as "all", which can make administrators, or rewrite who reaches what. ${leave("satellites")}`,
      ],
    ],
    [
      "administrators-by-exception",
      {
        "administrators-by-exception": {
          exceptions: [exception("satellites", "2999-01-01"), exception("acl", "2999-01-01")],
        },
      },
      client(["satellites", "policy_file"]),
      [],
    ],
    [
      "auth-key-expiry",
      { "auth-key-expiry": { longest: "7d" } },
      credential("AuthKey", { expiry: "8d" }),
      ['expiry: an auth key may be valid for 7d at most. Write expiry: "7d" or less.'],
    ],
    [
      "reusable-keys-are-ephemeral",
      {},
      credential("AuthKey", { reusable: true }),
      [
        "ephemeral: any number of machines can join with a reusable key, and nothing removes them. Write ephemeral: true, or omit reusable.",
      ],
    ],
    [
      "preauthorized-keys-are-tagged",
      {},
      credential("AuthKey", { preauthorized: true }),
      [
        'tags: machines join with a preauthorised key without approval, so tags must limit what they reach. Write tags: ["tag:ci"], or omit preauthorized.',
      ],
    ],
    [
      "description-required",
      {},
      client([]),
      [
        'description: is missing. Write what the credential is for, for example description: "CI runners".',
      ],
    ],
    [
      "allowed-tags-and-scopes",
      { "allowed-tags-and-scopes": { table } },
      credential("OAuthClient", { scopes: ["dns"], tags: ["tag:c", 7] }),
      [
        'scopes: "dns" is not allowed for project acme, stack prod. Allowed: dns:read.',
        'tags: "tag:c" is not allowed for project acme, stack prod. Allowed: tag:a, tag:b.',
        'tags: is not a list of tags. Write tags: ["tag:ci"].',
      ],
    ],
    [
      "allowed-tags-and-scopes",
      { "allowed-tags-and-scopes": { table: nothing } },
      credential("AuthKey", { tags: ["tag:c"] }),
      ['tags: "tag:c" is not allowed for project acme, stack prod. Allowed: none.'],
    ],
    [
      "allowed-tags-and-scopes",
      { "allowed-tags-and-scopes": { table } },
      { ...client([]), project: "other" },
      [
        'The table of allowances has no row for project other, stack prod. Add one: { project: "other", tags: […], scopes: […] }.',
      ],
    ],
    [
      "subject-names-its-owner",
      {},
      credential("FederatedIdentity", { issuer: "https://gitlab.com" }),
      ["subject: the issuer and the subject must be strings. Write both in full."],
    ],
    [
      "clients-rotate",
      {},
      client([]),
      [`rotateEvery: ${every()}. Write rotateEvery: "90d", or use RotatingOAuthClient.`],
    ],
    [
      "clients-rotate",
      { "clients-rotate": { longest: "7d" } },
      credential("OAuthClient", { generation: 3 }),
      [
        `rotateEvery: ${every("7d")}, and a generation alone does not rotate it. Write rotateEvery: "7d", or use RotatingOAuthClient.`,
      ],
    ],
    [
      "clients-rotate",
      {},
      { type: "tailscale:index/oauthClient:OauthClient", props: {} },
      [
        `rotateEvery: ${every()}, and the official provider never rotates one. Write a Tailscope OAuthClient with rotateEvery: "90d", or use RotatingOAuthClient.`,
      ],
    ],
    judgedByNone(
      of(`${ours}Webhook`),
      `${ours}Webhook is not a resource of Tailscope: it runs its own code ${ownCode}`,
    ),
    judgedByNone(
      of(`${ours}AuthKey`),
      `${ours}AuthKey does not run Tailscope's code, but runs other code ${ownCode}`,
    ),
    judgedByNone(
      of("command:local:Command"),
      `command:local:Command runs its own code or commands ${ownCode}`,
    ),
    judgedByNone(
      of("tailscale:index/apiKey:ApiKey"),
      "tailscale:index/apiKey:ApiKey is a resource of Tailscale's official provider that this version of Tailscope does not know, so no rule can judge it.",
    ),
    [
      "only-known-code",
      {
        "only-known-code": {
          exceptions: ["2020-01-01", "2021-12-31", "2021-05-31"].map((until) => ({
            urn: urnOf(of("command:local:Command")),
            reason: "x",
            until,
          })),
        },
      },
      of("command:local:Command"),
      [
        `command:local:Command runs its own code or commands ${ownCode} The exception for it ended on 2021-12-31. ${code(of("command:local:Command"))}`,
      ],
    ],
  ])(
    "the message of the rule %s says what is wrong and what to write",
    async (rule, rules, resource, expected) => {
      expect(await sentences(rules, rule, resource)).toEqual(expected);
    },
  );

  test("the message of clients-rotate explains a pair that does not rotate often enough", async () => {
    const parent: Resource = {
      type: "tailscope:index:RotatingOAuthClient",
      name: "pair",
      props: { every: "1y" },
    };
    expect(urnOf(parent)).toBe(pair);
    const found = await said({}, [parent, { ...client([]), parent: pair }]);
    expect(
      found.filter(({ rule }) => rule === "clients-rotate").map(({ message }) => message),
    ).toEqual([
      `rotateEvery: ${every()}, and its RotatingOAuthClient does not rotate it as often. Write rotateEvery: "90d", or use RotatingOAuthClient.`,
    ]);
  });
});

test("an exception holds on its last day and not longer", async () => {
  const client = credential("OAuthClient", { scopes: ["users"] });
  const command: Resource = { type: "command:local:Command", props: {} };
  const problems = async (until: string) => {
    const [one, other] = [client, command].map((resource) => ({
      urn: urnOf(resource),
      reason: "x",
      until,
    }));
    const rules: Rules = {
      "administrators-by-exception": {
        exceptions: [{ urn: "", reason: "x", until, ...one, scope: "users" }],
      },
      "only-known-code": { exceptions: [{ urn: "", reason: "x", until, ...other }] },
    };
    return [
      ...(await sentences(rules, "administrators-by-exception", client)),
      ...(await sentences(rules, "only-known-code", command)),
    ].length;
  };
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-24T23:59:59Z") });
  try {
    expect(await problems("2026-11-24")).toBe(0);
    expect(await problems("2026-11-23")).toBe(2);
  } finally {
    vi.useRealTimers();
  }
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
    ["is recreated", { every: "30d", anchor }, current, true],
    ["is recreated, and so was the previous one", { every: "30d", anchor }, current - 1, true],
    ["is recreated, with the period in seconds", { every: 2_592_000, anchor }, current, true],
    ["does not rotate with a fixed generation", { every: "30d", anchor }, 0, false],
    ["does not rotate with a future generation", { every: "30d", anchor }, current + 1, false],
    [
      "does not rotate with a string as its generation",
      { every: "30d", anchor },
      String(current),
      false,
    ],
    ["does not rotate often enough", { every: "91d", anchor }, 3, false],
    ["does not rotate with a hidden period", {}, current, false],
    ["does not rotate with an invalid period", { every: "now", anchor }, current, false],
    ["does not rotate with a number as its anchor", { every: "30d", anchor: 2026 }, current, false],
    ["does not rotate with an invalid anchor", { every: "30d", anchor: "then" }, current, false],
  ])(
    "the policy pack sees whether a client of a rotating pair rotates: it %s",
    async (_, inputs, generation, isRotated) => {
      const parent = component(inputs);
      const found = await said({}, [parent, slot(parent, generation)]);
      expect(found.some(({ rule }) => rule === "clients-rotate")).toBe(!isRotated);
    },
  );

  test("a client of a rotating pair may keep the generation before the last one for an hour, as long as a run may take", async () => {
    const parent = component({ every: "30d", anchor });
    const isToldAt = async (minutes: number) => {
      vi.useFakeTimers({
        toFake: ["Date"],
        now: Date.parse(anchor) + 3 * month + minutes * 60_000,
      });
      try {
        const found = await said({}, [parent, slot(parent, 1)]);
        return found.some(({ rule }) => rule === "clients-rotate");
      } finally {
        vi.useRealTimers();
      }
    };
    expect(await isToldAt(-1)).toBe(false);
    expect(await isToldAt(59)).toBe(false);
    expect(await isToldAt(61)).toBe(true);
  });

  test("a client of a rotating pair may be as old as the rule allows, and must be in one of our components", async () => {
    const parent = component({ every: "90d", anchor });
    const generation = Math.floor((Date.now() - Date.parse(anchor)) / (3 * month));
    const broken = async (of: Resource) =>
      (await said({}, [of, slot(of, generation)])).some(({ rule }) => rule === "clients-rotate");
    expect(await broken(parent)).toBe(false);
    expect(await broken({ ...parent, type: "acme:index:RotatingOAuthClient" })).toBe(true);
  });

  test("a client belongs to a rotating pair by its parent in this run, not by its name", async () => {
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

describe("values that are unknown before the deployment", () => {
  const levels = (found: readonly Said[], rule: string) =>
    found.filter((one) => one.rule === rule).map(({ level }) => level);

  test("a value that is unknown before the deployment is reported, and judged when it is known", async () => {
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

  test("an unknown value does not hide what is known beside it", async () => {
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

  test.each<[keyof Rules, string, object]>([
    ["administrators-by-exception", "OAuthClient", { scopes: [unknown] }],
    ["auth-key-expiry", "AuthKey", { expiry: unknown }],
    ["reusable-keys-are-ephemeral", "AuthKey", { reusable: unknown }],
    ["reusable-keys-are-ephemeral", "AuthKey", { reusable: true, ephemeral: unknown }],
    ["preauthorized-keys-are-tagged", "AuthKey", { preauthorized: unknown }],
    ["preauthorized-keys-are-tagged", "AuthKey", { preauthorized: true, tags: unknown }],
    ["preauthorized-keys-are-tagged", "AuthKey", { preauthorized: true, tags: [unknown] }],
    ["subject-names-its-owner", "FederatedIdentity", { issuer: unknown, subject: "*" }],
    [
      "subject-names-its-owner",
      "FederatedIdentity",
      { issuer: "https://gitlab.com", subject: unknown },
    ],
    [
      "subject-names-its-owner",
      "FederatedIdentity",
      { issuer: "https://gitlab.com", subject: "*", customClaimRules: unknown },
    ],
    [
      "subject-names-its-owner",
      "FederatedIdentity",
      { issuer: "https://gitlab.com", subject: "*", customClaimRules: { a: "b", c: unknown } },
    ],
  ])("the rule %s does not judge the unknown %s %j", async (rule, kind, props) => {
    expect(levels(await said({}, [credential(kind, { ...props })]), rule)).toEqual(["advisory"]);
  });

  test("an unknown subject does not let a subject pass that nobody can have", async () => {
    const identity = credential("FederatedIdentity", {
      issuer: "https://token.actions.githubusercontent.com",
      subject: " repo:acme/app:*",
      customClaimRules: { repository_owner: unknown },
    });
    expect(levels(await said({}, [identity]), "subject-names-its-owner")).toEqual([
      "mandatory",
      "advisory",
    ]);
  });

  test("an unknown claim rule may be the one that names the owner", async () => {
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

test("an auth key without an expiry lives as long as possible, and null means none", async () => {
  const rules: Rules = { "auth-key-expiry": { longest: "90d" } };
  for (const props of [{}, { expiry: null }, { expiry: "" }])
    expect(await sentences(rules, "auth-key-expiry", credential("AuthKey", props))).toEqual([]);
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

test("code that nobody looked at, because a file changed the level, is reported with what to write", () => {
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
      /^Its code cannot be read, because the level of looks-at-code is not "remediate"\. Set that level in the file of --policy-pack-config\./,
    ),
  ]);
});
