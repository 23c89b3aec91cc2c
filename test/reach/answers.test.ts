/** What reach says of policy files and credentials that people get wrong. */

import { describe, expect, test } from "vitest";
import { answerWhatIsReached, answerWhoReaches, describeGain } from "../../provider/reach/answers";
import { findDifference } from "../../provider/reach/difference";
import { findAllWaysTo, findNamedStarts } from "../../provider/reach/questions";
import { rememberSpreads } from "../../provider/reach/spread";
import type { CredentialStart } from "../../provider/reach/starts";
import { parseTarget } from "../../provider/reach/targets";
import { company, networkFrom } from "./a-company";

function client(scopes: string[], tags: string[]): CredentialStart {
  return { kind: "OAuthClient", name: "ci", scopes, tags };
}

/** What a credential reaches, by the labels of the answer. */
function reached(policy: string | object, start: CredentialStart): Record<string, string[]> {
  const { sections } = answerWhatIsReached(start, rememberSpreads(networkFrom(policy))(start));
  return Object.fromEntries(
    sections.map(({ label, rows }) => [
      label,
      rows.map(({ what, conditions }) => (conditions === "" ? what : `${what}, ${conditions}`)),
    ]),
  );
}

const tagOwners = { "tag:a": [], "tag:b": ["tag:a"], "tag:c": ["tag:b"], "tag:d": ["tag:c"] };

describe("without rules", () => {
  test("a file without rules opens everything, and one with empty rules nothing", () => {
    const ci = client(["auth_keys"], ["tag:a"]);
    expect(reached({ tagOwners }, ci)["reaches"]).toEqual(["everything"]);
    expect(reached({ tagOwners, grants: [] }, ci)["reaches"]).toBeUndefined();
    expect(reached({ tagOwners, acls: [] }, ci)["reaches"]).toBeUndefined();
  });
});

describe("the rule of tags", () => {
  test.each([
    { scopes: ["auth_keys"], becomes: ["tag:a", "tag:b", "tag:c"], why: "client, key, machine" },
    { scopes: ["devices:core"], becomes: ["tag:a", "tag:b"], why: "client, machine" },
    {
      scopes: ["auth_keys", "oauth_keys"],
      becomes: ["tag:a", "tag:b", "tag:c", "tag:d"],
      why: "further clients go on without an end",
    },
    {
      scopes: ["devices:core", "federated_keys"],
      becomes: ["tag:a", "tag:b", "tag:c", "tag:d"],
      why: "further identities as well",
    },
    { scopes: ["oauth_keys"], becomes: [], why: "no machine without a scope that admits one" },
    { scopes: ["auth_keys:read", "dns"], becomes: [], why: "reading gives nothing" },
    { scopes: ["devices"], becomes: ["tag:a", "tag:b", "tag:c"], why: "an older name" },
  ])("a client with $scopes takes the tags that it can give: $why", ({ scopes, becomes }) => {
    expect(reached({ tagOwners, grants: [] }, client(scopes, ["tag:a"]))["becomes"] ?? []).toEqual(
      becomes,
    );
  });

  test("a client can give its exact set of tags, but not a part of it", () => {
    const owners = { "tag:a": [], "tag:b": [] };
    const both = client(["auth_keys"], ["tag:a", "tag:b"]);
    expect(reached({ tagOwners: owners, grants: [] }, both)["becomes"]).toEqual(["tag:a + tag:b"]);
  });

  test("a client can give a tag that owns itself alone", () => {
    const owners = { "tag:a": ["tag:a"], "tag:b": [] };
    const both = client(["auth_keys"], ["tag:a", "tag:b"]);
    expect(reached({ tagOwners: owners, grants: [] }, both)["becomes"]).toEqual([
      "tag:a + tag:b",
      "tag:a",
    ]);
  });
});

describe("existing machines", () => {
  const policy = { tagOwners, grants: [{ src: ["tag:a"], dst: ["tag:a"], ip: ["tcp:22"] }] };

  test("any machine can get a tag, and the rules of that tag reach it then", () => {
    expect(reached(policy, client(["devices:core"], ["tag:a"]))["moves"]).toEqual([
      "any machine:22 (tcp)",
    ]);
    expect(reached(policy, client(["auth_keys"], ["tag:a"]))["moves"]).toBeUndefined();
  });

  test("a machine can take any IPv4 address of the tailnet that a rule names", () => {
    const rules = { tagOwners, grants: [{ src: ["100.80.0.12"], dst: ["tag:d"], ip: ["tcp:22"] }] };
    expect(reached(rules, client(["devices:core"], ["tag:a"]))["by address"]).toEqual([
      "tag:d:22 (tcp)",
    ]);
    expect(reached(rules, client(["auth_keys"], ["tag:a"]))["reaches"]).toEqual([
      "tag:d:22 (tcp), if a machine has an address in 100.80.0.12",
    ]);
  });
});

describe("Tailscale SSH", () => {
  const rules = (action: string, src: string) => ({
    tagOwners,
    grants: [
      { src: [src], dst: ["tag:c"], ip: ["tcp:22"] },
      { src: ["tag:c"], dst: ["tag:d"], ip: ["tcp:5432"] },
    ],
    ssh: [{ action, src: [src], dst: ["tag:c"], users: ["deploy"] }],
  });

  test("a login makes the machine a stepping stone", () => {
    const found = reached(rules("accept", "tag:b"), client(["devices:core"], ["tag:a"]));
    expect(found["logs in"]).toEqual(["tag:c as deploy"]);
    expect(found["reaches"]).toContain("tag:d:5432 (tcp)");
  });

  test("check mode does not let in a machine without a user who can sign in", () => {
    const found = reached(rules("check", "tag:b"), client(["devices:core"], ["tag:a"]));
    expect(found["logs in"]).toBeUndefined();
  });

  test("a login needs port 22", () => {
    const { grants: _, ...closed } = rules("accept", "tag:b");
    const found = reached({ ...closed, grants: [] }, client(["devices:core"], ["tag:a"]));
    expect(found["logs in"]).toBeUndefined();
  });
});

test("an automatically approved router sends from its subnet, past every posture", () => {
  const policy = {
    tagOwners,
    postures: { "posture:p": ["node:os == 'macos'"] },
    autoApprovers: { routes: { "10.0.0.0/8": ["tag:b"] } },
    grants: [{ src: ["10.1.0.0/16"], dst: ["tag:d"], ip: ["tcp:22"], srcPosture: ["posture:p"] }],
  };
  const found = reached(policy, client(["devices:core"], ["tag:a"]));
  expect(found["stands for"]).toEqual(["tag:d:22 (tcp)", "10.0.0.0/8"]);
  expect(reached(policy, client(["dns"], ["tag:a"]))["stands for"]).toBeUndefined();
});

describe("unknown parts", () => {
  const ci = client(["auth_keys"], ["tag:a"]);

  test.each([
    ["a section", { tagOwners, grants: [], frob: {} }],
    [
      "a field of a rule",
      { tagOwners, grants: [{ src: ["tag:d"], dst: ["tag:d"], ip: ["1"], frob: 1 }] },
    ],
  ])("a policy file with an unknown part counts as everything: %s", (_, policy) => {
    expect(reached(policy, ci)["everything"]).toEqual(["everything"]);
  });

  test("an unknown scope counts as everything unless it only reads", () => {
    expect(reached({ tagOwners, grants: [] }, client(["frob"], []))["everything"]).toEqual([
      "everything",
    ]);
    expect(reached({ tagOwners, grants: [] }, client(["frob:read"], []))).toEqual({});
  });

  test("a credential that can make administrators reaches everything if another user helps", () => {
    expect(reached({ tagOwners, grants: [] }, client(["users"], []))["everything"]).toEqual([
      "everything, perhaps: it needs another user who helps",
    ]);
  });

  test("hidden scopes and tags count as all", () => {
    const policy = { tagOwners, grants: [{ src: ["tag:d"], dst: ["tag:a"], ip: ["22"] }] };
    const hidden = { ...client(["auth_keys"], []), hides: { tags: true } };
    expect(reached(policy, hidden)["reaches"]).toEqual(["tag:a:22"]);
    expect(reached(policy, { ...ci, hides: { scopes: true } })["everything"]).toEqual([
      "everything",
    ]);
  });
});

describe("the question who reaches a target", () => {
  test('the question "who reaches this target?" names everybody, by every rule, the shortest way first', () => {
    const network = networkFrom(company);
    const target = parseTarget("tag:db:5432", network);
    if ("problem" in target) throw new Error(target.problem);
    const starts = [client(["auth_keys"], ["tag:ci"]), ...findNamedStarts(network)];
    const ways = findAllWaysTo(starts, rememberSpreads(network), target);
    expect(answerWhoReaches("tag:db:5432", ways).sections).toMatchObject([
      { label: "credentials", rows: [{ what: "OAuth client ci", hops: 2 }] },
      { label: "people", rows: [{ what: "group:ops" }] },
      {
        label: "machines",
        rows: [{ what: "machines of tag:web" }, { what: "machines of tag:bastion" }],
      },
    ]);
  });

  test("a user may have a role, and be in a group that is defined elsewhere", () => {
    const network = networkFrom({
      tagOwners: { "tag:a": [] },
      grants: [
        { src: ["tag:a"], dst: ["autogroup:admin"], ip: ["22"] },
        { src: ["tag:a"], dst: ["group:staff@acme.example"], ip: ["23"] },
      ],
    });
    const target = parseTarget("ada@acme.example", network);
    if ("problem" in target) throw new Error(target.problem);
    const ways = findAllWaysTo(findNamedStarts(network), rememberSpreads(network), target);
    expect(ways.map(({ conditions }) => conditions)).toEqual([
      [{ kind: "unknown", what: "whether autogroup:admin means ada@acme.example" }],
      [{ kind: "unknown", what: "whether group:staff@acme.example means ada@acme.example" }],
    ]);
  });

  test.each([
    ["tag:nowhere", "is not defined"],
    ["tag:db:0", "is not a port"],
    ["tag:db:70000", "is not a port"],
    ["tag:db/frob", "is not a protocol"],
    ["tag:db:22/icmp", "has no ports"],
    ["", "is not a target"],
  ])("%s is not a target: it %s", (text, problem) => {
    expect(parseTarget(text, networkFrom(company))).toEqual({
      problem: expect.stringContaining(problem),
    });
  });
});

describe("a difference", () => {
  const ci = client(["auth_keys"], ["tag:a"]);
  const rule = { src: ["tag:a"], dst: ["tag:d"], ip: ["tcp:22"] };
  const postures = (assertion: string) => ({ "posture:p": [assertion] });
  const gained = (before: object, after: object) => {
    const [was, is] = [before, after].map((policy) =>
      rememberSpreads(networkFrom({ tagOwners, ...policy }))(ci),
    );
    return findDifference(was, is).gained.map(describeGain);
  };

  test("one more owner is a difference through two hops", () => {
    const grants = [{ src: ["tag:c"], dst: ["tag:d"], ip: ["tcp:22"] }];
    expect(gained({ tagOwners: { ...tagOwners, "tag:c": [] }, grants }, { grants })).toEqual([
      "tag:d:22 (tcp) (as tag:b, owned by tag:a, then tag:c, owned by tag:b)",
    ]);
  });

  test("a redefined posture is a difference, and a renamed one is not", () => {
    const asks = (name: string) => ({ grants: [{ ...rule, srcPosture: [name] }] });
    expect(
      gained(
        { ...asks("posture:p"), postures: postures("node:os == 'macos'") },
        { ...asks("posture:p"), postures: postures("node:os != 'macos'") },
      ),
    ).toHaveLength(1);
    expect(
      gained(
        { ...asks("posture:p"), postures: postures("node:os == 'macos'") },
        { ...asks("posture:q"), postures: { "posture:q": ["node:os == 'macos'"] } },
      ),
    ).toEqual([]);
  });

  test("a removed condition is a difference, which names the new part of the destination", () => {
    const asks = {
      grants: [{ ...rule, srcPosture: ["posture:p"] }],
      postures: postures("node:os == 'macos'"),
    };
    expect(gained(asks, { grants: [rule] })).toHaveLength(1);
    expect(gained({ grants: [rule] }, asks)).toEqual([]);
    const hosts = (range: string) => ({
      grants: [{ ...rule, dst: ["lab"] }],
      hosts: { lab: range },
    });
    expect(gained(hosts("10.0.0.0/9"), hosts("10.0.0.0/8"))).toEqual([
      "10.128.0.0/9 of lab:22 (tcp) (as tag:a)",
    ]);
    expect(gained(hosts("10.0.0.0/8"), hosts("10.0.0.0/9"))).toEqual([]);
  });
});
