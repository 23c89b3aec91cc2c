/** Ways that are easily overlooked: what Tailscale opens must be among what reach says. */

import { describe, expect, test } from "vitest";
import { knownScopes } from "../../provider/access/scopes";
import { answerWhatIsReached, answerWhoReaches, describeGain } from "../../provider/reach/answers";
import { findDifference } from "../../provider/reach/difference";
import {
  findAllWaysTo,
  findNamedStarts,
  findWaysFrom,
  findWaysTo,
} from "../../provider/reach/questions";
import { rememberSpreads } from "../../provider/reach/spread";
import type { CredentialStart, Start } from "../../provider/reach/starts";
import { parseTarget } from "../../provider/reach/targets";
import { describeConditions, describeTarget } from "../../provider/reach/words";
import { networkFrom } from "./a-company";

const tagOwners = { "tag:a": [], "tag:b": ["tag:a"], "tag:c": [], "tag:d": [] };

function client(scopes: string[], tags: string[]): CredentialStart {
  return { kind: "OAuthClient", name: "ci", scopes, tags };
}
const ci = client(["auth_keys"], ["tag:a"]);
const person = (name: string): Start => ({ kind: "Person", name });

/** The ways of somebody to a target, as conditions. */
function ways(policy: object, start: Start, text: string): string[] {
  const network = networkFrom({ tagOwners, ...policy });
  const target = parseTarget(text, network);
  if ("problem" in target) throw new Error(target.problem);
  return findWaysTo(start, rememberSpreads(network)(start), target).map(({ conditions }) =>
    describeConditions(conditions),
  );
}

/** Everything that somebody reaches. */
function reached(policy: object, start: Start): string[] {
  const spreadFrom = rememberSpreads(networkFrom({ tagOwners, ...policy }));
  return findWaysFrom(start, spreadFrom(start)).map(({ use, destination, conditions }) =>
    [
      use.how,
      describeTarget(destination.to, destination.openings),
      describeConditions(conditions),
    ].join(" "),
  );
}

function gained(before: object, after: object, start: Start = ci, next: Start = start): string[] {
  const was = rememberSpreads(networkFrom({ tagOwners, ...before }))(start);
  const is = rememberSpreads(networkFrom({ tagOwners, ...after }))(next);
  return findDifference(was, is).gained.map(describeGain);
}

const opens = (src: string, dst: string, ip = "tcp:22") => ({ src: [src], dst: [dst], ip: [ip] });

test("a credential's tags in another letter case are the same tags", () => {
  expect(
    ways({ grants: [opens("tag:a", "tag:d")] }, client(["auth_keys"], ["tag:A"]), "tag:d"),
  ).toEqual([""]);
});

test("an auth key without tags belongs to its creator, who may be anybody", () => {
  const key: Start = { kind: "AuthKey", name: "key", scopes: [], tags: [] };
  expect(ways({ grants: [opens("ada@acme.example", "tag:d")] }, key, "tag:d")).toHaveLength(1);
  expect(
    ways(
      { groups: { "group:ops": ["ada@acme.example"] }, grants: [opens("group:ops", "tag:d")] },
      key,
      "tag:d",
    ),
  ).toHaveLength(1);
  expect(ways({ grants: [opens("autogroup:admin", "tag:d")] }, key, "tag:d")).toHaveLength(1);
  expect(
    ways(
      {
        tagOwners: { ...tagOwners, "tag:c": ["ada@acme.example"] },
        grants: [opens("tag:c", "tag:d")],
      },
      key,
      "tag:d",
    ),
  ).toHaveLength(1);
});

test("the Owner counts as an admin", () => {
  expect(
    ways({ grants: [opens("autogroup:admin", "tag:d")] }, person("autogroup:owner"), "tag:d"),
  ).toEqual([""]);
});

test("a question about a public address includes the internet", () => {
  expect(
    ways({ acls: [{ action: "accept", src: ["tag:a"], dst: ["0.0.0.0/0:443"] }] }, ci, "internet"),
  ).toHaveLength(1);
  expect(ways({ grants: [opens("tag:a", "8.8.8.0/24")] }, ci, "internet:22")).toHaveLength(1);
});

test("a service may have a tag, and an address", () => {
  expect(ways({ grants: [opens("tag:a", "tag:d")] }, ci, "svc:web:22")).toHaveLength(1);
  expect(ways({ grants: [opens("tag:a", "100.100.0.0/16")] }, ci, "svc:web:22")).toHaveLength(1);
  expect(ways({ grants: [opens("tag:a", "svc:Web")] }, ci, "svc:Web")).toEqual([""]);
});

test("a question may have a group's name in any letter case", () => {
  const groups = { "group:Ops": ["ada@acme.example"] };
  expect(ways({ groups, grants: [opens("tag:a", "group:Ops")] }, ci, "group:Ops")).toEqual([""]);
});

test("a question may have a domain in any letter case", () => {
  expect(
    ways({ grants: [opens("user:*@Acme.example", "tag:d")] }, person("ada@acme.example"), "tag:d"),
  ).toEqual([""]);
});

describe("a machine can be given an address", () => {
  test("a rule for the machine's new address reaches it", () => {
    expect(
      reached({ grants: [opens("tag:a", "100.80.0.12")] }, client(["devices:core"], ["tag:a"])),
    ).toContainEqual(expect.stringContaining("is reached by any machine:22"));
  });
  test("a pool can give the address", () => {
    const rule = { grants: [opens("100.80.0.0/16", "tag:d")] };
    const pool = (range: string) => ({
      ...rule,
      nodeAttrs: [{ target: ["tag:a"], ipPool: [range] }],
    });
    expect(gained(rule, pool("100.80.0.0/16"))).toHaveLength(1);
    expect(gained(rule, pool("100.80.1.0/24"))).toHaveLength(1);
    expect(gained(rule, pool("100.80.0.0/12"))).toHaveLength(1);
    expect(gained(rule, pool("100.90.0.0/16"))).toHaveLength(0);
  });
});

describe("a file without rules", () => {
  const noRules = {};
  test("a file without rules opens no login", () => {
    const ssh = [{ action: "accept", src: ["tag:a"], dst: ["tag:d"], users: ["root"] }];
    expect(gained(noRules, { ssh })).toContainEqual(expect.stringContaining("as root"));
  });
  test("a file without rules lets nobody stand for a subnet", () => {
    expect(
      gained(noRules, { autoApprovers: { routes: { "10.0.0.0/8": ["tag:a"] } } }),
    ).toHaveLength(1);
  });
  test("a file without rules lets nobody rewrite the file", () => {
    expect(
      gained(noRules, noRules, ci, client(["auth_keys", "policy_file"], ["tag:a"])),
    ).toHaveLength(1);
  });
  test("a file without rules gives no capability that a later rule gives", () => {
    expect(
      gained(noRules, {
        grants: [
          {
            src: ["tag:a"],
            dst: ["tag:d"],
            ip: ["*"],
            app: {
              "tailscale.com/cap/kubernetes": [{ impersonate: { groups: ["system:masters"] } }],
            },
          },
        ],
      }),
    ).toHaveLength(1);
  });
});

describe("routers", () => {
  const asks = { ...opens("*", "tag:d"), srcPosture: ["posture:p"] };
  const postures = { "posture:p": ["node:os == 'macos'"] };
  const approved = { autoApprovers: { routes: { "10.0.0.0/8": ["tag:a"] } } };
  test("a router sends past postures by rules for everybody", () => {
    expect(ways({ postures, grants: [asks], ...approved }, ci, "tag:d")).toContain("");
    expect(
      ways(
        { postures, grants: [asks] },
        client(["auth_keys", "devices:routes"], ["tag:a"]),
        "tag:d",
      ),
    ).toContain("");
    expect(
      ways({ postures, grants: [{ ...asks, src: ["0.0.0.0/0"] }], ...approved }, ci, "tag:d"),
    ).toContain("");
    expect(
      ways(
        { postures, defaultSrcPosture: ["posture:p"], grants: [opens("*", "tag:d")], ...approved },
        ci,
        "tag:d",
      ),
    ).toContain("");
    expect(
      gained({ postures, grants: [asks] }, { postures, grants: [asks], ...approved }).join(),
    ).toContain("tag:d");
  });
  test("a router can have IPv4 subnets behind IPv6 addresses", () => {
    const site = "fd7a:115c:a1e0:b1a:0:1:a00:0/104";
    const approvers = { autoApprovers: { routes: { [site]: ["tag:a"] } } };
    expect(ways({ grants: [], ...approvers }, ci, "fd7a:115c:a1e0:b1a:0:1:a00:1")).toEqual([""]);
    expect(ways({ grants: [opens(site, "tag:d")], ...approvers }, ci, "tag:d")).toEqual([""]);
    expect(ways({ grants: [opens("tag:a", site)] }, ci, "fd7a:115c:a1e0:b1a:0:1:a00:1")).toEqual([
      "",
    ]);
  });
  test("a router is part of everybody", () => {
    const from: Start = { kind: "Addresses", name: "10.1.0.0/16" };
    expect(
      ways({ grants: [opens("*", "tag:d"), opens("10.1.0.0/16", "tag:c")] }, from, "tag:d"),
    ).toHaveLength(1);
  });
});

describe("SSH", () => {
  test("a login can use one tag for the port and another for SSH if one owner has both", () => {
    const owners = { ...tagOwners, "tag:b": ["ada@acme.example"], "tag:c": ["ada@acme.example"] };
    const policy = {
      tagOwners: owners,
      grants: [opens("tag:b", "tag:d")],
      ssh: [{ action: "accept", src: ["tag:c"], dst: ["tag:d"], users: ["root"] }],
    };
    expect(reached(policy, person("ada@acme.example"))).toContain("logs in tag:d as root ");
  });
  test("a login needs check mode while a rule with check mode comes first", () => {
    const grants = [opens("autogroup:member", "tag:d")];
    const accept = { action: "accept", src: ["autogroup:member"], dst: ["tag:d"], users: ["root"] };
    const check = { ...accept, action: "check" };
    const ada = person("ada@acme.example");
    expect(gained({ grants, ssh: [accept, check] }, { grants, ssh: [accept] }, ada)).toHaveLength(
      1,
    );
    expect(gained({ grants, ssh: [accept] }, { grants, ssh: [accept, check] }, ada)).toEqual([]);
  });
  test("a change from check to accept and a longer check period are gains", () => {
    const grants = [opens("group:ops", "tag:d")];
    const groups = { "group:ops": ["ada@acme.example"] };
    const ssh = (more: object) => [
      { action: "check", src: ["group:ops"], dst: ["tag:d"], users: ["root"], ...more },
    ];
    const p = (more: object) => ({ groups, grants, ssh: ssh(more) });
    expect(gained(p({}), p({ action: "accept" }), person("group:ops"))).toHaveLength(1);
    expect(
      gained(p({ checkPeriod: "1h" }), p({ checkPeriod: "24h" }), person("group:ops")),
    ).toHaveLength(1);
    expect(gained(p({ checkPeriod: "12h" }), p({}), person("group:ops"))).toEqual([]);
  });
});

describe("differences", () => {
  test("a changed definition is a difference", () => {
    const host = (at: string) => ({ hosts: { db: at }, grants: [opens("tag:a", "db")] });
    expect(gained(host("10.0.0.1"), host("10.0.0.2"))).toHaveLength(1);
    const group = (...members: string[]) => ({
      groups: { "group:ops": members },
      grants: [opens("tag:a", "group:ops")],
    });
    expect(
      gained(group("ada@acme.example"), group("ada@acme.example", "bo@acme.example")),
    ).toHaveLength(1);
    const set = (...entries: string[]) => ({
      ipsets: { "ipset:x": entries },
      grants: [opens("tag:a", "ipset:x")],
    });
    expect(gained(set("10.0.0.0/8", "remove 10.1.0.0/16"), set("10.0.0.0/8"))).toHaveLength(1);
    const via = (...tags: string[]) => ({
      grants: [{ ...opens("tag:a", "10.0.0.0/8"), via: tags }],
    });
    expect(gained(via("tag:c"), via("tag:c", "tag:d"))).toHaveLength(1);
    expect(gained(via("tag:c"), { grants: [opens("tag:a", "10.0.0.0/8")] })).toHaveLength(1);
    const posture = (...all: string[]) => ({
      postures: { "posture:p": all },
      defaultSrcPosture: ["posture:p"],
      grants: [opens("tag:a", "tag:d")],
    });
    expect(
      gained(posture("node:os == 'macos'", "custom:x == true"), posture("node:os == 'macos'")),
    ).toHaveLength(1);
    const exit = (...who: string[]) => ({
      grants: [],
      autoApprovers: { exitNode: who, services: { "svc:web": who } },
    });
    expect(gained(exit(), exit("tag:b"))).toHaveLength(2);
    const app = (more: object) => ({
      grants: [
        {
          src: ["tag:a"],
          dst: ["tag:d"],
          ip: ["443"],
          app: { "tailscale.com/cap/kubernetes": [more] },
        },
      ],
    });
    expect(gained(app({ a: 1 }), app({ a: 2 }))).toHaveLength(1);
  });
});

test("everybody whom the file names is a start", () => {
  const network = networkFrom({
    tagOwners,
    groups: { "group:ops": ["ada@acme.example"] },
    grants: [opens("group:ops", "tag:d")],
  });
  const target = parseTarget("tag:d", network);
  if ("problem" in target) throw new Error(target.problem);
  expect(
    findAllWaysTo(findNamedStarts(network), rememberSpreads(network), target).map(
      ({ start }) => start.name,
    ),
  ).toEqual(["group:ops"]);
});

test("a role or a group that is defined elsewhere may mean any other person", () => {
  const policy = { grants: [opens("tag:a", "ada@acme.example")] };
  expect(ways(policy, ci, "group:staff@acme.example")).toHaveLength(1);
  expect(ways(policy, ci, "autogroup:admin")).toHaveLength(1);
  expect(ways(policy, ci, "autogroup:member")).toEqual([""]);
  expect(ways(policy, ci, "bo@acme.example")).toEqual([]);
  expect(ways({ grants: [opens("tag:a", "tag:d")] }, ci, "autogroup:tagged")).toEqual([""]);
});

test("autogroup:danger-all includes people outside the tailnet, and * does not", () => {
  const [all, anybody] = ["*", "autogroup:danger-all"].map((src) => ({
    grants: [opens(src, "tag:d")],
  }));
  expect(gained(all ?? {}, anybody ?? {}, person("internet"))).toHaveLength(1);
  expect(gained(all ?? {}, anybody ?? {})).toEqual([]);
});

describe("an app connector", () => {
  const policy = {
    tagOwners: { ...tagOwners, "tag:connector": ["tag:a"] },
    grants: [opens("tag:c", "tag:d")],
    nodeAttrs: [
      {
        target: ["*"],
        app: {
          "tailscale.com/app-connectors": [
            {
              name: "ledger",
              connectors: ["tag:connector"],
              domains: ["ledger.example", "*.Books.example"],
              routes: ["10.20.0.0/16"],
            },
          ],
        },
      },
    ],
  };
  const approves = {
    ...policy,
    autoApprovers: { routes: { "10.0.0.0/8": ["tag:connector"] } },
  };

  test("an app connector serves its names, and routes traffic to its routes once they are approved", () => {
    expect(reached(policy, ci)).toEqual([
      "stands for ledger.example ",
      "stands for *.books.example ",
      "stands for 10.20.0.0/16 after somebody approves the routes that it advertises",
    ]);
    expect(reached(approves, ci)).toContain("stands for 10.20.0.0/16 ");
    expect(reached(policy, client(["auth_keys", "devices:routes"], ["tag:a"]))).toContain(
      "stands for 10.20.0.0/16 ",
    );
    expect(reached(policy, client(["auth_keys"], ["tag:b"]))).toEqual([]);
  });
  test("an app connector sends from its routes, which rules can name as a source", () => {
    const from = { ...policy, grants: [opens("10.20.3.0/24", "tag:d")] };
    expect(ways(from, ci, "tag:d")).toEqual([
      "after somebody approves the routes that it advertises",
    ]);
    expect(ways({ ...approves, grants: from.grants }, ci, "tag:d")).toEqual([""]);
  });
  test("an app connector is found by its names, and by the internet that a name belongs to", () => {
    expect(ways(policy, ci, "ledger.example")).toEqual([""]);
    expect(ways(policy, ci, "eu.books.example:443")).toEqual([""]);
    expect(ways(policy, ci, "internet")).toHaveLength(2);
    expect(() => ways(policy, ci, "other.example")).toThrow("is not a target");
    expect(() => ways(policy, ci, "ledger")).toThrow("is not a target");
    expect(
      ways(
        { ...policy, grants: [opens("tag:c", "autogroup:internet")] },
        client(["auth_keys"], ["tag:c"]),
        "ledger.example:22",
      ),
    ).toEqual([""]);
  });
  test("an app connector can be any machine with a tag if it says so, and never a person's machine", () => {
    const any = JSON.parse(
      JSON.stringify(policy).replace('["tag:connector"],"domains"', '["*"],"domains"'),
    );
    expect(reached(any, client(["auth_keys"], ["tag:b"]))).toHaveLength(3);
    expect(reached(any, person("ada@acme.example"))).toEqual([]);
  });
  test("a new app connector is a gain, and so is a new name of one", () => {
    expect(gained({ ...policy, nodeAttrs: [] }, policy)).toHaveLength(3);
    const more = JSON.parse(
      JSON.stringify(policy).replace('"ledger.example",', '"ledger.example","hr.example",'),
    );
    expect(gained(policy, more)).toEqual([
      "stands for hr.example (as tag:connector, owned by tag:a; nodeAttrs makes machines of tag:connector an app connector)",
    ]);
  });
  test("an app connector that is not understood may route traffic to anything", () => {
    const odd = JSON.parse(JSON.stringify(policy).replace('"name":', '"through":'));
    expect(networkFrom(odd).notUnderstood).toEqual([
      expect.objectContaining({ counts: "selector", reason: "is not a known field" }),
    ]);
    expect(reached(odd, ci)).toContainEqual(expect.stringContaining("any subnet and exit node"));
  });
});

test("the answer names what attributes give without a rule, and what is not known about them", () => {
  const attributes = (...attr: string[]) => ({
    tagOwners,
    nodeAttrs: [{ target: ["tag:a"], attr }],
  });
  const sentences = (...attr: string[]) =>
    networkFrom(attributes(...attr)).remarks.map(({ sentence }) => sentence);
  expect(sentences("funnel", "nextdns:abc123", "randomize-client-port")).toEqual([]);
  expect(sentences("https://tailscale.com/cap/is-admin")).toEqual([
    expect.stringContaining("the machines of tag:a count as an administrator's"),
  ]);
  expect(sentences("frob")).toEqual([expect.stringContaining("what it gives is not known")]);
});

describe("a user's roles and groups of an identity provider", () => {
  const policy = {
    groups: { "group:ops": ["ada@acme.example"] },
    tagOwners: { ...tagOwners, "tag:c": ["autogroup:network-admin"] },
    grants: [
      opens("autogroup:admin", "tag:a"),
      opens("group:sre@acme.example", "tag:b"),
      opens("tag:c", "tag:d"),
      opens("group:ops", "10.0.0.0/8"),
    ],
    ssh: [{ action: "accept", src: ["autogroup:admin"], dst: ["tag:a"], users: ["root"] }],
    autoApprovers: { routes: { "10.99.0.0/16": ["autogroup:it-admin"] } },
  };
  const ada = person("ada@acme.example");

  test("a user may have any role or group of an identity provider in rules, owners, logins and approvals", () => {
    expect(ways(policy, ada, "tag:a:22")).toEqual([
      "perhaps: whether ada@acme.example is one of autogroup:admin",
      "perhaps: whether ada@acme.example is one of autogroup:admin",
    ]);
    expect(ways(policy, ada, "tag:b")).toEqual([
      "perhaps: whether ada@acme.example is one of group:sre@acme.example",
    ]);
    expect(ways(policy, ada, "tag:d")).toEqual([
      "perhaps: whether ada@acme.example is one of autogroup:network-admin",
    ]);
    expect(reached(policy, ada)).toContain(
      "stands for 10.99.0.0/16 perhaps: whether ada@acme.example is one of autogroup:it-admin",
    );
    // What the file says is certain.
    expect(ways(policy, ada, "10.0.0.1")).toContain("");
  });
  test("a user's roles are decided if somebody states the role", () => {
    const withRole = (role: string) => {
      const network = {
        ...networkFrom(policy),
        roles: new Map([["ada@acme.example", role]]),
      };
      const target = parseTarget("tag:a:22", network);
      if ("problem" in target) throw new Error(target.problem);
      return findWaysTo(ada, rememberSpreads(network)(ada), target).map(({ conditions }) =>
        describeConditions(conditions),
      );
    };
    expect(withRole("member")).toEqual([]);
    expect(withRole("admin")).toContain("");
    expect(withRole("owner")).toContain("");
    expect(withRole("it-admin")).toEqual([]);
  });
  test("who reaches a target by a role or a group of an identity provider is named once, by that name", () => {
    const network = networkFrom(policy);
    const target = parseTarget("tag:b", network);
    if ("problem" in target) throw new Error(target.problem);
    const named = { ...ada, name: "bo@acme.example" };
    const all = findAllWaysTo(
      [...findNamedStarts(network), ada, named],
      rememberSpreads(network),
      target,
    );
    const { headline, sections, notes } = answerWhoReaches("tag:b", all);
    expect(headline).toBe("1 way to tag:b: 1 from a person or group.");
    expect(sections.flatMap(({ rows }) => rows.map(({ what }) => what))).toEqual([
      "group:sre@acme.example",
    ]);
    expect(notes).toEqual([expect.stringContaining("they are not listed again")]);
    // Of one who is asked about alone it is the answer.
    const theirs = findAllWaysTo([ada], rememberSpreads(network), target);
    expect(answerWhoReaches("tag:b", theirs).headline).toBe(
      "1 way to tag:b: 1 from a person or group.",
    );
  });
});

describe("parts that together are the whole tailnet", () => {
  const halves = ["100.64.0.0/11", "100.96.0.0/11"];
  const of = (src: string[], dst: string[]) => ({ grants: [{ src, dst, ip: ["tcp:22"] }] });
  const everybody = ["autogroup:member", "autogroup:tagged"];

  test("sources that together are the whole tailnet count as everybody", () => {
    expect(ways(of(everybody, ["tag:d"]), person("*"), "tag:d")).toEqual([""]);
    expect(ways(of(halves, ["tag:d"]), ci, "tag:d")).toEqual([""]);
    expect(ways(of(halves, ["tag:d"]), person("ada@acme.example"), "tag:d")).toEqual([""]);
    // Half of it is not.
    expect(ways(of(["100.64.0.0/11"], ["tag:d"]), ci, "tag:d")).toEqual([
      "if a machine has an address in 100.64.0.0/11",
    ]);
    expect(ways(of(["autogroup:tagged"], ["tag:d"]), person("*"), "tag:d")).toEqual([]);
  });
  test("destinations that together are the whole tailnet count as every machine", () => {
    expect(ways(of(["tag:a"], everybody), ci, "100.80.0.12")).toEqual([""]);
    expect(ways(of(["tag:a"], halves), ci, "tag:d")).toEqual([""]);
    expect(ways(of(["tag:a"], halves), ci, "ada@acme.example")).toEqual([""]);
    expect(ways(of(["tag:a"], ["100.64.0.0/10"]), ci, "tag:d")).toEqual([""]);
    expect(ways(of(["tag:a"], ["100.64.0.0/11"]), ci, "tag:d")).toEqual([
      "if a machine has an address in 100.64.0.0/11",
    ]);
    expect(reached(of(["tag:a"], everybody), ci)).toEqual(["reaches every machine:22 (tcp) "]);
  });
  test("destinations with different ports do not combine to the whole tailnet", () => {
    const acls = [
      { action: "accept", src: ["tag:a"], dst: ["autogroup:member:22", "autogroup:tagged:80"] },
    ];
    expect(ways({ acls }, ci, "tag:d:22")).toEqual([]);
    expect(ways({ acls }, ci, "tag:d:80")).toEqual([""]);
  });
  test("destinations that together are the whole tailnet open port 22 for logins", () => {
    const ssh = [{ action: "accept", src: ["tag:a"], dst: ["tag:d"], users: ["root"] }];
    expect(reached({ ...of(["tag:a"], halves), ssh }, ci)).toContain("logs in tag:d as root ");
    expect(reached({ ...of(["tag:a"], everybody), ssh }, ci)).toContain("logs in tag:d as root ");
  });
});

describe("an address that no rule names exactly", () => {
  const policy = {
    hosts: { lab: "10.20.0.0/24" },
    ipsets: { "ipset:labs": ["10.20.0.0/16", "remove 10.20.9.0/24"] },
    postures: { "posture:managed": ["node:os == 'macos'"] },
    grants: [
      { ...opens("10.20.0.0/16", "tag:a"), srcPosture: ["posture:managed"] },
      opens("ipset:labs", "tag:b"),
      opens("tag:c", "tag:d"),
      opens("ada@acme.example", "tag:c"),
      opens("tag:c", "ipset:labs"),
      opens("tag:d", "lab"),
    ],
    autoApprovers: { routes: { "10.20.0.0/16": ["tag:a"] } },
  };
  const from = (name: string): Start => ({ kind: "Addresses", name });

  test("an address sends by the ranges, hosts and sets that contain it, past postures if it is behind a router", () => {
    expect(ways(policy, from("10.20.3.4"), "tag:a")).toEqual([""]);
    expect(ways(policy, from("10.20.9.1"), "tag:b")).toEqual([]);
    expect(ways(policy, from("10.20.8.1"), "tag:b")).toEqual([""]);
    expect(ways(policy, from("lab"), "tag:b")).toEqual([""]);
    expect(ways(policy, from("host:lab"), "tag:b")).toEqual([""]);
    expect(ways(policy, from("ipset:labs"), "tag:b")).toEqual([""]);
    expect(ways(policy, from("10.20.3.4-10.20.3.9"), "tag:b")).toEqual([""]);
    expect(ways(policy, from("10.30.0.1"), "tag:b")).toEqual([]);
  });
  test("an address of the tailnet may belong to any machine", () => {
    expect(ways(policy, from("100.80.0.12"), "tag:d")).toEqual([
      "perhaps: whether 100.80.0.12 is an address of a machine of tag:c",
    ]);
    expect(ways(policy, from("100.80.0.12"), "tag:c")).toEqual([
      "perhaps: whether 100.80.0.12 is an address of a user's machine",
    ]);
  });
  test("an address on the internet can be one at which a machine is served", () => {
    const funnel = { nodeAttrs: [{ target: ["tag:d"], attr: ["funnel"] }] };
    expect(ways({ ...policy, ...funnel }, from("8.8.8.8"), "tag:d:443")).toEqual([""]);
    expect(ways({ ...policy, ...funnel }, from("10.30.0.1"), "tag:d:443")).toEqual([]);
  });
  test("an address is reached by the ranges, hosts, sets and routes that contain it", () => {
    const c = client(["auth_keys"], ["tag:c"]);
    expect(ways(policy, c, "10.20.3.4")).toEqual([""]);
    expect(ways(policy, c, "10.20.9.1")).toEqual([]);
    expect(ways(policy, c, "ipset:labs")).toEqual([""]);
    expect(ways(policy, client(["auth_keys"], ["tag:d"]), "host:lab:22")).toEqual([""]);
    expect(ways(policy, client(["auth_keys"], ["tag:d"]), "10.20.0.7:22")).toEqual([""]);
    expect(ways(policy, ci, "10.20.3.4")).toEqual([""]); // as its router
  });
});

describe("a scope", () => {
  const policy = {
    tagOwners,
    grants: [opens("10.20.0.0/16", "tag:d")],
    postures: { "posture:x": ["custom:good == true"] },
  };
  const writing = knownScopes.filter((scope) => !scope.endsWith(":read"));

  test.each(writing)("the scope %s alone gives something, whatever tags are beside it", (scope) => {
    const spreadFrom = rememberSpreads(networkFrom(policy));
    for (const tags of [[], ["tag:c"], ["tag:elsewhere"]]) {
      const start = client([scope], tags);
      const { sections, notes } = answerWhatIsReached(start, spreadFrom(start));
      expect(sections.length + notes.filter((one) => one.startsWith("It can ")).length).not.toBe(0);
    }
  });
  test.each(knownScopes.filter((scope) => scope.endsWith(":read")))(
    "the scope %s only reads, and the answer says so",
    (scope) => {
      const start = client([scope], ["tag:c"]);
      const spreadFrom = rememberSpreads(networkFrom(policy));
      const { sections, notes } = answerWhatIsReached(start, spreadFrom(start));
      expect(sections).toEqual([]);
      expect(notes).toContain("Its scopes can only read.");
    },
  );
  test("devices:routes alone lets a machine of somebody else stand for any subnet", () => {
    const routes = client(["devices:routes"], []);
    const perhaps = "perhaps: it needs a machine whose owner helps";
    expect(ways(policy, routes, "10.1.2.3")).toEqual([perhaps]);
    expect(ways(policy, routes, "tag:d")).toEqual([perhaps]);
    // With a machine of its own it needs nobody.
    expect(ways(policy, client(["devices:routes", "auth_keys"], ["tag:a"]), "tag:d")).toEqual([""]);
  });
});

test.each([
  "group:nobody",
  "autogroup:robots",
  "autogroup:self",
  "tag:nowhere",
  "10.0.0.0/33",
  "ipset:x",
  "tag:a/foo",
  "tag:a:0",
  "",
])("the target %j is an error: it would be reached by nobody whatever happens", (text) => {
  const network = networkFrom({ tagOwners, grants: [] });
  expect(parseTarget(text, network)).toEqual({ problem: expect.any(String) });
});

test("a user who only accepted a share is not covered by rules for members", () => {
  const policy = { grants: [opens("autogroup:member", "tag:a"), opens("*", "tag:b")] };
  expect(ways(policy, person("autogroup:shared"), "tag:a")).toEqual([]);
  expect(ways(policy, person("autogroup:shared"), "tag:b")).toEqual([""]);
  expect(ways(policy, person("ada@acme.example"), "autogroup:members")).toEqual([]);
});

describe("further cases", () => {
  const connector = (given: object, target: string[] = ["*"]) => ({
    nodeAttrs: [{ target, app: { "tailscale.com/app-connectors": [given] } }],
    grants: [],
  });
  const from = (name: string): Start => ({ kind: "Addresses", name });

  test("a connector of a known application, or one that is not understood, may serve any name", () => {
    const preset = { connectors: ["tag:a"], presetAppID: "github" };
    expect(reached(connector(preset), ci)).toEqual(["stands for names on the internet "]);
    expect(reached(connector({ connectors: ["tag:a"], frob: 1 }), ci)).toContain(
      "stands for names on the internet ",
    );
  });
  test("a connector that names none is of its targets", () => {
    expect(reached(connector({ domains: ["a.example"] }, ["tag:a"]), ci)).toEqual([
      "stands for a.example ",
    ]);
    expect(reached(connector({ domains: ["a.example"] }, ["tag:d"]), ci)).toEqual([]);
  });
  test("the internet and ranges within a larger one do not add up to everything", () => {
    const to = (...dst: string[]) =>
      reached({ grants: [{ src: ["tag:a"], dst, ip: ["tcp:22"] }] }, ci);
    expect(to("100.64.0.0/11", "100.96.0.0/11", "autogroup:internet")).toEqual([
      "reaches every machine:22 (tcp) ",
      "reaches autogroup:internet:22 (tcp) ",
    ]);
    expect(to("100.64.0.0/10", "100.64.0.0/11")).toEqual([
      "reaches 100.64.0.0/10:22 (tcp) ",
      "reaches 100.64.0.0/11:22 (tcp) ",
    ]);
  });
  test("one rule for two halves of the tailnet is one way", () => {
    const halves = ["100.64.0.0/11", "100.96.0.0/11"];
    const after = { grants: [{ src: halves, dst: ["tag:d"], ip: ["tcp:22"] }] };
    expect(gained({ grants: [] }, after)).toEqual(["tag:d:22 (tcp) (as tag:a)"]);
  });
  test("port 22 of every address opens logins without a condition", () => {
    const ssh = [{ action: "accept", src: ["tag:a"], dst: ["tag:d"], users: ["root"] }];
    expect(reached({ grants: [opens("tag:a", "100.64.0.0/10")], ssh }, ci)).toContain(
      "logs in tag:d as root ",
    );
  });
  test("a group of the policy file is not a group of an identity provider", () => {
    const groups = { "group:ops": ["ada@acme.example"] };
    const policy = { groups, grants: [opens("group:ops", "tag:d")] };
    expect(ways(policy, person("bo@acme.example"), "tag:d")).toEqual([]);
  });
  test("a user of whom somebody says that they only accepted a share is not a member", () => {
    const network = {
      ...networkFrom({ tagOwners, grants: [opens("autogroup:member", "tag:d")] }),
      roles: new Map([["ada@acme.example", "shared"]]),
    };
    const spread = rememberSpreads(network)(person("ada@acme.example"));
    expect(spread.opened).toEqual([]);
  });
  test("an address of the tailnet may be anybody's, and its postures are checked", () => {
    const everybody = { src: ["autogroup:member", "autogroup:tagged"], dst: ["tag:d"], ip: ["22"] };
    expect(ways({ grants: [everybody] }, from("100.80.0.12"), "tag:d")).toContain("");
    const policy = {
      postures: { "posture:x": ["node:os == 'macos'"] },
      grants: [{ ...opens("100.80.0.0/16", "tag:d"), srcPosture: ["posture:x"] }],
    };
    expect(ways(policy, from("100.80.0.12"), "tag:d")).toContain("if node:os == 'macos'");
    expect(ways(policy, from("100.80.0.12"), "tag:d")).not.toContain("");
  });
  test("a credential that can only approve routes sends from no address of the tailnet", () => {
    const policy = { grants: [opens("100.64.0.0/11", "tag:d")] };
    expect(ways(policy, client(["devices:routes"], []), "tag:d")).toEqual([]);
  });
  test("what a scope can do without a machine is not mentioned if it leads to a machine", () => {
    expect(rememberSpreads(networkFrom({ tagOwners, grants: [] }))(ci).asides).toEqual([]);
  });
  test("a machine that only stands for an address is asked about too", () => {
    const network = networkFrom({
      tagOwners,
      grants: [],
      autoApprovers: { routes: { "10.0.0.0/8": ["ada@acme.example", "tag:a"] } },
    });
    const names = findNamedStarts(network).map(({ name }) => name);
    expect(names).toEqual([...Object.keys(tagOwners), "ada@acme.example"]);
  });
});
