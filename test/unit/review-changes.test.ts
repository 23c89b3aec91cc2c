/**
 * Which steps are one change, what lives on when its resource goes, and whose a step is: each told
 * in full.
 */

import { describe, expect, test } from "vitest";
import { formatProviderText } from "../../provider/access/provider-text";
import { exceedsLimit } from "../../provider/review/review";
import {
  type Bag,
  type GivenStep,
  reviewed,
  secret,
  state,
  step,
  typeOf,
  unknown,
  urnOf,
} from "./a-preview";

const urn = urnOf("OAuthClient", "ci");

/** A step of one client: of the credential `id` before it, and of the scopes after it. */
function part(op: string, id: string | undefined, scope: string | undefined): GivenStep {
  const inputs = { scopes: ["dns"] };
  return {
    op,
    urn,
    ...(id !== undefined && { oldState: state("OAuthClient", inputs, { id, outputs: inputs }) }),
    ...(scope !== undefined && { newState: state("OAuthClient", { scopes: [scope] }) }),
  };
}

const changes = (...steps: GivenStep[]) =>
  reviewed(...steps)
    .report.credentials.map(({ change }) => change)
    .sort();

describe("the steps of one resource are grouped into changes", () => {
  const replace = part("replace", "k1", "users");
  const create = part("create-replacement", "k1", "users");
  const remove = part("delete-replaced", "k1", undefined);

  test.each<[string, GivenStep[], string[]]>([
    ["a replacement in all its parts", [create, replace, remove], ["replace"]],
    ["in another order", [remove, replace, create], ["replace"]],
    ["a part alone", [replace], ["replace"]],
    [
      "the end of another credential",
      [create, part("delete-replaced", "k2", undefined)],
      ["delete", "replace"],
    ],
    ["another credential after it", [create, part("replace", "k1", "all")], ["replace", "replace"]],
    [
      "another one after it, in a part of three",
      [create, remove, part("replace", "k1", "all")],
      ["replace", "replace"],
    ],
    ["one part twice", [create, create], ["replace", "replace"]],
    ["two ends", [remove, remove], ["delete", "delete"]],
    [
      "a delete of another credential",
      [create, part("delete", "k1", undefined)],
      ["delete", "replace"],
    ],
    [
      "an end and a creation",
      [part("delete", "k1", undefined), part("create", undefined, "dns")],
      ["create", "delete"],
    ],
    [
      "an end of what an earlier run left",
      [part("update", "k1", "dns"), remove],
      ["delete", "update"],
    ],
  ])("the steps of one resource are grouped into changes: %s", (_, steps, expected) => {
    expect(changes(...steps)).toEqual(expected);
  });

  test("an identity is compared with the API's answer where the program now writes what the API answered", () => {
    const github = "https://token.actions.githubusercontent.com";
    const asked = { issuer: github, subject: "repo:acme/app:*", scopes: ["dns:read"] };
    const rules = { ref: "refs/heads/main" };
    const answered = {
      ...asked,
      issuer: "https://gitlab.com",
      subject: "repo:acme@1/app@2:*",
      audience: "api.tailscale.com/T1-k1",
      customClaimRules: rules,
    };
    const life = (after: Bag) => {
      const given = step("update", "FederatedIdentity", "ci", {}, after);
      const oldState = state("FederatedIdentity", asked, {
        id: "k1",
        outputs: { ...answered, asked: { ...asked, audience: "", customClaimRules: {} } },
      });
      const [one] = reviewed({ ...given, oldState }).report.credentials;
      return one?.life;
    };
    expect(life(asked)).toEqual([]);
    expect(life(answered)).toEqual([]);
    for (const name of ["issuer", "subject", "audience", "customClaimRules"] as const)
      expect(life({ ...asked, [name]: answered[name] }), name).toEqual([]);
    expect(life({ ...asked, subject: "repo:acme/other:*" })?.[0]).toContain("may use it now");
  });
});

describe("a step without its state or with an unknown argument", () => {
  const before = "lacks the state before the change.";
  const after = "lacks the state after the change.";
  test.each([
    ["create", "k1", undefined, after],
    ["import", undefined, undefined, after],
    ["update", "k1", undefined, after],
    ["update", undefined, "dns", before],
    ["replace", "k1", undefined, after],
    ["replace", undefined, "dns", before],
    ["create-replacement", "k1", undefined, after],
    ["delete", undefined, undefined, before],
    ["discard", undefined, undefined, before],
    ["odd", "k1", "dns", "is a step that this version does not know."],
  ])("a step %s with the id %j and the scope %j is not understood", (op, id, scope, sentence) => {
    expect(reviewed(part(op, id, scope)).report.notUnderstood).toEqual([`ci (${op}) ${sentence}`]);
  });

  test("an unknown argument is reported if the step has a new state", () => {
    const odd = (op: string, id: string | undefined, scope: string | undefined) => {
      const given = part(op, id, scope);
      const more = { moons: 2 };
      return reviewed({
        ...given,
        ...(given.oldState && { oldState: state("OAuthClient", more, { id }) }),
        ...(given.newState && { newState: state("OAuthClient", more) }),
      }).report.notUnderstood;
    };
    const sentence = (op: string) => [
      `ci (${op}) has the argument "moons", which this version does not know for OAuthClient.`,
    ];
    for (const op of ["create", "update", "replace", "import"])
      expect(odd(op, op === "create" ? undefined : "k1", "dns")).toEqual(sentence(op));
    for (const op of ["delete", "discard"]) expect(odd(op, "k1", undefined)).toEqual([]);
  });
});

describe("a resource that was only looked up before", () => {
  const external = (op: string, scope: string | undefined): GivenStep => {
    const given = part(op, "k1", scope);
    return { ...given, oldState: { ...given.oldState, external: true } };
  };
  test.each<[string, GivenStep, string[]]>([
    ["an update is a create", external("update", "dns"), ["create"]],
    ["a replacement is a create", external("replace", "dns"), ["create"]],
    ["an import stays an import", external("import-replacement", "dns"), ["import"]],
    ["an end is the end of the lookup", external("delete", undefined), ["discard"]],
    ["another lookup is not a change", external("read", "dns"), []],
  ])("a change of a looked-up resource has the right kind: %s", (_, given, expected) => {
    expect(changes(given)).toEqual(expected);
  });

  test("a created credential gains everything, and an imported one shows its hidden arguments", () => {
    const [made] = reviewed(external("update", "dns")).report.credentials;
    expect([made?.class, made?.lost]).toEqual(["write", []]);
    for (const given of [
      external("import-replacement", unknown),
      part("import", undefined, unknown),
    ])
      expect(reviewed(given).report.credentials.map((one) => one.unknown)).toEqual([["scopes"]]);
    expect(changes(part("import-replacement", "k1", "dns"))).toEqual(["delete", "import"]);
    expect(changes(part("read", "k1", "dns"))).toEqual(["release"]);
  });
});

test("every one of several scopes and tags is named", () => {
  const [one] = reviewed(
    step(
      "update",
      "OAuthClient",
      "ci",
      { scopes: ["a", "b"] },
      { scopes: ["c", "d"], tags: ["tag:x", "tag:y"] },
    ),
  ).assessments;
  expect(one?.reasons).toEqual([
    "It gains scopes that this version does not know: c, d.",
    "What it can do with tag:x, tag:y is not known: it holds c, d, which this version does not know.",
  ]);
  expect(one?.reported.life).toEqual(['Loses "a", "b", which this version does not know.']);
  const [two] = reviewed(
    step("create", "OAuthClient", "ci", undefined, {
      scopes: ["all:read", "auth_keys", "devices:core"],
      tags: ["tag:x"],
    }),
  ).assessments;
  expect(two?.gains).toEqual([
    "read everything the API shows, operations added later included",
    "create and revoke auth keys, which admit machines with its tags",
    "authorise, tag, rename, expire and delete devices",
  ]);
  expect(two?.reasons).toEqual([
    '"auth_keys" can create auth keys, which outlive its revocation and admit machines with its tags.',
    "It can create auth keys, which admit machines with tag:x, and put tag:x on machines.",
  ]);
});

test("new users of an identity are reported even if it can do nothing yet", () => {
  const identity = (subject: string) => ({
    issuer: "https://token.actions.githubusercontent.com",
    subject,
    scopes: [],
  });
  const given = step(
    "update",
    "FederatedIdentity",
    "ci",
    identity("repo:a/b:*"),
    identity("repo:a/c:*"),
  );
  const found = reviewed(given);
  expect(found.report.verdict).toBe("none");
  expect(exceedsLimit(found, "gained")).toBe(true);
});

describe("an identity that can do nothing yet and gets other users", () => {
  const identity = (subject: string, connection?: string) => ({
    issuer: "https://token.actions.githubusercontent.com",
    subject,
    scopes: [],
    ...(connection !== undefined && { connection }),
  });
  const isGain = (before: string | undefined, after: string | undefined) =>
    exceedsLimit(
      reviewed(
        step(
          "update",
          "FederatedIdentity",
          "ci",
          identity("repo:a/b:*", before),
          identity("repo:a/c:*", after),
        ),
      ),
      "gained",
    );

  test.each([
    ["the same one", "a", "a", true],
    ["one that was hidden", secret, "a", true],
    ["one that is not known yet", "a", unknown, true],
    // There nobody could use it before, as after a creation.
    ["another one", "a", "b", false],
    ["another one than the default", undefined, "b", false],
  ])(
    "an identity that can do nothing yet and gets other users is reported if its tailnet is %s",
    (_, before, after, expected) => {
      expect(isGain(before, after)).toBe(expected);
    },
  );
});

describe("whom an identity trusts if a part of that cannot be read", () => {
  const created = (more: Bag) => {
    const { report } = reviewed(
      step("create", "FederatedIdentity", "ci", undefined, {
        issuer: "https://token.actions.githubusercontent.com",
        subject: "repo:acme/app:*",
        scopes: ["dns:read"],
        ...more,
      }),
    );
    const [one] = report.credentials;
    return { unknown: one?.unknown, who: one?.life[0], wrong: report.notUnderstood };
  };
  const anybody = (argument: string) =>
    `Does not expire; anybody may use it (assumed: ${argument} is not known).`;

  test("a hidden rule makes the claim rules incomplete", () => {
    const rules = { ref: "refs/heads/main", actor: unknown };
    expect(created({ customClaimRules: rules })).toMatchObject({
      unknown: ["customClaimRules"],
      wrong: [],
    });
  });

  test.each<[Bag, string]>([
    [
      { customClaimRules: { ref: "x", actor: 7 } },
      "customClaimRules has a rule that is not a pattern.",
    ],
    [{ customClaimRules: ["x"] }, "customClaimRules is not a set of rules."],
    [
      { subject: "repo:acme/\u200bapp:\u00ad*" },
      "subject has characters that nobody can see (U+200B U+00AD).",
    ],
    [
      { issuer: "https://github.com@evil.example" },
      "issuer has a user name before its host, which can only be meant to deceive.",
    ],
  ])("the invalid %j counts as anybody", (more, sentence) => {
    const { who, wrong } = created(more);
    const [argument = ""] = Object.keys(more);
    expect({ who, wrong }).toEqual({ who: anybody(argument), wrong: [`ci: ${sentence}`] });
  });

  test("an @ outside the issuer is valid", () => {
    expect(created({ audience: "https://github.com@acme" }).wrong).toEqual([]);
  });
});

describe("a credential that is deletedWith another resource", () => {
  const owner = "urn:pulumi:dev::test::aws:s3/bucket:Bucket::owner";
  const bucket = (op: string, isMarked = false): GivenStep => ({
    op,
    urn: owner,
    ...(!op.startsWith("create") && {
      oldState: { type: "aws:s3/bucket:Bucket", id: "b", ...(isMarked && { delete: true }) },
    }),
    ...(!op.startsWith("delete") && { newState: { type: "aws:s3/bucket:Bucket" } }),
  });
  const reason =
    "Pulumi does not delete it, because deletedWith names owner, which is deleted too.";
  const stays = `It stays alive, and nobody manages it: ${reason}`;
  const mayStay = `It may stay alive, and nobody would manage it: ${reason}`;
  const goes = "Revoked: anyone who still uses it loses access.";
  const given = part("delete", "k1", undefined);
  const ending = { ...given, oldState: { ...given.oldState, deletedWith: owner } };

  test.each<[string, GivenStep[], string]>([
    ["stays if the other is deleted", [bucket("delete")], stays],
    ["goes if the other stays", [bucket("update")], goes],
    ["goes if the other is not in the preview", [], goes],
    ["stays if an earlier run left the other to be deleted", [bucket("delete-replaced")], stays],
    [
      "may stay if the other is deleted before its replacement is created",
      [bucket("delete-replaced"), bucket("replace"), bucket("create-replacement")],
      mayStay,
    ],
    [
      "stays if the other is deleted after its replacement was created",
      [bucket("create-replacement"), bucket("replace", true), bucket("delete-replaced", true)],
      stays,
    ],
    [
      "stays if one part of the replacement is marked",
      [bucket("replace", true), bucket("create-replacement")],
      stays,
    ],
  ])("a credential that is deletedWith another resource %s", (_, steps, sentence) => {
    const { report } = reviewed(ending, ...steps);
    expect(report.credentials.map(({ life }) => life)).toEqual([[sentence]]);
  });
});

describe("the relevance of a step", () => {
  const other = (type: string, code?: unknown, name = "it"): GivenStep => ({
    op: "create",
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    newState: { type, inputs: code === undefined ? {} : { __provider: code } },
  });
  const settings = (before: Bag, after: Bag): GivenStep => ({
    op: "update",
    urn: "urn:pulumi:dev::test::pulumi:providers:pulumi-nodejs::default",
    oldState: { type: "pulumi:providers:pulumi-nodejs", inputs: before },
    newState: { type: "pulumi:providers:pulumi-nodejs", inputs: after },
  });
  const strange = (type: string) =>
    `it (create) has the type ${type}, which this version does not know.`;
  const ownCode = (type: string) =>
    `it (create) is a ${type}, which runs its own code with the deployer's credentials: that code is not reviewed.`;
  const changed = (names: string) =>
    `default (update) changes ${names}: the review does not check whether the stack's credentials stay in their tailnet.`;
  const own = typeOf("OAuthClient");

  test.each<[string, GivenStep, string[], string[]]>([
    ["something else", other("aws:s3/bucket:Bucket"), [], []],
    ["a component of ours", other("tailscope:index:RotatingOAuthClient"), [], []],
    [
      "one of ours that there is not",
      other("tailscope:index:Odd"),
      [strange("tailscope:index:Odd")],
      [],
    ],
    ["a command", other("command:local:Command"), [], [ownCode("command:local:Command")]],
    [
      "other code",
      other("pulumi-nodejs:dynamic:Resource", "exports.handler=1"),
      [],
      [ownCode("pulumi-nodejs:dynamic:Resource")],
    ],
    [
      "code that nobody sees",
      other("aws:s3/bucket:Bucket", "[secret]"),
      [],
      [ownCode("aws:s3/bucket:Bucket")],
    ],
    [
      "code that names ours",
      other("pulumi-nodejs:dynamic:Resource", 'require("tailscope")'),
      [strange("pulumi-nodejs:dynamic:Resource")],
      [],
    ],
    [
      "code that names another package",
      other("pulumi-nodejs:dynamic:Resource", 'require("tailscoped")'),
      [],
      [ownCode("pulumi-nodejs:dynamic:Resource")],
    ],
    [
      "our type with other code",
      other(own, "exports.handler=1"),
      [
        `it (create) runs code that is not Tailscope's: its __provider must be ${JSON.stringify(formatProviderText("OAuthClient"))}.`,
      ],
      [],
    ],
    [
      "two types",
      { ...other("aws:s3/bucket:Bucket"), newState: { type: own } },
      [`it (create) has more than one type: ${own} and aws:s3/bucket:Bucket.`],
      [],
    ],
    [
      "two types of ours",
      { ...other(typeOf("AuthKey")), newState: { type: own } },
      [`it (create) has more than one type: ${own} and ${typeOf("AuthKey")}.`],
      [],
    ],
    // Reviewed like ours: see "credentials of the official provider" in test/reach/review.
    [
      "a credential of the official provider",
      other("tailscale:index/oauthClient:OauthClient"),
      [],
      [],
    ],
    [
      "what else of it gives access",
      other("tailscale:index/acl:Acl"),
      [],
      [
        "it (create) is a tailscale:index/acl:Acl of Tailscale's official provider, which is not reviewed.",
      ],
    ],
    [
      "what of it is not known",
      other("tailscale:index/odd:Odd"),
      [strange("tailscale:index/odd:Odd")],
      [],
    ],
    ["what of it is harmless", other("tailscale:index/awsExternalId:AwsExternalId"), [], []],
    ["settings of others", settings({ "aws:region": "a" }, { "aws:region": "b" }), [], []],
    [
      "the same settings",
      settings({ "tailscope:tailnet": "a" }, { "tailscope:tailnet": "a" }),
      [],
      [],
    ],
    [
      "other settings",
      settings(
        { "tailscope:tailnet": "a", "tailscope:baseUrl": "x" },
        { "tailscope:tailnet": "b", "aws:x": 1 },
      ),
      [],
      [changed("tailscope:baseUrl, tailscope:tailnet")],
    ],
    [
      "settings that cannot be seen",
      settings(
        { "tailscope:tailnet": "a", "tailscope:apiKey": "[secret]" },
        { "tailscope:tailnet": "a", "tailscope:apiKey": "[secret]" },
      ),
      [],
      [changed("tailscope:apiKey")],
    ],
  ])("the relevance of a step is found: %s", (_, given, notUnderstood, notReviewed) => {
    const { report } = reviewed(given);
    expect({ ...report, credentials: [] }).toMatchObject({ notUnderstood, notReviewed });
  });
});
