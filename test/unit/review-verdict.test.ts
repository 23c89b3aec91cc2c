/**
 * What a change gives where something of it is hidden, held by no catalogue, moved, of the wrong
 * shape, or made to deceive.
 */

import { describe, expect, test } from "vitest";
import { knownScopes } from "../../provider/access/scopes";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatTerminal } from "../../provider/review/formats/terminal";
import { exceedsLimit, type Review } from "../../provider/review/review";
import { type Bag, only, reviewed, secret, step, unknown } from "./a-preview";

const client = (before: Bag, after: Bag) =>
  reviewed(step("update", "OAuthClient", "a", before, after));
const key = (before: Bag, after: Bag, op = "update") =>
  reviewed(step(op, "AuthKey", "a", before, after));

const identity = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/app:*",
  scopes: ["users"],
};
const trust = (before: Bag, after: Bag) =>
  reviewed(
    step("update", "FederatedIdentity", "a", { ...identity, ...before }, { ...identity, ...after }),
  );

const formats = (found: Review): Record<string, string> => ({
  terminal: formatTerminal(found),
  markdown: formatMarkdown(found, ""),
  sarif: formatSarif(found, "0.0.0", ""),
  html: formatHtml(found, ""),
  json: JSON.stringify(found.report),
});

describe("a hidden value counts as the least before the change and as the most after it", () => {
  test.each<[string, Review, string]>([
    ["scopes before", client({ scopes: secret }, { scopes: ["dns"] }), "write"],
    ["scopes afterwards", client({ scopes: ["all"] }, { scopes: secret }), "admin"],
    [
      "scopes of which one is seen",
      client({ scopes: ["dns", unknown] }, { scopes: ["dns"] }),
      "none",
    ],
    [
      "tags before",
      client({ scopes: ["auth_keys"], tags: secret }, { scopes: ["auth_keys"], tags: ["tag:a"] }),
      "persist",
    ],
    [
      "tags afterwards",
      client({ scopes: ["oauth_keys"], tags: ["tag:a"] }, { scopes: ["oauth_keys"], tags: secret }),
      "persist",
    ],
    [
      "the connection before",
      client({ scopes: ["users"], connection: secret }, { scopes: ["users"] }),
      "admin",
    ],
    [
      "the connection afterwards",
      client({ scopes: ["users"] }, { scopes: ["users"], connection: unknown }),
      "admin",
    ],
    ["the issuer before", trust({ issuer: secret }, {}), "admin"],
    ["the subject before", trust({ subject: secret }, {}), "admin"],
    ["the audience before", trust({ audience: secret }, {}), "admin"],
    ["the audience afterwards", trust({}, { audience: unknown }), "admin"],
    ["claim rules before", trust({ customClaimRules: secret }, {}), "admin"],
    [
      "claim rules before, and a rule afterwards",
      trust({ customClaimRules: secret }, { customClaimRules: { ref: "main" } }),
      "admin",
    ],
    [
      "one claim rule before",
      trust({ customClaimRules: { ref: secret } }, { customClaimRules: { ref: "*" } }),
      "admin",
    ],
    [
      "one claim rule afterwards",
      trust({ customClaimRules: { ref: "*" } }, { customClaimRules: { ref: unknown } }),
      "admin",
    ],
    ["the expiry before", key({ expiry: secret }, { expiry: "1s" }), "write"],
    ["whether it is reusable before", key({ reusable: secret }, { reusable: true }), "write"],
    ["whether it is ephemeral before", key({ ephemeral: secret }, { ephemeral: false }), "write"],
    ["whether it is preauthorised afterwards", key({}, { preauthorized: unknown }), "write"],
    [
      "whether it is recreated before",
      key({ recreateIfInvalid: secret }, { recreateIfInvalid: "always" }),
      "write",
    ],
    [
      "what was asked for before",
      client({ scopes: ["dns"], asked: secret }, { scopes: ["dns"] }),
      "write",
    ],
    [
      "who mints a key, which gives it nothing",
      key({ mintedBy: secret }, { mintedBy: unknown }),
      "none",
    ],
  ])(
    "a hidden value counts as the least before the change and as the most after it: %s",
    (_, found, danger) => {
      expect(only(found).class).toBe(danger);
    },
  );

  test("every format shows hidden arguments with what is assumed", () => {
    const found = client({ scopes: secret }, { scopes: ["dns"], tags: unknown });
    expect(only(found)).toMatchObject({ unknown: ["tags"], unknownBefore: ["scopes"] });
    const { terminal, html } = formats(found);
    for (const format of [terminal, html]) {
      expect(format).toContain("tags: cannot be seen, assumed: any tag");
      expect(format).toContain("scopes before: cannot be seen, assumed: no scope");
    }
  });

  test("a hidden rotation counts as a longer life", () => {
    const longer = client(
      { scopes: ["dns"], rotateEvery: "1d" },
      { scopes: ["dns"], rotateEvery: secret },
    );
    const shorter = client(
      { scopes: ["dns"], rotateEvery: secret },
      { scopes: ["dns"], rotateEvery: "1d" },
    );
    for (const found of [longer, shorter]) {
      expect(only(found).class).toBe("none");
      expect(exceedsLimit(found, "gained")).toBe(true);
    }
  });

  test("a description and a generation never give access, visible or hidden", () => {
    const found = client(
      { scopes: ["dns"] },
      { scopes: ["dns"], description: secret, generation: unknown },
    );
    expect(exceedsLimit(found, "gained")).toBe(false);
    expect(exceedsLimit(found, "any")).toBe(true);
  });
});

describe("an auth key", () => {
  const plain = { tags: ["tag:a"], expiry: "1d" };

  test("every replacement of an auth key gives its use and its time again", () => {
    const found = key({ ...plain, reusable: true, expiry: "90d" }, plain, "replace");
    expect(only(found).class).toBe("write");
    expect(found.assessments[0]?.reasons).toEqual([
      "The new key admits machines again, for its whole lifetime.",
    ]);
  });

  test.each<[string, Bag, Bag, string]>([
    [
      "from never to always",
      { recreateIfInvalid: "never" },
      { recreateIfInvalid: "always" },
      "write",
    ],
    [
      "from the default of a single-use key to always",
      {},
      { recreateIfInvalid: "always" },
      "write",
    ],
    [
      "from the default of a reusable key to always",
      { reusable: true },
      { reusable: true, recreateIfInvalid: "always" },
      "none",
    ],
    [
      "from never to the default of a reusable key",
      { reusable: true, recreateIfInvalid: "never" },
      { reusable: true },
      "write",
    ],
    [
      "from always to never",
      { recreateIfInvalid: "always" },
      { recreateIfInvalid: "never" },
      "none",
    ],
    ["not at all, for more often", { rotateEvery: "30d" }, { rotateEvery: "1d" }, "none"],
  ])("an auth key is recreated %s", (_, before, after, danger) => {
    expect(only(key({ ...plain, ...before }, { ...plain, ...after })).class).toBe(danger);
  });

  test("an auth key with an expiry of zero seconds lives as long as one without", () => {
    expect(
      only(key({ tags: ["tag:a"], expiry: 0 }, { tags: ["tag:a"], expiry: "90d" })).life,
    ).toEqual([]);
    expect(
      only(key({ tags: ["tag:a"], expiry: "1d" }, { tags: ["tag:a"], expiry: 0 })).life,
    ).toEqual(["Lives 90 days instead of 1 day."]);
  });

  test("an auth key that is renewed from now on lives longer", () => {
    const found = key(plain, { ...plain, renewBefore: "1h" });
    expect(only(found)).toMatchObject({
      class: "none",
      life: ["Renewed 1 hour before it expires."],
    });
    expect(exceedsLimit(found, "gained")).toBe(true);
  });
});

test("all:read instead of every read scope gains the read operations added later", () => {
  const reads = knownScopes.filter((scope) => scope.endsWith(":read") && scope !== "all:read");
  const found = client({ scopes: reads }, { scopes: ["all:read"] });
  expect(only(found)).toMatchObject({
    class: "read",
    gained: [],
    life: ["Also gets every read operation that Tailscale adds later."],
  });
  expect(exceedsLimit(found, "gained")).toBe(true);
});

describe("an unknown scope counts as the worst", () => {
  const future = { ...identity, scopes: ["future"] };
  const changed = (before: Bag, after: Bag, kind = "FederatedIdentity", op = "update") =>
    reviewed(step(op, kind, "a", before, after));

  test.each<[string, Review]>([
    ["if others can use the credential", changed(future, { ...future, subject: "*" })],
    ["if the credential gets tags", changed(future, { ...future, tags: ["tag:a"] })],
    ["if the credential's tags are hidden", changed(future, { ...future, tags: secret })],
    [
      "if the credential moves",
      changed(
        { scopes: ["future"] },
        { scopes: ["future"], connection: "prod" },
        "OAuthClient",
        "replace",
      ),
    ],
  ])("an unknown scope counts as the worst %s", (_, found) => {
    expect(only(found).class).toBe("admin");
    expect(found.assessments[0]?.reasons.join(" ")).toContain("future");
  });

  test("an unknown scope that stays does not count", () => {
    expect(only(changed(future, { ...future, description: "x" })).class).toBe("none");
    expect(only(changed(future, { ...future, subject: "repo:acme/app:main" })).class).toBe("none");
  });
});

describe("a move to another tailnet makes everything new", () => {
  const moved = reviewed(
    step(
      "replace",
      "OAuthClient",
      "a",
      { scopes: ["all"] },
      { scopes: ["all"], connection: "prod" },
    ),
  );

  test("a move with all gains what Tailscale adds later, in the same words as a new credential", () => {
    expect(only(moved)).toMatchObject({ class: "admin" });
    expect(only(moved).life).toEqual([
      "A new client with a different id and secret is created, and the old one is revoked.",
      'Moves from the default connection to the connection "prod": everything that it can do there is new.',
      "Does not expire.",
      'It is in the tailnet of the connection "prod".',
      "Also gets every operation that Tailscale adds later.",
    ]);
    expect(moved.assessments[0]?.gains).toEqual([
      "do everything the API can do, including operations added later",
    ]);
  });

  test("a move loses everything in the old tailnet", () => {
    const narrowed = reviewed(
      step(
        "replace",
        "OAuthClient",
        "a",
        { scopes: ["dns:read"] },
        { scopes: ["dns:read"], connection: "prod" },
      ),
    );
    expect(only(narrowed).lost).toEqual(only(narrowed).gained);
    expect(only(narrowed).lost).not.toEqual([]);
  });

  test("a hidden connection may or may not move the credential", () => {
    const found = reviewed(
      step(
        "replace",
        "OAuthClient",
        "a",
        { scopes: ["dns:read", "users:read"] },
        { scopes: ["dns:read"], connection: secret },
      ),
    );
    expect(only(found).gained.join()).toContain("dns");
    expect(only(found).lost.join()).not.toContain("dns");
    expect(only(found).lost.join()).toContain("users");
    expect(only(found).unknown).toEqual(["connection"]);
  });
});

describe("whom an identity trusts", () => {
  test("an identity trusts fewer if a claim is required, and more if it may be missing", () => {
    const removed = trust({ customClaimRules: { ref: "*" } }, {});
    expect(only(removed)).toMatchObject({
      class: "admin",
      life: [
        "Every branch, tag, environment and pull request of acme/app may use it now.",
        'Its claim "ref" before: "*"; now: anything, or missing.',
      ],
    });
    expect(only(trust({}, { customClaimRules: { ref: "*" } })).life).toEqual([
      "Fewer may use it than before.",
      'Its claim "ref" before: anything, or missing; now: "*".',
    ]);
  });

  test.each([
    [
      "a subject with NUL",
      { subject: "repo:acme/app\u0000" },
      "subject has characters that nobody can see (U+0000)",
    ],
    [
      "a subject with zero width",
      { subject: "repo:acme/\u200bapp" },
      "subject has characters that nobody can see (U+200B)",
    ],
    [
      "an issuer from right to left",
      { issuer: "https://a.example/\u202e" },
      "issuer has characters that nobody can see (U+202E)",
    ],
    [
      "an audience with a filler",
      { audience: "me\u3164" },
      "audience has characters that nobody can see (U+3164)",
    ],
    [
      "a claim with a soft hyphen",
      { customClaimRules: { "re\u00adf": "x" } },
      "customClaimRules has characters that nobody can see (U+00AD)",
    ],
    [
      "a rule with a line's end",
      { customClaimRules: { ref: "x\n" } },
      "customClaimRules has characters that nobody can see (U+000A)",
    ],
    [
      "an issuer with a user name",
      { issuer: "https://token.actions.githubusercontent.com@evil.example" },
      "issuer has a user name before its host, which can only be meant to deceive",
    ],
  ])("trust with %s cannot be judged, before or after the change", (_, more, problem) => {
    for (const found of [trust({}, more), trust(more, {})]) {
      expect(found.report).toMatchObject({ verdict: "admin", notUnderstood: [`a: ${problem}.`] });
    }
  });

  test("an identity that cannot be judged can still be removed", () => {
    const found = reviewed(
      step("delete", "FederatedIdentity", "a", { ...identity, subject: "repo:\u200bacme/app:*" }),
    );
    expect(found.report).toMatchObject({ verdict: "none", notUnderstood: [] });
  });

  test("an issuer in other letter case is another issuer", () => {
    const found = trust({ issuer: "https://TOKEN.actions.githubusercontent.com" }, {});
    expect(only(found)).toMatchObject({
      class: "admin",
      life: [
        expect.stringContaining("may use it now."),
        'Its issuer before: "https://TOKEN.actions.githubusercontent.com"; now: "https://token.actions.githubusercontent.com".',
      ],
    });
  });

  test("adding hidden rules to an identity without rules lets nobody else in", () => {
    expect(only(trust({}, { customClaimRules: secret }))).toMatchObject({
      class: "none",
      life: [
        "Nobody else may use it.",
        "Its claim rules before: none; now: something that cannot be seen.",
      ],
    });
    expect(only(trust({ subject: "*" }, { subject: unknown })).class).toBe("none");
  });

  test("an issuer is shown with its network host name and escaped letters of other scripts", () => {
    const found = reviewed(
      step("create", "FederatedIdentity", "a", undefined, {
        issuer: "https://token.actions.ɡithubusercontent.com",
        subject: "repo:\u0430cme/app:ref:refs/heads/main",
        scopes: ["dns:read"],
        audience: "\u0430udience",
        customClaimRules: { r\u0435f: "m\u0430in" },
      }),
    );
    expect(only(found).life).toEqual([
      "Does not expire; whoever has a token of token.actions.xn--ithubusercontent-wxg.com for repo:\\u{430}cme/app:ref:refs/heads/main may use it.",
      'Its audience must be "\\u{430}udience".',
      'Its claim "r\\u{435}f" must be "m\\u{430}in".',
    ]);
  });

  test("every format shows the audience and claim rules of a new identity", () => {
    const found = reviewed(
      step("create", "FederatedIdentity", "a", undefined, {
        ...identity,
        audience: "deploys",
        customClaimRules: { ref: "main", actor: "octocat", job: "deploy" },
      }),
    );
    for (const [format, text] of Object.entries(formats(found)))
      for (const part of ["acme", "deploys", "octocat", "deploy", "main", "actor"])
        expect(text, format).toContain(part);
  });
});

describe("a value of the wrong shape is not understood", () => {
  test.each<[string, string, Bag, string]>([
    ["scopes in a text", "OAuthClient", { scopes: "dns" }, "scopes is not a list of names"],
    ["scopes that are false", "OAuthClient", { scopes: false }, "scopes is not a list of names"],
    [
      "a scope that is a number",
      "OAuthClient",
      { scopes: ["dns", 1] },
      "scopes has a member that is not a name",
    ],
    [
      "tags in an object",
      "OAuthClient",
      { scopes: ["dns"], tags: { 0: "tag:a" } },
      "tags is not a list of names",
    ],
    [
      "a connection in a list",
      "OAuthClient",
      { scopes: ["dns"], connection: ["prod"] },
      "connection is not a text",
    ],
    ["a flag in a text", "AuthKey", { reusable: "false" }, "reusable is neither true nor false"],
    ["an expiry in words", "AuthKey", { expiry: "soon" }, "expiry is not a duration"],
    ["an expiry below zero", "AuthKey", { expiry: -1 }, "expiry is not a duration"],
    [
      "a time of the future",
      "AuthKey",
      { recreateIfInvalid: "sometimes" },
      'recreateIfInvalid is neither "always" nor "never"',
    ],
    [
      "rules in a list",
      "FederatedIdentity",
      { ...identity, customClaimRules: ["ref"] },
      "customClaimRules is not a set of rules",
    ],
    [
      "a rule that is a number",
      "FederatedIdentity",
      { ...identity, customClaimRules: { ref: 1 } },
      "customClaimRules has a rule that is not a pattern",
    ],
    [
      "a subject that is a number",
      "FederatedIdentity",
      { ...identity, subject: 1 },
      "subject is not a text",
    ],
    [
      "a generation in a text",
      "OAuthClient",
      { scopes: ["dns"], generation: "1" },
      "generation is not a number",
    ],
  ])(
    "a value of the wrong shape is not understood: %s, before and after the change",
    (_, kind, wrong, sentence) => {
      const right =
        kind === "FederatedIdentity" ? identity : kind === "AuthKey" ? {} : { scopes: ["dns"] };
      for (const given of [
        step("create", kind, "a", undefined, wrong),
        step("update", kind, "a", right, wrong),
        step("update", kind, "a", wrong, right),
      ]) {
        expect(reviewed(given).report).toMatchObject({
          verdict: "admin",
          notUnderstood: [`a: ${sentence}.`],
        });
      }
    },
  );

  test("names that every object has are ordinary names", () => {
    const given = JSON.parse(
      '{"scopes":["constructor"],"tags":["toString"],"__proto__":{"a":1},"constructor":"x","toString":"y"}',
    ) as Bag;
    const found = reviewed(step("create", "OAuthClient", "a", undefined, given));
    expect(found.report.notUnderstood.toSorted()).toEqual([
      ...["__proto__", "constructor", "toString"].map(
        (argument) =>
          `a (create) has the argument "${argument}", which this version does not know for OAuthClient.`,
      ),
      'a holds the scope "constructor", which this version does not know.',
    ]);
    const rules = JSON.parse('{"__proto__":"a*","constructor":"b"}') as Bag;
    expect(
      only(trust({ customClaimRules: rules }, { customClaimRules: { constructor: "b" } })),
    ).toMatchObject({
      class: "admin",
      life: [expect.anything(), 'Its claim "__proto__" before: "a*"; now: anything, or missing.'],
    });
  });

  test("an unknown argument that goes may have been a limit", () => {
    expect(
      client({ scopes: ["dns"], networks: ["10.0.0.0/8"] }, { scopes: ["dns"] }).report
        .notUnderstood,
    ).toEqual([
      'a (update) has the argument "networks", which this version does not know for OAuthClient.',
    ]);
  });
});

describe("nothing that matters is cut off", () => {
  test("a long value is shortened in its middle and says by how much", () => {
    const long = (end: string) => `repo:acme/app:${"x".repeat(200)}*${"y".repeat(200)}${end}`;
    const found = trust({ subject: long("main") }, { subject: long("*") });
    for (const [format, text] of Object.entries(formats(found))) {
      expect(text.replaceAll(/&#?\w+;/g, "*"), format).toContain("yyy*");
      expect(text, format).toMatch(/\(\d+ more characters, among them 1 /);
    }
  });

  test("every differing claim is shown", () => {
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`claim${at}`, "x".repeat(90)]),
    );
    const found = trust(
      { customClaimRules: many },
      { customClaimRules: { ...many, claim49: "*" } },
    );
    expect(only(found).life).toEqual([
      "Every branch, tag, environment and pull request of acme/app may use it now.",
      `Its claim "claim49" before: "${"x".repeat(90)}"; now: "*".`,
    ]);
  });

  test("the worst gains are listed first", () => {
    const found = client(
      { scopes: [] },
      { scopes: ["dns:read", "dns", "webhooks", "users", "oauth_keys"] },
    );
    const gains = found.assessments[0]?.gains ?? [];
    expect(gains[0]).toBe("approve, suspend and delete users, and change their roles");
    expect(gains[1]).toBe("create, change and revoke OAuth clients");
    expect(gains.at(-1)).toMatch(/^(read|list)/);
    for (const text of Object.values(formats(found)).slice(0, 4))
      expect(text).toContain("change their roles");
  });
});
