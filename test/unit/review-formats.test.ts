/** What a review looks like: the same one in every format, whole, and each sentence that a format can say. */

import { describe, expect, test } from "vitest";
import { htmlReport } from "../../provider/review/formats/html";
import { markdownReport } from "../../provider/review/formats/markdown";
import { sarifReport } from "../../provider/review/formats/sarif";
import { terminalExplanation, terminalReport } from "../../provider/review/formats/terminal";
import { verdictInWords } from "../../provider/review/review";
import { type Bag, type GivenStep, reviewed, secret, step, unknown } from "./a-preview";

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

const command = (name: string): GivenStep => ({
  op: "create",
  urn: `urn:pulumi:dev::test::command:local:Command::${name}`,
  newState: { type: "command:local:Command" },
});

const strange = (name: string) => step("odd", "OAuthClient", name, { scopes: [] }, { scopes: [] });

describe("a whole review", () => {
  test.each<[string, (review: ReturnType<typeof everything>) => string]>([
    ["review.html", (review) => htmlReport(review, "acme/prod")],
    ["review.md", (review) => markdownReport(review, "acme/prod")],
    ["review.sarif.json", (review) => sarifReport(review, "1.2.3", "./infra/")],
    ["review.txt", (review) => withoutColour(terminalReport(review))],
    [
      "explanation.txt",
      ({ assessments }) => withoutColour(assessments.map(terminalExplanation).join("\n")),
    ],
    ["review.json", ({ report }) => `${JSON.stringify(report, undefined, 2)}\n`],
  ])("is as in fixtures/reviews/%s", async (file, format) => {
    await expect(format(everything())).toMatchFileSnapshot(`fixtures/reviews/${file}`);
  });
});

/** A terminal gets colours where it has some. */
function withoutColour(text: string): string {
  return text.replace(/\u001b\[\d+m/g, "");
}

test("a review of nothing is short in every format", () => {
  const nothing = reviewed();
  expect(terminalReport(nothing)).toContain("No credential changes.");
  expect(markdownReport(nothing, "")).toBe(
    "<!-- tailscope review -->\n### Access to the tailnet: no gain\n\n**No credential changes.**\n",
  );
  expect(htmlReport(nothing, "")).toContain("<main>\n</main>");
  expect(htmlReport(nothing, "")).toContain("<title>Access to the tailnet: no gain</title>");
  expect(JSON.parse(sarifReport(nothing, "1.2.3", "")).runs[0].results).toEqual([]);
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
      "3 credentials change, and 2 of them can make further credentials, which outlive its revocation.",
    ],
    [
      [made("a", ["dns"])],
      "1 credential changes, and it may change more of the tailnet than before.",
    ],
    [[made("a", ["dns:read"])], "1 credential changes, and it may read more than before."],
    [[renamed("a"), renamed("b")], "2 credentials change, and none gains access."],
    [
      [lasting("a")],
      "1 credential changes; none may do more than before, but read how long they live and what cannot be seen.",
    ],
    [
      [strange("a")],
      "No credential changes, and one thing is not understood: counted as the worst that could be.",
    ],
    [
      [strange("a"), strange("b"), made("c", ["dns"])],
      "1 credential changes, and 2 things are not understood: counted as the worst that could be.",
    ],
    [
      [command("a")],
      "No credential changes. One other thing changes that can change access and is not reviewed.",
    ],
    [
      [command("a"), command("b"), renamed("c")],
      "1 credential changes, and none gains access. 2 other things change that can change access and are not reviewed.",
    ],
  ])("%#", (steps, words) => {
    expect(verdictInWords(reviewed(...steps))).toBe(words);
  });
});

describe("what cannot be seen is told as what it counts as", () => {
  const rows = (...steps: GivenStep[]) =>
    withoutColour(terminalReport(reviewed(...steps)))
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
  ])("of %s %j", async (kind, names) => {
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
