/** Which machine reaches which: as Tailscale's own control plane opened it, both ways. */

import { describe, expect, test } from "vitest";
import { evaluate } from "../../provider/policy-file/evaluate";
import type { Flow } from "../../provider/policy-file/flow";
import type { Tailnet } from "../../provider/policy-file/tailnet";
import { accepted, type CapturedFlow, domains } from "./captures";
import { understand } from "./understand";

/** What is open, by pair: `web-1 -> db-1`. */
function byPair(flows: readonly (CapturedFlow | Flow)[]): Record<string, unknown> {
  const pairs: Record<string, unknown> = {};
  for (const flow of flows) {
    const { src, dst, from = [src], to = [dst], ...opens } = flow as CapturedFlow;
    for (const one of from) for (const other of to) pairs[`${one} -> ${other}`] = opens;
  }
  return pairs;
}

test("there are 389 captures, with 43,016 open pairs", () => {
  expect(accepted).toHaveLength(389);
  const pairs = accepted.map(({ flows }) => Object.keys(byPair(flows)).length);
  expect(pairs.reduce((sum, count) => sum + count)).toBe(43_016);
});

test.each(accepted)("$id opens what Tailscale opened and nothing else", (capture) => {
  const { flows, notUnderstood } = evaluate(understand(capture.policy, { domains }), capture);
  expect(notUnderstood).toEqual([]);
  expect(byPair(flows)).toEqual(byPair(capture.flows));
});

const tailnet: Tailnet = {
  users: [
    { name: "ada", email: "Ada@acme.example", role: "owner" },
    { name: "bo", email: "bo@acme.example", role: "member" },
    { name: "gast", email: "g@other.example", role: "shared" },
  ],
  machines: [
    { name: "ada-1", ipv4: "100.64.0.1", ipv6: "fd7a:115c:a1e0::1", user: "ada" },
    { name: "bo-1", ipv4: "100.64.0.2", user: "bo", attributes: { "node:os": "linux" } },
    { name: "web", ipv4: "100.64.0.3", tags: ["tag:Web"] },
    {
      name: "router",
      ipv4: "100.64.0.4",
      tags: ["tag:router"],
      routes: ["10.1.0.0/16", "10.2.0.0/16", "0.0.0.0/0"],
      approved: ["10.1.0.0/16", "0.0.0.0/0"],
    },
    { name: "guest-1", ipv4: "100.64.0.5", user: "gast" },
  ],
  services: [{ name: "svc:shop", ipv4: "100.64.0.9", tags: ["tag:web"] }],
};

const tagOwners = { "tag:web": [], "tag:router": [] };

function opened(file: object, addresses: readonly string[] = []): Record<string, unknown> {
  return byPair(
    evaluate(understand({ tagOwners, ...file }, { domains }), tailnet, { addresses }).flows,
  );
}

describe("missing rules", () => {
  test("a policy file without rules opens everything", () => {
    expect(opened({})).toMatchObject({ "bo-1 -> web": { tcp: ["*"], udp: ["*"], icmp: true } });
    expect(opened({ acls: null })).toEqual(opened({}));
  });

  test.each([{ acls: [] }, { grants: [] }, { ACLs: [], Grants: [] }])(
    "a policy file with an empty list of rules opens nothing: %j",
    (file) => expect(opened(file)).toEqual({}),
  );
});

describe("protocols", () => {
  const grant = (...ip: string[]) => ({
    grants: [{ src: ["bo@acme.example"], dst: ["tag:web"], ip }],
  });

  test.each([
    [["22", "tcp:80-443", "udp:53"], { icmp: true, tcp: ["22", "80-443"], udp: ["22", "53"] }],
    [["80-90", "85-100", "100"], { icmp: true, tcp: ["80-100"], udp: ["80-100"] }],
    [["gre:*", "99:*"], { icmp: true, other: [47, 99] }],
    [["sctp:80"], { icmp: true, sctp: ["80"] }],
    [["sctp:80-90", "sctp:*"], { icmp: true, other: [132] }],
    [["icmp:*"], { icmp: true }],
    [["tcp:1-65535"], { icmp: true, tcp: ["*"] }],
  ])("the ports of a rule can name protocols: %j", (ip, expected) => {
    expect(opened(grant(...ip))["bo-1 -> web"]).toEqual(expected);
  });
});

describe("targets", () => {
  const pairs = (dst: string, addresses?: readonly string[]) =>
    Object.keys(
      opened({ grants: [{ src: ["tag:router"], dst: [dst], ip: ["tcp:1"] }] }, addresses),
    );

  test("a tag means machines and Services, but not the subnets of its machines", () => {
    expect(pairs("tag:web")).toEqual(["router -> web", "router -> svc:shop"]);
    expect(pairs("tag:router")).toEqual(["router -> router"]);
  });

  test("a Service does not mean its hosts", () => {
    expect(pairs("svc:shop")).toEqual(["router -> svc:shop"]);
  });

  test("a subnet exists once it is approved", () => {
    expect(pairs("10.0.0.0/8")).toEqual(["router -> 10.1.0.1 by router"]);
    expect(pairs("10.2.0.0/16")).toEqual([]);
  });

  test("exit nodes lead to the internet, but not to private addresses", () => {
    expect(pairs("autogroup:internet", ["1.1.1.1", "192.168.0.1"])).toEqual([
      "router -> 1.1.1.1 by router",
    ]);
    expect(pairs("*", ["192.168.0.1"]).join()).not.toContain("192.168");
  });

  test("an address set adds and removes members in order", () => {
    const sets = {
      "ipset:b": ["ipset:a", "add 100.64.0.3"],
      "ipset:a": ["100.64.0.0/24", "remove 100.64.0.2-100.64.0.5"],
    };
    expect(
      Object.keys(
        opened({
          ipsets: sets,
          grants: [{ src: ["tag:web"], dst: ["ipset:b"], ip: ["tcp:1"] }],
        }),
      ),
    ).toEqual(["web -> ada-1", "web -> web", "web -> svc:shop"]);
  });
});

describe("sources", () => {
  const names = (src: string) =>
    Object.keys(opened({ grants: [{ src: [src], dst: ["svc:shop"], ip: ["tcp:1"] }] })).map(
      (pair) => pair.split(" ")[0],
    );

  test.each([
    ["autogroup:member", ["ada-1", "bo-1"]],
    ["autogroup:members", ["ada-1", "bo-1"]],
    ["autogroup:admin", ["ada-1"]],
    ["autogroup:owner", ["ada-1"]],
    ["autogroup:shared", ["guest-1"]],
    ["autogroup:tagged", ["web", "router"]],
    ["user:*@acme.example", ["ada-1", "bo-1"]],
    ["ada@ACME.example", ["ada-1"]],
    ["tag:WEB", ["web"]],
    ["100.64.0.2/31", ["bo-1", "web"]],
  ])("the source %s means the right machines", (src, expected) =>
    expect(names(src)).toEqual(expected),
  );
});

describe("a user about whom little is known", () => {
  const flowsOf = (src: string, known: Tailnet["users"]) => {
    const file = { tagOwners, grants: [{ src: [src], dst: ["tag:web"], ip: ["tcp:1"] }] };
    const { flows } = evaluate(understand(file, { domains }), { ...tailnet, users: known });
    return flows.map(({ src: name }) => name).filter((name) => name === "bo-1");
  };

  test.each(["autogroup:admin", "autogroup:auditor", "autogroup:member"])(
    "a user without a known role has every role: %s",
    (src) => {
      expect(flowsOf(src, [{ name: "bo", email: "bo@acme.example" }])).not.toEqual([]);
      expect(flowsOf(src, [])).not.toEqual([]);
    },
  );

  test("a user who is not listed has the name that the machine gives", () => {
    const machines = [{ name: "bo-1", ipv4: "100.64.0.2", user: "bo@acme.example" }];
    const file = { grants: [{ src: ["bo@acme.example"], dst: ["bo@acme.example"], ip: ["1"] }] };
    expect(evaluate(understand(file), { users: [], machines }).flows).toHaveLength(1);
  });
});

describe("postures", () => {
  const file = (own: object) => ({
    postures: { "posture:mac": ["node:os == 'macos'"], "posture:known": ["node:os IS SET"] },
    defaultSrcPosture: ["posture:mac"],
    grants: [{ src: ["autogroup:member"], dst: ["tag:web"], ip: ["tcp:22"], ...own }],
  });

  test("a posture holds if nothing is known of the machine, and is decided otherwise", () => {
    expect(Object.keys(opened(file({})))).toEqual(["ada-1 -> web", "ada-1 -> svc:shop"]);
  });

  test("a rule's postures replace the default postures", () => {
    expect(Object.keys(opened(file({ srcPosture: ["posture:known"] })))).toContain("bo-1 -> web");
  });
});

describe("a condition", () => {
  const attributes = { "node:os": "linux", "node:osVersion": "13.10", "node:tsAutoUpdate": true };
  const meets = (condition: string) => {
    const file = {
      tagOwners,
      postures: { "posture:x": [condition] },
      grants: [
        { src: ["bo@acme.example"], dst: ["svc:shop"], ip: ["tcp:1"], srcPosture: ["posture:x"] },
      ],
    };
    const machines = tailnet.machines.map((machine) => ({ ...machine, attributes }));
    return evaluate(understand(file), { ...tailnet, machines }).flows.length > 0;
  };

  test.each([
    ["node:os == 'linux'", true],
    ['node:os == "macos"', false],
    ["node:os != 'macos'", true],
    ["node:os IN ['macos', 'linux']", true],
    ["node:os NOT IN ['macos','windows']", true],
    ["node:os in ['macos']", false],
    ["node:osVersion >= '13.9'", true],
    ["node:osVersion < '13.10.1'", true],
    ["node:tsAutoUpdate", true],
    ["node:tsAutoUpdate == true", true],
    ["node:tsAutoUpdate == false", false],
    ["custom:tier IS SET", false],
    ["custom:tier NOT SET", true],
    ["custom:tier != 'gold'", false],
    ["custom:tier NOT IN ['gold']", false],
    ["custom:tier", false],
    // Not understood: counts as met.
    ["ip:publicAddress NOT IN ['ipset:home']", true],
    ["node:os LIKE 'lin%'", true],
    ["node:os IN 'linux'", true],
  ])("the posture condition %s is decided", (condition, expected) =>
    expect(meets(condition)).toBe(expected),
  );
});

describe("what is not understood", () => {
  test("a rule that is not understood opens everything, including logins", () => {
    const flows = opened({ grants: [], firewall: {} });
    expect(flows["guest-1 -> web"]).toEqual({
      icmp: true,
      tcp: ["*"],
      udp: ["*"],
      ssh: { root: "accept", "someone-else": "accept" },
    });
  });

  test("an unknown source opens the rule to everybody, but nothing beyond the rule", () => {
    const flows = opened({ grants: [{ src: ["rack:7"], dst: ["tag:web"], ip: ["tcp:22"] }] });
    expect(flows["guest-1 -> web"]).toEqual({ icmp: true, tcp: ["22"] });
    expect(flows["guest-1 -> bo-1"]).toBeUndefined();
  });

  test("unknown members of a group open the rule to every user", () => {
    const flows = opened({
      grants: [{ src: ["group:ops@acme.example"], dst: ["tag:web"], ip: ["tcp:22"] }],
    });
    expect(flows["bo-1 -> web"]).toEqual({ icmp: true, tcp: ["22"] });
    expect(flows["router -> web"]).toBeUndefined();
  });
});
