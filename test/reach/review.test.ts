/**
 * What a review says of reach: of credentials that change, and of a policy file that changes alone.
 */

import { describe, expect, test } from "vitest";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatTerminal } from "../../provider/review/formats/terminal";
import { readPreview } from "../../provider/review/input/preview";
import type { ReachOptions } from "../../provider/review/reach/changes";
import { exceedsLimit, type Review, reviewWithReach } from "../../provider/review/review";
import { type GivenStep, previewOf, secret, step, unknown } from "../unit/a-preview";
import { company } from "./a-company";

const acl = "tailscale:index/acl:Acl";
/** The company's file before CI owned the web tier. */
const earlier = company.replace('"tag:web": ["tag:ci"]', '"tag:web": []');
const ci = { scopes: ["auth_keys"], tags: ["tag:ci"] };
const policy = { name: "policy.hujson", text: company };
const policyBefore = { name: "policy.old.hujson", text: earlier };

function attempt(steps: readonly GivenStep[], options: ReachOptions = {}) {
  const read = readPreview(previewOf(...steps));
  if ("problem" in read) throw new Error(read.problem);
  return reviewWithReach(read.steps, options);
}

function reviewed(steps: readonly GivenStep[], options: ReachOptions = {}): Review {
  const found = attempt(steps, options);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

function reachIn({ report }: Review) {
  if (report.reach?.known !== true) throw new Error("no policy file is known");
  return report.reach;
}

describe("a change of one line of tagOwners", () => {
  const steps = [step("update", acl, "policy", { acl: earlier }, { acl: company })];

  test("a change of tagOwners is a gain for whoever holds the owner, although no credential changes", () => {
    const found = reviewed(steps);
    expect(reachIn(found).byPolicy).toMatchObject([
      {
        name: "a client with auth_keys and tag:ci",
        reachGained: [{ target: "tag:db:5432 (tcp)" }, { target: "10.20.0.0/16:443 (tcp)" }],
        reachLost: [],
      },
    ]);
    expect(exceedsLimit(found, "reach")).toBe(true);
    expect(exceedsLimit(found, "gained")).toBe(true);
    expect(exceedsLimit(found, "any")).toBe(true);
    expect(exceedsLimit(found, "write")).toBe(false);
    // The policy file is reviewed, so it is not among what is not.
    expect(found.report.notReviewed).toEqual([]);
  });

  test("a change of tagOwners names the credentials that stay as they are", () => {
    const found = reviewed([...steps, step("same", "OAuthClient", "ci", ci, ci)]);
    expect(reachIn(found).byPolicy.map(({ name }) => name)).toEqual(["ci"]);
    const start = { kind: "OAuthClient", name: "deploy", urn: "urn", ...ci } as const;
    expect(reachIn(reviewed(steps, { others: [start] })).byPolicy).toMatchObject([
      { name: "deploy", urn: "urn" },
    ]);
  });

  test("the same change in files is the same gain, and SARIF is at its line", () => {
    const found = reviewed([], { policy, policyBefore });
    const { runs } = JSON.parse(formatSarif(found, "1.0.0", "infra")) as {
      runs: {
        results: {
          ruleId: string;
          locations: {
            physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
          }[];
        }[];
      }[];
    };
    expect(
      runs[0]?.results.map(({ ruleId, locations: [place] }) => [
        ruleId,
        place?.physicalLocation.artifactLocation.uri,
        place?.physicalLocation.region.startLine,
      ]),
    ).toEqual([
      ["tailscope/reach", "policy.hujson", 7],
      ["tailscope/reach", "policy.hujson", 7],
    ]);
  });

  test("the reverse change is a loss and not a gain", () => {
    const found = reviewed([step("update", acl, "policy", { acl: company }, { acl: earlier })]);
    expect(reachIn(found).byPolicy).toMatchObject([{ reachGained: [], reachLost: [{}, {}] }]);
    expect(exceedsLimit(found, "reach")).toBe(false);
    expect(formatTerminal(found)).toContain("The policy file takes reach away.");
  });

  test("every format shows the change, with a picture of what is new", () => {
    const found = reviewed(steps);
    for (const text of [formatTerminal(found), formatMarkdown(found, ""), formatHtml(found, "")])
      expect(text).toContain("One reaches more than before, by the policy file.");
    expect(formatMarkdown(found, "")).toMatch(/### Access to the tailnet: reaches more/);
    expect(formatMarkdown(found, "")).toMatch(/```mermaid\nflowchart LR\n[^`]*==>/);
    expect(formatHtml(found, "")).toContain('<path class="gained"');
    expect(formatHtml(found, "")).not.toContain("<script");
  });
});

describe("a credential that changes", () => {
  test("a credential reaches more with a new tag and less without it", () => {
    const wider = { ...ci, tags: ["tag:ci", "tag:bastion"] };
    const [there, back] = [
      reviewed([step("update", "OAuthClient", "ci", ci, wider)], { policy }),
      reviewed([step("update", "OAuthClient", "ci", wider, ci)], { policy }),
    ];
    expect(there.report.credentials[0]?.reachGained?.map(({ target }) => target)).toEqual(
      expect.arrayContaining(["tag:db:22 (tcp)", "tag:db as root"]),
    );
    expect(there.report.credentials[0]?.reachLost).toEqual([]);
    expect(back.report.credentials[0]?.reachLost).toEqual(there.report.credentials[0]?.reachGained);
    expect(exceedsLimit(back, "reach")).toBe(false);
    expect(formatTerminal(there)).toMatch(
      /\+ tag:db as root \(as tag:bastion \+ tag:ci\), ssh\[0\], line 20/,
    );
    expect(reachIn(there).notes).toEqual([
      "The policy file is assumed to be unchanged. Give the old one with --policy-before.",
    ]);
  });

  test("a credential with hidden arguments reaches everything", () => {
    const found = reviewed(
      [step("create", "OAuthClient", "ci", undefined, { scopes: unknown, tags: ["tag:ci"] })],
      { policy },
    );
    expect(found.report.credentials[0]?.reachGained?.map(({ target }) => target)).toContain(
      "everything",
    );
  });

  test("a credential that reaches a denied target is reported with each way", () => {
    const steps = [step("create", "OAuthClient", "ci", undefined, ci)];
    const found = reviewed(steps, { policy, deny: ["tag:db", "tag:bastion"] });
    expect(reachIn(found).denied).toMatchObject([{ name: "ci", target: "tag:db" }]);
    expect(formatTerminal(found)).toContain("ci must not reach tag:db, but does");
    expect(attempt(steps, { policy, deny: ["tag:nowhere"] })).toHaveProperty("problem");
  });
});

test.each([
  ["is empty", ""],
  ["has a byte order mark alone", "\ufeff\r\n"],
])(
  "a file before the change that %s means that there was no file, so everything is gained",
  (_, text) => {
    const none = { name: "before", text };
    const given = { policy, policyBefore: none };
    const found = reviewed([step("same", "OAuthClient", "ci", ci, ci)], given);
    expect(found.report.notUnderstood).toEqual([]);
    expect(exceedsLimit(found, "reach")).toBe(true);
    const [first, ...others] = reachIn(found).byPolicy;
    expect(first?.reachGained.map(({ target }) => target)).toContain("tag:db:5432 (tcp)");
    expect(others.map(({ name }) => name)).toContain("group:ops");
    expect(reachIn(found).notes).toEqual([
      expect.stringContaining("There was no policy file before"),
    ]);
    // Whatever is known of the time before is better than nothing.
    const deployed = reviewed([], {
      ...given,
      tailnetPolicy: { name: "the tailnet", text: company },
    });
    expect(exceedsLimit(deployed, "reach")).toBe(false);
  },
);

test("a report names a role by its own name, and names what nodeAttrs newly gives", () => {
  const was = {
    groups: { "group:ops": ["ada@acme.example"] },
    tagOwners: { "tag:db": ["ada@acme.example"] },
    grants: [{ src: ["ada@acme.example"], dst: ["tag:db"], ip: ["tcp:5432"] }],
    nodeAttrs: [{ target: ["tag:db"], attr: ["drive:share"] }],
  };
  const is = {
    ...was,
    grants: [...was.grants, { src: ["autogroup:admin"], dst: ["tag:db"], ip: ["tcp:22"] }],
    nodeAttrs: [
      { target: ["tag:db"], attr: ["drive:share", "https://tailscale.com/cap/is-admin"] },
    ],
  };
  const text = (policy: object) => ({ name: "policy.hujson", text: JSON.stringify(policy) });
  const found = reviewed([], { policy: text(is), policyBefore: text(was) });
  expect(reachIn(found).byPolicy.map(({ name }) => name)).toEqual(["autogroup:admin"]);
  expect(reachIn(found).notes).toEqual([
    expect.stringContaining("By https://tailscale.com/cap/is-admin the machines of tag:db"),
  ]);
});

describe("an unknown policy file", () => {
  const create = step("create", "OAuthClient", "ci", undefined, ci);

  test("without a policy file one line says so, and every limit of reach is exceeded", () => {
    const found = reviewed([create]);
    expect(found.report.reach).toMatchObject({ known: false });
    expect(formatTerminal(found)).toContain(
      "Reach is not reviewed, because no policy file is known.",
    );
    expect(formatMarkdown(found, "")).toContain(
      "Reach is not reviewed, because no policy file is known.",
    );
    expect(exceedsLimit(found, "reach")).toBe(true);
  });

  test.each([
    ["secret", secret],
    ["unknown before the deployment", unknown],
    ["not valid", "{"],
    ["refused by Tailscale", '{"grants": [{"src": ["tag:x"], "dst": ["*"], "ip": ["*"]}]}'],
    ["with a section that nobody knows", company.replace('"groups"', '"frobs": {}, "groups"')],
  ])("a file that is %s counts as everything, and is not understood", (_, after) => {
    const found = reviewed([
      create,
      step("update", acl, "policy", { acl: company }, { acl: after }),
    ]);
    expect(found.report.notUnderstood).toHaveLength(1);
    expect(found.report.credentials[0]?.reachGained?.map(({ target }) => target)).toContain(
      "everything",
    );
    expect(exceedsLimit(found, "reach")).toBe(true);
  });

  test("an unknown file before the change counts as reaching nothing", () => {
    const found = reviewed([step("update", acl, "policy", { acl: secret }, { acl: company })]);
    expect(reachIn(found).byPolicy.length).toBeGreaterThan(0);
    expect(found.report.notUnderstood).toHaveLength(1);
  });
});

test("users of a domain are understood if the domain is said or known to be the tailnet's", () => {
  const [wider, without] = [company, earlier].map((text) =>
    text.replace('"users": ["root"]', '"users": ["root", "localpart:*@acme.example"]'),
  );
  expect(wider).not.toBe(company);
  const change = [step("update", acl, "policy", { acl: without }, { acl: wider })];
  expect(reviewed(change).report.notUnderstood).toEqual([
    expect.stringMatching(
      /domain that is not known here .*, so it counts as everything that it could name/,
    ),
  ]);
  expect(reviewed(change, { domains: ["acme.example"] }).report.notUnderstood).toEqual([]);
  const same = [step("same", acl, "policy", { acl: wider }, { acl: wider })];
  expect(reviewed(same).report.notUnderstood).toEqual([]);
});

describe("the tailnet's own policy file", () => {
  const tailnetPolicy = { name: "the tailnet's policy file", text: earlier };
  const create = step("create", "OAuthClient", "ci", undefined, ci);
  const change = (before: unknown, after: unknown) =>
    step("update", acl, "policy", { acl: before }, { acl: after });
  const gained = (found: Review) =>
    reachIn(found).byPolicy.flatMap(({ reachGained }) => reachGained.map(({ target }) => target));
  const opened = ["tag:db:5432 (tcp)", "10.20.0.0/16:443 (tcp)"];

  test("the tailnet's file holds before and after if no other file is known, and the report says so", () => {
    const found = reviewed([create], { tailnetPolicy });
    expect(reachIn(found)).toMatchObject({
      byPolicy: [],
      policy: "the tailnet's policy file",
      notes: [expect.stringContaining("The tailnet's policy file is assumed to stay as it is")],
    });
    expect(exceedsLimit(found, "reach")).toBe(true);
    expect(formatSarif(found, "1.0.0", "")).not.toContain("the tailnet's policy file");
  });

  test("the tailnet's file is the one before, unless another one is given", () => {
    expect(gained(reviewed([], { policy, tailnetPolicy }))).toEqual(opened);
    expect(reachIn(reviewed([], { policy, tailnetPolicy })).notes).toEqual([]);
    const same = { policy, policyBefore: policy, tailnetPolicy };
    expect(gained(reviewed([], same))).toEqual([]);
  });

  test("the tailnet's file is the one after if only a file before is given", () => {
    const deployed = { ...tailnetPolicy, text: company };
    const found = reviewed([], { policyBefore, tailnetPolicy: deployed });
    expect(gained(found)).toEqual(opened);
  });

  test("the tailnet's file is the one before if a resource sets its file for the first time or hides it", () => {
    const first = step("create", acl, "policy", undefined, { acl: company });
    expect(gained(reviewed([first], { tailnetPolicy }))).toEqual(opened);
    const found = reviewed([change(secret, company)], { tailnetPolicy });
    expect(gained(found)).toEqual(opened);
    expect(found.report.notUnderstood).toEqual([]);
  });

  test("the tailnet's file never stands for a hidden file after the change", () => {
    const found = reviewed([create, change(earlier, unknown)], { tailnetPolicy });
    expect(found.report.notUnderstood).toHaveLength(1);
    expect(exceedsLimit(found, "reach")).toBe(true);
  });

  test("a tailnet's file that differs from the state's is reported, and the state's is the one before", () => {
    const tailnet = { ...tailnetPolicy, text: "{}" };
    const found = reviewed([change(earlier, company)], { tailnetPolicy: tailnet });
    expect(gained(found)).toEqual(opened);
    expect(reachIn(found).notes).toEqual([expect.stringContaining("it was changed elsewhere")]);
    const asInState = reviewed([change(earlier, company)], { tailnetPolicy });
    expect(reachIn(asInState).notes).toEqual([]);
  });
});

describe("a policy file that is destroyed", () => {
  test("a deleted policy file stays in the tailnet, or is reset to one that opens everything", () => {
    const gone = (more: object) =>
      reviewed([step("delete", acl, "policy", { acl: company, ...more })]);
    expect(reachIn(gone({})).byPolicy).toEqual([]);
    const reset = reachIn(gone({ resetAclOnDestroy: true }));
    // The new file opens all traffic, and has no rule of the old one for logins.
    const lost = reset.byPolicy.flatMap(({ reachLost }) => reachLost.map(({ target }) => target));
    expect(new Set(lost)).toEqual(new Set(["tag:bastion as deploy", "tag:db as root"]));
    const gained = reset.byPolicy.flatMap(({ reachGained }) =>
      reachGained.map(({ target }) => target),
    );
    expect(new Set(gained)).toEqual(new Set(["everything"]));
  });
});

test.each([
  [
    "two resources",
    [
      step("create", acl, "one", undefined, { acl: "{}" }),
      step("create", acl, "two", undefined, { acl: "{}" }),
    ],
    {},
    "two resources set the policy file, one and two",
  ],
  [
    "a file that is not deployed",
    [step("create", acl, "policy", undefined, { acl: "{}" })],
    { policy },
    "policy.hujson differs from what policy sets",
  ],
  ["a file before without one after", [], { policyBefore }, "--policy-before needs --policy"],
])("%s contradict each other", (_, steps, options, problem) => {
  expect(attempt(steps, options)).toEqual({ problem: expect.stringContaining(problem) });
});

test("a file with other spacing is the deployed one", () => {
  const spelled = `// by Pulumi\n${company.replaceAll("\n", "\n  ")}`;
  const steps = [step("update", acl, "policy", { acl: earlier }, { acl: spelled })];
  expect(reachIn(reviewed(steps, { policy })).byPolicy).toHaveLength(1);
});

test("a picture of a change has at most 40 edges and 1,900 characters, and counts the rest", () => {
  const tags = Array.from({ length: 60 }, (_, at) => `tag:${"x".repeat(20)}${at}`);
  const owners = Object.fromEntries(tags.map((tag) => [tag, ["tag:ci"]]));
  const text = (grants: object[]) =>
    JSON.stringify({ tagOwners: { "tag:ci": [], ...owners }, grants });
  const grants = tags.map((tag) => ({ src: ["tag:ci"], dst: [tag], ip: ["22"] }));
  const found = reviewed([], {
    policy: { name: "after", text: text(grants) },
    policyBefore: { name: "before", text: text([]) },
  });
  const [, drawing = ""] = /```mermaid\n([\s\S]*?)\n```/.exec(formatMarkdown(found, "")) ?? [];
  expect(drawing.length).toBeLessThanOrEqual(1900);
  expect(drawing.split("\n").filter((line) => line.includes("==>")).length).toBeLessThanOrEqual(40);
  expect(formatMarkdown(found, "")).toMatch(/and \d+ more edges, which are in the text alone/);
  expect(formatMarkdown(found, "").length).toBeLessThanOrEqual(60_000);
});

describe("a change of the policy file for users and addresses", () => {
  const opens = (src: string, dst: string) => ({ src: [src], dst: [dst], ip: ["tcp:22"] });
  const base = {
    groups: { "group:ops": ["ada@acme.example"] },
    tagOwners: { "tag:ci": [], "tag:db": [], "tag:web": ["group:ops"] },
    grants: [opens("group:ops", "tag:db")],
  };
  const changed = (after: object, before: object = base, ...more: GivenStep[]) =>
    reviewed([
      step(
        "update",
        acl,
        "policy",
        { acl: JSON.stringify(before) },
        { acl: JSON.stringify(after) },
      ),
      ...more,
    ]);
  const names = (found: Review) =>
    reachIn(found).byPolicy.flatMap(({ name, reachGained }) =>
      reachGained.length > 0 ? [name] : [],
    );

  test.each([
    [
      "a rule",
      { ...base, grants: [...base.grants, opens("bo@acme.example", "tag:db")] },
      "bo@acme.example",
    ],
    [
      "a member of a group",
      { ...base, groups: { "group:ops": ["ada@acme.example", "bo@acme.example"] } },
      "bo@acme.example",
    ],
    [
      "an owner",
      {
        ...base,
        tagOwners: { ...base.tagOwners, "tag:db": ["cy@acme.example"] },
        grants: [opens("tag:db", "tag:ci")],
      },
      "cy@acme.example",
    ],
    [
      "an owner in a group",
      {
        ...base,
        groups: { "group:ops": ["ada@acme.example", "bo@acme.example"] },
        grants: [opens("tag:web", "tag:ci")],
      },
      "bo@acme.example",
    ],
    [
      "an address",
      { ...base, grants: [...base.grants, opens("10.0.0.0/8", "tag:db")] },
      "addresses 10.0.0.0/8",
    ],
    [
      "a funnel",
      { ...base, nodeAttrs: [{ target: ["tag:web"], attr: ["funnel"] }] },
      "anybody on the internet",
    ],
    [
      "a login without a check",
      {
        ...base,
        ssh: [{ action: "accept", src: ["group:ops"], dst: ["tag:db"], users: ["root"] }],
      },
      "group:ops",
    ],
  ])("a change by %s is a gain for those to whom it opens something", (_, after, name) => {
    const found = changed(after);
    expect(names(found)).toContain(name);
    expect(exceedsLimit(found, "reach")).toBe(true);
    expect(names(changed(after, after))).toEqual([]);
  });

  test("people are named once, by the group of the rule", () => {
    const found = changed({ ...base, grants: [opens("group:ops", "tag:ci"), ...base.grants] });
    expect(names(found)).toEqual(["group:ops"]);
  });

  test("tags are named even if the credentials that hold them cannot use them", () => {
    const reader = { scopes: ["devices:core:read"], tags: ["tag:ci"] };
    const found = changed(
      { ...base, grants: [...base.grants, opens("tag:ci", "tag:db")] },
      base,
      step("same", "OAuthClient", "reader", reader, reader),
    );
    expect(names(found)).toEqual(["a client with auth_keys and tag:ci"]);
  });
});

describe("denied targets", () => {
  test("a changed policy file is checked against --deny for unchanged credentials", () => {
    const found = reviewed([step("same", "OAuthClient", "ci", ci, ci)], {
      policy,
      deny: ["tag:db"],
    });
    expect(reachIn(found).denied).toMatchObject([{ name: "ci", target: "tag:db" }]);
  });

  test("--deny without a known credential says that it checks nothing", () => {
    const found = reviewed([], { policy, deny: ["tag:db"] });
    expect(reachIn(found).notes).toContainEqual(expect.stringContaining("--deny checks nothing"));
  });
});

test("what was not understood before the change is reported for the file before", () => {
  const strange = {
    name: "policy.old.hujson",
    text: company.replace('"groups"', '"frobs": {}, "groups"'),
  };
  expect(reviewed([], { policy, policyBefore: strange }).report.notUnderstood).toMatchObject([
    expect.stringContaining("policy.hujson before the change: frobs is not a known section"),
  ]);
  const both = reviewed([], {
    policy: { ...strange, name: "policy.hujson" },
    policyBefore: strange,
  });
  expect(both.report.notUnderstood).toHaveLength(1);
});

test("a file before that differs from the resource's is reported", () => {
  const steps = [step("update", acl, "policy", { acl: "{}" }, { acl: company })];
  expect(reachIn(reviewed(steps, { policy, policyBefore })).notes).toEqual([
    expect.stringContaining("policy.old.hujson differs from what policy set before"),
  ]);
});
