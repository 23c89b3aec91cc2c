/** The policy pack's settings and rules as data. That the engine obeys them is in test/engine/policy.test.ts. */

import { describe, expect, test } from "vitest";
import { policies, type Rules } from "../../provider/policy";

type Report = Parameters<
  Extract<ReturnType<typeof policies>[number]["validateResource"], (...args: never[]) => unknown>
>[0];

/** What a rule says of one credential. */
function said(
  rules: Rules,
  rule: keyof Rules,
  kind: string,
  props: Record<string, unknown>,
  where = "prod::acme",
  name = "ci",
): string[] {
  const policy = policies(rules).find((one) => one.name === rule);
  const found: string[] = [];
  const type = kind.includes(":") ? kind : `pulumi-nodejs:dynamic/tailscope:${kind}`;
  const resource = {
    type,
    name,
    urn: `urn:pulumi:${where}::${type}::${name}`,
    props,
  } as unknown as Report; // The members that rules read.
  if (typeof policy?.validateResource === "function")
    policy.validateResource(resource, (message) => found.push(message));
  return found;
}

test("every rule is mandatory unless something else is said, for the rule alone or beside what it takes", () => {
  const level = (rules: Rules, name: string) =>
    policies(rules).find((policy) => policy.name === name)?.enforcementLevel;
  for (const { enforcementLevel, description } of policies()) {
    expect(enforcementLevel).toBe("mandatory");
    expect(description).toMatch(/\.$/);
  }
  expect(policies()).toHaveLength(9);
  expect(level({ "clients-rotate": "advisory" }, "clients-rotate")).toBe("advisory");
  expect(
    level(
      { "auth-key-expiry": { enforcementLevel: "disabled", longest: "1d" } },
      "auth-key-expiry",
    ),
  ).toBe("disabled");
  expect(level({ "auth-key-expiry": { longest: "1d" } }, "auth-key-expiry")).toBe("mandatory");
});

test.each<[string, Rules, string]>([
  [
    "an exception without a reason",
    {
      "administrators-by-exception": {
        exceptions: [{ credential: "a", scope: "users", reason: " ", until: "2027-01-01" }],
      },
    },
    "exceptions[0]: the reason is missing",
  ],
  [
    "an exception without an end",
    {
      "administrators-by-exception": {
        exceptions: [{ credential: "a", scope: "users", reason: "x", until: "soon" }],
      },
    },
    'exceptions[0]: "soon" is no day',
  ],
  [
    "an exception for nobody",
    {
      "administrators-by-exception": {
        exceptions: [{ credential: "", scope: "users", reason: "x", until: "2027-01-01" }],
      },
    },
    "name the credential and the scope",
  ],
  [
    "a length of time that is none",
    { "auth-key-expiry": { longest: "a month" } },
    'auth-key-expiry: "a month" is no length of time',
  ],
  ["a table that is missing", { "allowed-tags-and-scopes": "mandatory" }, "the table is missing"],
  [
    "a rule that there is not",
    { "no-al-scope": "mandatory" } as Rules,
    'There is no rule "no-al-scope". The rules are no-all-scope',
  ],
])("%s is refused when the pack starts", (_, rules, message) => {
  expect(() => policies(rules)).toThrow(message);
});

describe("a rule", () => {
  const exceptions = [
    {
      credential: "deploy*",
      project: "acme",
      scope: "policy_file",
      reason: "x",
      until: "2999-01-01",
    },
    { credential: "old", scope: "users", reason: "x", until: "2020-01-01" },
  ];
  const table = [
    { project: "acme", tags: ["tag:ci-*"], scopes: ["devices:core"] },
    { stack: "prod", tags: ["tag:prod"], scopes: ["dns"] },
  ];
  test.each<
    [
      rule: keyof Rules,
      kind: string,
      props: Record<string, unknown>,
      broken: number,
      where?: string,
      name?: string,
    ]
  >([
    ["no-all-scope", "OAuthClient", { scopes: ["all:read"] }, 1],
    ["no-all-scope", "FederatedIdentity", { scopes: ["dns"] }, 0],
    ["no-all-scope", "AuthKey", {}, 0],
    ["no-all-scope", "aws:s3/bucket:Bucket", { scopes: ["all"] }, 0],
    [
      "administrators-by-exception",
      "OAuthClient",
      { scopes: ["policy_file", "users:read"] },
      0,
      "prod::acme",
      "deploy-policy",
    ],
    [
      "administrators-by-exception",
      "OAuthClient",
      { scopes: ["policy_file"] },
      1,
      "prod::other",
      "deploy-policy",
    ],
    [
      "administrators-by-exception",
      "OAuthClient",
      { scopes: ["users"] },
      1,
      "prod::acme",
      "deploy-policy",
    ],
    ["administrators-by-exception", "OAuthClient", { scopes: ["users"] }, 1, "prod::acme", "old"],
    ["auth-key-expiry", "AuthKey", { expiry: "30d" }, 0],
    ["auth-key-expiry", "AuthKey", {}, 1],
    ["auth-key-expiry", "AuthKey", { expiry: 2_592_001 }, 1],
    ["reusable-keys-are-ephemeral", "AuthKey", { reusable: true, ephemeral: true }, 0],
    ["reusable-keys-are-ephemeral", "AuthKey", { reusable: true, ephemeral: false }, 1],
    ["preauthorized-keys-are-tagged", "AuthKey", { preauthorized: true, tags: [] }, 1],
    ["preauthorized-keys-are-tagged", "AuthKey", { preauthorized: true, tags: ["tag:a"] }, 0],
    ["description-required", "OAuthClient", { description: " " }, 1],
    [
      "allowed-tags-and-scopes",
      "OAuthClient",
      { scopes: ["devices:core:read", "dns"], tags: ["tag:ci-1", "tag:prod"] },
      0,
    ],
    [
      "allowed-tags-and-scopes",
      "OAuthClient",
      { scopes: ["dns"], tags: ["tag:prod"] },
      2,
      "dev::acme",
    ],
    ["allowed-tags-and-scopes", "OAuthClient", { scopes: [] }, 1, "dev::other"],
    [
      "subject-names-its-owner",
      "FederatedIdentity",
      { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/*" },
      0,
    ],
    [
      "subject-names-its-owner",
      "FederatedIdentity",
      { issuer: "https://gitlab.com", subject: "project_path:*" },
      1,
    ],
    ["clients-rotate", "OAuthClient", { rotateEvery: "90d" }, 0],
    ["clients-rotate", "OAuthClient", { rotateEvery: "91d" }, 1],
    ["clients-rotate", "OAuthClient", { generation: 0 }, 0],
    ["clients-rotate", "FederatedIdentity", {}, 0],
  ])("%s of %s %j", (rule, kind, props, broken, where, name) => {
    const rules: Rules = {
      "administrators-by-exception": { exceptions },
      "allowed-tags-and-scopes": { table },
    };
    const found = said(rules, rule, kind, props, where, name);
    expect(found).toHaveLength(broken);
    // Where, what is wrong, and what to write instead.
    for (const sentence of found)
      expect(sentence).toMatch(
        /^(\w+: |The table).*\. (Write|List|Leave|Allowed|Add|The exception)/,
      );
  });
});
