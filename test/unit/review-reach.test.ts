/**
 * What reviews with reach look like, whole and in every format, and each sentence that a verdict
 * says of reach.
 */

import { describe, expect, test } from "vitest";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown, makeMarker } from "../../provider/review/formats/markdown";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatTerminal } from "../../provider/review/formats/terminal";
import { readPreview } from "../../provider/review/input/preview";
import type { ReachOptions } from "../../provider/review/reach/changes";
import { svgStyle } from "../../provider/review/reach/svg";
import {
  describeVerdict,
  exceedsLimit,
  type Review,
  reviewWithReach,
} from "../../provider/review/review";
import { company } from "../reach/a-company";
import { command, type GivenStep, previewOf, secret, step } from "./a-preview";
import { withoutColour, withoutStyle } from "./plain-reports";

const acl = "tailscale:index/acl:Acl";

/** The company's file before CI owned the web tier, when backups could still be made. */
const earlier = company
  .replace('"tag:web": ["tag:ci"]', '"tag:web": []')
  .replace(
    '"grants": [',
    '"grants": [{ "src": ["tag:backup"], "dst": ["tag:db"], "ip": ["873"] },',
  );
const policy = { name: "policy.hujson", text: company };
const policyBefore = { name: "policy.old.hujson", text: earlier };

function reviewed(steps: readonly GivenStep[], options: ReachOptions = {}): Review {
  const read = readPreview(previewOf(...steps));
  const found = "problem" in read ? read : reviewWithReach(read.steps, options);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

const holder = (tag: string) => ({ scopes: ["auth_keys"], tags: [tag] });
const [ci, backup, bastion] = [holder("tag:ci"), holder("tag:backup"), holder("tag:bastion")];

const standing = (name: string, client: object) =>
  step("same", "OAuthClient", name, { ...client }, { ...client });
const renamed = (name: string, client: object) =>
  step("update", "OAuthClient", name, { ...client }, { ...client, description: "b" });
const created = (name: string, client: object) =>
  step("create", "OAuthClient", name, undefined, { ...client });

/** A policy file that gives and takes, by a preview that has it. */
const byPolicy = () =>
  reviewed(
    [
      step("update", acl, "policy", { acl: earlier }, { acl: company }),
      renamed("ci", ci),
      standing("backup", backup),
      standing("second-ci", ci),
    ],
    { deny: ["tag:db"] },
  );

/** Credentials that change, by a file of which nobody says what it was. */
const byTags = () =>
  reviewed(
    [
      step("update", "OAuthClient", "swapped", { ...bastion }, { ...ci }),
      step(
        "update",
        "OAuthClient",
        "hidden",
        { scopes: secret, tags: secret },
        { scopes: ["dns"], tags: [] },
      ),
      created("admitter", bastion),
    ],
    { policy, deny: ["tag:db", "10.20.0.10"] },
  );

describe("a whole review with reach", () => {
  test.each<[string, () => Review, (review: Review) => string]>(
    (
      [
        ["reach-by-policy", byPolicy],
        ["reach-by-tags", byTags],
      ] as const
    ).flatMap(([name, make]): [string, () => Review, (review: Review) => string][] => [
      [`${name}.html`, make, (review) => withoutStyle(formatHtml(review, "acme/prod"))],
      [`${name}.md`, make, (review) => formatMarkdown(review, "acme/prod")],
      [`${name}.sarif.json`, make, (review) => formatSarif(review, "1.2.3", "infra")],
      [`${name}.txt`, make, (review) => withoutColour(formatTerminal(review))],
      [`${name}.json`, make, ({ report }) => `${JSON.stringify(report, undefined, 2)}\n`],
    ]),
  )("a whole review with reach is as in fixtures/reviews/%s", async (file, make, format) => {
    await expect(format(make())).toMatchFileSnapshot(`fixtures/reviews/${file}`);
  });

  test("the HTML report has the picture's style if it has a picture", () => {
    expect(formatHtml(byPolicy(), "")).toContain(`${svgStyle}</style>`);
    expect(formatHtml(reviewed([]), "")).toMatch(/^@media .*\}\n<\/style>$/m);
  });
});

describe("without a policy file", () => {
  const sentence = "Reach is not reviewed, because no policy file is known.";

  test("without a policy file a line says that reach is not reviewed", () => {
    const found = reviewed([created("ci", ci)]);
    expect(withoutColour(formatTerminal(found))).toContain(`\nreach\n  ${sentence}`);
    expect(formatMarkdown(found, "")).toContain(`\n- ${sentence}`);
    expect(formatHtml(found, "")).toContain(`<h2>reach</h2>\n<ul>\n<li>${sentence}`);
  });
});

describe("what the verdict says about reach", () => {
  const change = { policy, policyBefore };
  const turned = {
    policy: { name: "after", text: earlier },
    policyBefore: { name: "before", text: company },
  };
  const quiet = { policy, policyBefore: policy };
  const other = { scopes: ["dns"] };

  test.each<[string, GivenStep[], ReachOptions, string]>([
    [
      "that one credential reaches more, which changes",
      [renamed("ci", ci), standing("b", other)],
      change,
      "1 credential changes; none can do more through the API than before. One reaches more than before.",
    ],
    [
      "that one reaches more by the policy file",
      [standing("ci", ci)],
      change,
      "No credential changes. One reaches more than before, by the policy file.",
    ],
    [
      "how many reach more, where all of them change",
      [renamed("a", ci), renamed("b", ci)],
      change,
      "2 credentials change; none can do more through the API than before. 2 reach more than before.",
    ],
    [
      "how many of them do by the policy file",
      [renamed("a", ci), standing("b", ci)],
      change,
      "1 credential changes; none can do more through the API than before. 2 reach more than before, 1 of them by the policy file.",
    ],
    [
      "that the policy file takes reach away, where nobody reaches more",
      [standing("ci", ci), standing("backup", { scopes: [], tags: ["tag:backup"] })],
      { ...turned, policy: { name: "after", text: earlier.replace(/\{[^{}]*873[^{}]*\},/, "") } },
      "No credential changes. The policy file takes reach away.",
    ],
    [
      "nothing, where the policy file stays as it is",
      [renamed("ci", ci)],
      quiet,
      "1 credential changes, and none gains access.",
    ],
    [
      "that one reaches what it must not, by however many names",
      [renamed("ci", ci)],
      { ...quiet, deny: ["tag:db", "10.20.0.10"] },
      "1 credential changes, and none gains access. 1 reaches what --deny names.",
    ],
    [
      "how many reach what they must not",
      [renamed("a", ci), renamed("b", bastion)],
      { ...quiet, deny: ["tag:db"] },
      "2 credentials change, and none gains access. 2 reach what --deny names.",
    ],
  ])("the verdict says %s", (_, steps, options, words) => {
    expect(describeVerdict(reviewed(steps, options))).toBe(words);
  });
});

test("a policy file that stays as it is exceeds no limit", () => {
  const found = reviewed([standing("ci", ci)], { policy });
  expect(
    (["any", "gained", "reach"] as const).filter((limit) => exceedsLimit(found, limit)),
  ).toEqual([]);
});

test("more reach without more operations is a finding at the line of the policy file only", () => {
  const found = reviewed([renamed("ci", ci)], { policy, policyBefore });
  expect(exceedsLimit(found, "gained")).toBe(true);
  const results: { ruleId: string }[] = JSON.parse(formatSarif(found, "1.2.3", "")).runs[0].results;
  expect([...new Set(results.map(({ ruleId }) => ruleId))]).toEqual(["tailscope/reach"]);
});

test("only the reviewed policy file is left out of what was not reviewed, not others of its name", () => {
  const given = [
    step("update", acl, "policy", { acl: earlier }, { acl: company }),
    command("policy"),
    command("run"),
  ];
  const told = (name: string) =>
    `${name} (create) is a command:local:Command, which runs its own code with the deployer's credentials: that code is not reviewed.`;
  expect(reviewed(given).report.notReviewed).toEqual([told("policy"), told("run")]);
});

test("a comment is found by any title", () => {
  expect(makeMarker("acme/prod_1.x-y")).toBe("<!-- tailscope review acme/prod_1.x-y -->");
  // Two hyphens would end the comment in some readers of HTML.
  expect(makeMarker("a -- b--><c>")).toBe("<!-- tailscope review a-b-c- -->");
});

test("a comment with reach has room for each part, however long its title is", () => {
  const numbers = Array.from({ length: 500 }, (_, index) => index);
  const found = reviewed(
    numbers.map((index) => renamed(`client-${index}`, ci)),
    { policy, policyBefore, deny: ["tag:db"] },
  );
  for (const length of [1, 50, 1000, 2000]) {
    const comment = formatMarkdown(found, "x".repeat(length));
    expect(comment).toMatch(/_\d+ more lines about reach do not fit here/);
    const lines = comment.match(/^- \*\*reach.*\n/gm) ?? [];
    expect(lines.join("").length).toBeLessThanOrEqual(10_000);
    expect(lines.join("").length).toBeGreaterThan(9_000);
    expect(comment.length).toBeLessThanOrEqual(60_000);
    expect(comment.length).toBeGreaterThan(59_000);
  }
});
