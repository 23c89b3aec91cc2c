/**
 * What a review looks like: the same one in every format, whole, and each sentence that a format
 * can say.
 */

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { sanitize } from "../../provider/access/sanitize";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { toCodeSpan, toSafeMarkdown } from "../../provider/review/formats/markdown-text";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatExplanation, formatTerminal } from "../../provider/review/formats/terminal";
import { describeVerdict, type Review } from "../../provider/review/review";
import { type Bag, command, type GivenStep, reviewed, secret, step, unknown } from "./a-preview";
import { withoutColour, withoutStyle } from "./plain-reports";

/** Something of everything: gains, losses, tags, what cannot be seen, and what is not reviewed. */
const everything = () =>
  reviewed(
    step("create", "OAuthClient", "new", undefined, { scopes: ["auth_keys"], tags: ["tag:ci"] }),
    step(
      "update",
      "OAuthClient",
      "ci",
      { scopes: ["dns:read", "logs:network:read"], tags: ["tag:a"], description: "a" },
      { scopes: ["services:read", "account_settings:read"], tags: ["tag:b"], description: "b" },
    ),
    step("delete", "AuthKey", "old", { reusable: true, tags: ["tag:x"], expiry: 86_400 }),
    step(
      "update",
      "OAuthClient",
      "quiet",
      { scopes: ["dns"] },
      { scopes: ["dns"], description: "b" },
    ),
    step(
      "replace",
      "AuthKey",
      "half-seen",
      { reusable: secret, tags: ["tag:x"] },
      { reusable: unknown, expiry: unknown, tags: ["tag:x"] },
    ),
    step("create", "FederatedIdentity", "pipeline", undefined, {
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:acme/app:ref:refs/heads/main",
      customClaimRules: { job_workflow_ref: "acme/app/.github/workflows/ci.yml@*" },
      scopes: ["dns:read"],
    }),
    command("run"),
    command("run-again"),
  );

const strange = (name: string) => step("odd", "OAuthClient", name, { scopes: [] }, { scopes: [] });

describe("a whole review", () => {
  test.each<[string, (review: Review) => string]>([
    ["review.html", (review) => withoutStyle(formatHtml(review, "acme/prod"))],
    ["review.md", (review) => formatMarkdown(review, "acme/prod")],
    ["review.sarif.json", (review) => formatSarif(review, "1.2.3", "./infra/")],
    ["review.txt", (review) => withoutColour(formatTerminal(review))],
    [
      "explanation.txt",
      ({ assessments }) =>
        withoutColour(assessments.map((each) => formatExplanation(each)).join("\n")),
    ],
    ["review.json", ({ report }) => `${JSON.stringify(report, undefined, 2)}\n`],
  ])("a whole review is as in fixtures/reviews/%s", async (file, format) => {
    await expect(format(everything())).toMatchFileSnapshot(`fixtures/reviews/${file}`);
  });
});

describe("parts that are not understood or give no access", () => {
  const client = { scopes: ["dns"] };
  const others = () =>
    reviewed(
      strange("b"),
      strange("a"),
      command("d"),
      command("c"),
      step("update", "AuthKey", "key", {}, { mintedBy: secret, recreateIfInvalid: "never" }),
      step("update", "OAuthClient", "listed", client, { ...client, unlistedScopes: ["x"] }),
      step("update", "OAuthClient", "numbered", client, { ...client, generation: 2 }),
      step("update", "OAuthClient", "same", client, client),
      step("update", "OAuthClient", "one", { scopes: [] }, { scopes: ["account_settings:read"] }),
      step("update", "OAuthClient", "lost", { scopes: ["account_settings:read"] }, { scopes: [] }),
      staying("delete", "left", { scopes: secret, tags: ["tag:a"] }, { retainOnDelete: true }),
      staying("discard", "looked-up", { scopes: secret }, { external: true }),
    );

  test.each<[string, (review: Review) => string]>([
    ["others.html", (review) => withoutStyle(formatHtml(review, ""))],
    ["others.md", (review) => formatMarkdown(review, "")],
    ["others.sarif.json", (review) => formatSarif(review, "1.2.3", "")],
    ["others.txt", (review) => withoutColour(formatTerminal(review))],
  ])(
    "a review of what is not understood or gives no access is as in fixtures/reviews/%s",
    async (file, format) => {
      await expect(format(others())).toMatchFileSnapshot(`fixtures/reviews/${file}`);
    },
  );
});

/** A credential that stays when its resource goes. */
function staying(op: string, name: string, before: Bag, more: Bag): GivenStep {
  const given = step(op, "OAuthClient", name, before);
  return { ...given, oldState: { ...given.oldState, ...more } };
}

test("the terminal shows each class in its colour", () => {
  const colours = (scope: string) => {
    const [verdict = ""] = formatTerminal(
      reviewed(step("create", "OAuthClient", "ci", undefined, { scopes: [scope] })),
    ).split("\n");
    return verdict.replace(/[^\u001b[\dm].*/, "");
  };
  vi.stubEnv("FORCE_COLOR", "1");
  try {
    expect(["users", "auth_keys", "dns", "dns:read"].map(colours)).toEqual(
      ["31", "35", "33", "34"].map((colour) => `\u001b[1m\u001b[${colour}m1`),
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each([
  ["", "Pulumi.yaml"],
  [".", "Pulumi.yaml"],
  ["./", "Pulumi.yaml"],
  ["infra", "infra/Pulumi.yaml"],
  ["././infra//", "infra/Pulumi.yaml"],
  ["a/./b/c/", "a/./b/c/Pulumi.yaml"],
  ["a b\ud800", "a%20b%EF%BF%BD/Pulumi.yaml"],
])("code scanning finds the program of folder %j at %j", (folder, uri) => {
  const report = formatSarif(reviewed(command("run")), "1.2.3", folder);
  expect(
    JSON.parse(report).runs[0].results[0].locations[0].physicalLocation.artifactLocation,
  ).toEqual({ uri, uriBaseId: "%SRCROOT%" });
});

test.each([
  ["It may read DNS settings.", "It may read DNS settings."],
  ['Its claim "a_b" must be "x".', 'Its claim `"a_b"` must be "x".'],
  ["(it is a command:local:Command)", "(it is a `command:local:Command`)"],
  ["opens tag:web (as tag:ci), too", "opens `tag:web` (as `tag:ci`), too"],
  ["(tag:ci owns it)", "(`tag:ci` owns it)"],
  ["(a_b c_d).", "`(a_b c_d)`."],
  ["f(x) is g(x).", "`f(x)` is `g(x)`."],
  ["as (ada_b (tag:ci)).", "as `(ada_b (tag:ci))`."],
  ["why tag:a). Then", "why `tag:a`). Then"],
  ["(as tag:a), rule[2], line 3", "(as `tag:a`), `rule[2]`, line 3"],
  ["10.0.0.1 (tag:ci owns it)", "`10.0.0.1` (`tag:ci` owns it)"],
  ["1. and 2) go", "`1`. and 2) go"],
  ["a_b...", "`a_b...`"],
  [") _", "`)` `_`"],
  ["see @team and #1, then go.", "see `@team` and `#1`, then go."],
  ["abcdef1 1234567 deadbee beefed", "`abcdef1 1234567 deadbee` beefed"],
  ["www WWW wwwx xwww", "`www WWW` wwwx xwww"],
  ["xabcdefa abcdefag", "xabcdefa abcdefag"],
  ["a `b` c", "a `\\u0060b\\u0060` c"],
  ["a: b_c, d_e; f", "a: `b_c, d_e`; f"],
])("a comment has the sentence %j as %j", (text, markdown) => {
  expect(toSafeMarkdown(text)).toBe(markdown);
});

test("a sentence keeps its text, and no code takes a parenthesis that is ours", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "tag:ci",
      "a)b",
      "(",
      ")",
      "x`",
      "1.",
      "2)",
      "[a](b)",
      "<b>",
      "@ops",
      "tag:a).",
      "a b",
    ),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  fc.assert(
    fc.property(name, name, (one, other) => {
      const text = `It opens ${one} (as ${other}), then (${one} ${other}) as ${other}.`;
      const written = toSafeMarkdown(text);
      const plain = (part: string) => part.replace(/\s+|\(empty\)/gu, "");
      const kept = plain(sanitize(text).replaceAll("`", "\\u0060"));
      expect(plain(written.replaceAll("`", ""))).toBe(kept);
      expect(written.split("`").length % 2).toBe(1);
      const isBalanced = (part: string) => part.split("(").length === part.split(")").length;
      if ([one, other].every((part) => /^[\w:]+$/.test(part)))
        for (const [, code = ""] of written.matchAll(/`([^`]*)`/g))
          expect(isBalanced(code)).toBe(true);
      const outside = written.replace(/`[^`]*`/g, "");
      expect(outside).not.toMatch(/[<>@#[\]*_~\\!|]|https?:|^\s*(?:\d+[.)]|[-+])(?: |$)/);
    }),
    { numRuns: 2000, seed: 20 },
  );
});

test("a comment shows an empty text as (empty)", () => {
  expect(toCodeSpan("")).toBe("(empty)");
  expect(toCodeSpan("a`b")).toBe("`a\\u0060b`");
});

test("a line of a comment has at most twelve items and counts the rest", () => {
  const line = (count: number) => {
    const tags = Array.from({ length: count }, (_, index) => `tag:t${index + 10}`);
    const report = formatMarkdown(
      reviewed(step("create", "AuthKey", "k", undefined, { tags })),
      "",
    );
    return report.split("\n").find((one) => one.startsWith("- **writes**"));
  };
  expect(line(12)).toMatch(/`\+ tag:t21`<br>Lives/);
  expect(line(14)).toMatch(/`\+ tag:t21`<br>`and 2 more, in the details`<br>Lives/);
});

test("a comment has room for each part and counts what does not fit", () => {
  const tags = Array.from({ length: 8 }, (_, index) => `tag:${"x".repeat(20)}${index}`);
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const comment = formatMarkdown(
    reviewed(
      ...numbers.map((index) => strange(`strange-${index}`)),
      ...numbers.map((index) => step("create", "AuthKey", `key-${index}`, undefined, { tags })),
    ),
    "acme/prod",
  );
  const missing = (what: string) =>
    Number(new RegExp(`_(\\d+) more ${what} do not fit here`).exec(comment)?.[1]);
  const count = (part: RegExp) => comment.match(part)?.length ?? 0;
  const strangeOnes = count(/^- \*\*not understood/gm);
  const lines = count(/^- \*\*writes/gm);
  const details = count(/^<details>/gm);
  expect(strangeOnes + missing("things that are not understood or not reviewed")).toBe(300);
  expect(lines + missing("credentials")).toBe(300);
  expect(details + missing("credentials with their details")).toBe(300);
  const [head = "", middle = ""] = comment.split("- **writes**", 2);
  expect(head.length).toBeGreaterThan(9_500);
  expect(head.length).toBeLessThan(10_500);
  expect(middle.length).toBeGreaterThan(0);
  const ofLines = comment.slice(head.length, comment.indexOf("<details>")).length;
  expect(ofLines).toBeGreaterThan(19_000);
  expect(ofLines).toBeLessThan(20_200);
  expect(comment.length).toBeGreaterThan(58_500);
  expect(comment.length).toBeLessThanOrEqual(60_000);
});

test("a review of nothing is short in every format", () => {
  const nothing = reviewed();
  expect(formatTerminal(nothing)).toContain("No credential changes.");
  expect(formatMarkdown(nothing, "")).toBe(
    "<!-- tailscope review -->\n### Access to the tailnet: no gain\n\n**No credential changes.**\n",
  );
  expect(formatHtml(nothing, "")).toContain("<main>\n</main>");
  expect(formatHtml(nothing, "")).toContain("<title>Access to the tailnet: no gain</title>");
  expect(JSON.parse(formatSarif(nothing, "1.2.3", "")).runs[0].results).toEqual([]);
});

describe("the verdict in words", () => {
  const made = (name: string, scopes: readonly string[]) =>
    step("create", "OAuthClient", name, undefined, { scopes });
  const renamed = (name: string) =>
    step("update", "OAuthClient", name, { scopes: ["dns"] }, { scopes: ["dns"], description: "b" });
  const lasting = (name: string) =>
    step("update", "OAuthClient", name, { scopes: [], rotateEvery: "1d" }, { scopes: [] });

  test.each<[GivenStep[], string]>([
    [[], "No credential changes."],
    [
      [made("a", ["users"])],
      "1 credential changes, and it can make administrators, or rewrite who reaches what.",
    ],
    [
      [made("a", ["users"]), made("b", ["policy_file"])],
      "2 credentials change, and each can make administrators, or rewrite who reaches what.",
    ],
    [
      [made("a", ["auth_keys"]), made("b", ["dns"]), made("c", ["auth_keys"])],
      "3 credentials change, and 2 of them can create further credentials, which outlive its revocation.",
    ],
    [
      [made("a", ["dns"])],
      "1 credential changes, and it can change more of the tailnet than before.",
    ],
    [[made("a", ["dns:read"])], "1 credential changes, and it can read more than before."],
    [[renamed("a"), renamed("b")], "2 credentials change, and none gains access."],
    [
      [lasting("a")],
      "1 credential changes; none can do more than before, but check how long they live and what cannot be seen.",
    ],
    [
      [lasting("a"), renamed("b")],
      "2 credentials change; none can do more than before, but check how long they live and what cannot be seen.",
    ],
    [
      [strange("a")],
      "No credential changes, and one thing is not understood: the verdict assumes the worst.",
    ],
    [
      [strange("a"), strange("b"), made("c", ["dns"])],
      "1 credential changes, and 2 things are not understood: the verdict assumes the worst.",
    ],
    [
      [command("a")],
      "No credential changes. One other change can affect access and is not reviewed.",
    ],
    [
      [command("a"), command("b"), renamed("c")],
      "1 credential changes, and none gains access. 2 other changes can affect access and are not reviewed.",
    ],
  ])("the verdict says in words what changes: case %#", (steps, words) => {
    expect(describeVerdict(reviewed(...steps))).toBe(words);
  });
});

describe("a hidden argument is shown with what is assumed of it", () => {
  const rows = (...steps: GivenStep[]) =>
    withoutColour(formatTerminal(reviewed(...steps)))
      .split("\n")
      .filter((line) => /: cannot be seen/.test(line))
      .map((line) => line.replace(/^ *(unknown)? */, ""));
  const all = (names: readonly string[], value: string): Bag =>
    Object.fromEntries(names.map((name) => [name, value]));
  const client = ["scopes", "tags", "rotateEvery", "connection", "description"];
  const identity = ["issuer", "subject", "audience", "customClaimRules"];
  const key = [
    "reusable",
    "ephemeral",
    "preauthorized",
    "expiry",
    "renewBefore",
    "recreateIfInvalid",
  ];

  test.each<[string, readonly string[]]>([
    ["OAuthClient", client],
    ["FederatedIdentity", identity],
    ["AuthKey", key],
  ])("a hidden argument is shown with what is assumed of it: %s %j", async (kind, names) => {
    const created = rows(step("create", kind, "it", undefined, all(names, unknown)));
    const updated = rows(step("update", kind, "it", all(names, secret), all(names, unknown)));
    const ended = rows(step("delete", kind, "it", all(names, secret)));
    await expect(
      [`${kind} created:`, ...created, "", "updated:", ...updated, "", "ended:", ...ended, ""].join(
        "\n",
      ),
    ).toMatchFileSnapshot(`fixtures/reviews/unseen-${kind}.txt`);
  });
});
