/**
 * Two readings of random small policies, written apart: what the provider says that machines reach,
 * and how the emulator decides a test that asks for it.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePolicy } from "../../emulator/policy-file";
import { findFailingTests } from "../../emulator/policy-tests";
import { evaluate } from "../../provider/policy-file/evaluate";
import type { Flow } from "../../provider/policy-file/flow";
import { anybodyElse, findLogins } from "../../provider/policy-file/ssh";
import { listMembers, type Tailnet } from "../../provider/policy-file/tailnet";
import { runTests } from "../../provider/policy-file/tests";
import { understand } from "./understand";

const users = [
  { name: "ada", email: "ada@acme.example", role: "owner" },
  { name: "bo", email: "bo@acme.example", role: "admin" },
  { name: "cy", email: "cy@other.example", role: "member" },
] as const;

/** One machine for each user and each tag, so that a name in a test is one machine. */
const tailnet: Tailnet = {
  users,
  machines: [
    { name: "ada-1", ipv4: "100.64.0.1", user: "ada" },
    { name: "bo-1", ipv4: "100.64.0.2", user: "bo" },
    { name: "cy-1", ipv4: "100.64.0.3", user: "cy" },
    { name: "web-1", ipv4: "100.64.0.4", tags: ["tag:web"] },
    { name: "db-1", ipv4: "100.64.0.5", tags: ["tag:db"] },
    {
      name: "router",
      ipv4: "100.64.0.6",
      tags: ["tag:router"],
      routes: ["10.1.0.0/16", "0.0.0.0/0"],
      approved: ["10.1.0.0/16", "0.0.0.0/0"],
    },
  ],
};

/** How tests name the machines, and where their flows go. */
const sources: Readonly<Record<string, string>> = {
  "ada@acme.example": "ada-1",
  "bo@acme.example": "bo-1",
  "cy@other.example": "cy-1",
  "tag:web": "web-1",
  "tag:db": "db-1",
};

const targets: Readonly<Record<string, string>> = {
  ...sources,
  "10.1.0.1": "10.1.0.1 by router",
  "1.1.1.1": "1.1.1.1 by router",
};

const base = {
  tagOwners: { "tag:web": ["ada@acme.example"], "tag:db": ["tag:web"], "tag:router": [] },
  groups: {
    "group:ops": ["ada@acme.example", "Cy@other.example"],
    "group:none": [],
  },
  hosts: { lab: "10.1.0.0/24", elsewhere: "172.16.0.1", dns: "1.1.1.1" },
  ipsets: {
    "ipset:lab": ["10.0.0.0/8", "remove 10.1.0.0-10.1.0.2", "add ipset:one"],
    "ipset:one": ["host:lab", "remove 10.1.0.0/32"],
    "ipset:none": ["10.1.0.1", "remove lab"],
    "ipset:net": ["autogroup:internet", "remove 8.8.8.8"],
  },
  postures: {
    "posture:any": ["node:os IN ['macos', 'linux']", "node:osVersion >= '9.2'"],
    "posture:no": ["node:os == 'ios'"],
  },
};

const people = [
  "ada@acme.example",
  "bo@acme.example",
  "CY@other.example",
  "group:ops",
  "group:none",
  "autogroup:member",
  "autogroup:admin",
  "autogroup:owner",
  "autogroup:auditor",
  "user:*@acme.example",
];
const others = [
  "tag:web",
  "tag:DB",
  "tag:router",
  "autogroup:tagged",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "elsewhere",
  "ipset:lab",
];
const src = fc.constantFrom(...people, ...others, "*", "autogroup:danger-all", "autogroup:shared");
const dst = fc.constantFrom(
  ...people,
  ...others,
  "*",
  "lab",
  "host:lab",
  "dns",
  "1.0.0.0/8",
  "autogroup:internet",
  "ipset:one",
  "ipset:none",
  "ipset:net",
  "svc:shop",
);
const ports = fc.constantFrom("*", "22", "20-25", "80,443", "1-21", "22,80-90", "1-65535");
const proto = fc.constantFrom(undefined, "tcp", "17", "udp", "sctp", "6");
const srcPosture = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  ["posture:any"],
  ["posture:no"],
  ["posture:no", "posture:any"],
);
const some = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { minLength: 0, maxLength: 3 });

const acl = fc
  .record({ src: some(src), hosts: some(fc.tuple(dst, ports)), proto, srcPosture })
  .map(({ hosts, ...rule }) => ({
    action: "accept",
    ...rule,
    dst: hosts.map(([host, port]) => `${host}:${port}`),
  }));

const ip = fc.constantFrom(
  "*",
  "22",
  "tcp:22",
  "udp:1-100",
  "80-443",
  "tcp:*",
  "gre:*",
  "sctp:22",
  "icmp:*",
  "47",
);
const grant = fc.record({
  src: some(src),
  dst: some(dst),
  ip: fc.array(ip, { minLength: 1, maxLength: 2 }),
  srcPosture,
  via: fc.constantFrom(undefined, undefined, undefined, ["tag:router"], ["tag:web", "tag:Router"]),
});

const toSelf = fc
  .record({ src: fc.subarray(people), ip: fc.array(ip, { minLength: 1, maxLength: 1 }) })
  .map((rule) => ({ ...rule, dst: ["autogroup:self"] }));

const sshRule = fc.record({
  action: fc.constantFrom("accept", "check"),
  src: some(fc.constantFrom(...people, "tag:web", "tag:DB", "autogroup:tagged")),
  dst: some(fc.constantFrom("tag:web", "tag:db", "autogroup:tagged")),
  users: fc.array(
    fc.constantFrom("root", "deploy", "autogroup:nonroot", "localpart:*@acme.example", "tag:web"),
    { minLength: 1, maxLength: 2 },
  ),
});

const policy = fc
  .record(
    {
      acls: fc.array(acl, { maxLength: 3 }),
      grants: fc.array(fc.oneof(grant, grant, toSelf), { maxLength: 3 }),
      ssh: fc.array(sshRule, { maxLength: 3 }),
      defaultSrcPosture: fc.constantFrom(["posture:any"], ["posture:no"]),
    },
    { requiredKeys: [] },
  )
  .map((sections) => ({ ...base, ...sections }));

/** What the emulator says of a file with these tests: whether all of them pass. */
function passes(file: object): boolean {
  const parsed = parsePolicy(JSON.stringify(file));
  if ("problem" in parsed) throw new Error(parsed.problem);
  const known = users.map(({ email, role }) => ({ loginName: email, role }));
  return findFailingTests(parsed.policy, known).length === 0;
}

function isOpen(flow: Flow | undefined, protocol: "tcp" | "udp" | "sctp", port: number): boolean {
  if (protocol === "sctp" && flow?.other?.includes(132)) return true;
  return (flow?.[protocol] ?? []).some((range) => {
    const [from = "", to = from] = range.split("-");
    return range === "*" || (Number(from) <= port && port <= Number(to));
  });
}

/** `npm run test:reach` asks about 10,000 policies. */
const numRuns = process.env["TAILSCOPE_LONG_TESTS"] ? 10_000 : 150;
const attributes = { "node:os": "linux", "node:osVersion": "10.1" };

test("a test passes if the evaluator opens what it asks for, and its opposite if not", () => {
  const asked = fc.record({
    source: fc.constantFrom(...Object.keys(sources)),
    target: fc.constantFrom(...Object.keys(targets)),
    protocol: fc.constantFrom("tcp" as const, "udp" as const, "sctp" as const),
    port: fc.constantFrom(22, 80, 443, 47, 9000),
  });
  fc.assert(
    fc.property(policy, fc.array(asked, { minLength: 5, maxLength: 5 }), (file, questions) => {
      const machines = tailnet.machines.map((machine) => ({ ...machine, attributes }));
      const { flows } = evaluate(
        understand(file, { domains: ["acme.example"] }),
        { users, machines },
        { addresses: ["1.1.1.1"] },
      );
      for (const { source, target, protocol, port } of questions) {
        const flow = flows.find(
          ({ src, dst }) => src === sources[source] && dst === targets[target],
        );
        const open = isOpen(flow, protocol, port);
        const assertion = (wanted: "accept" | "deny") => ({
          ...file,
          tests: [
            {
              src: source,
              proto: protocol,
              [wanted]: [`${target}:${port}`],
              srcPostureAttrs: attributes,
            },
          ],
        });
        const question = JSON.stringify([source, target, protocol, port]);
        expect([question, passes(assertion("accept"))]).toEqual([question, open]);
        expect([question, passes(assertion("deny"))]).toEqual([question, !open]);
        const own = runTests(
          understand(assertion("accept"), { domains: ["acme.example"] }),
          tailnet,
        );
        expect([question, own[0]?.outcome]).toEqual([question, open ? "holds" : "fails"]);
      }
    }),
    { numRuns },
  );
});

test("a test of a login passes if the evaluator allows it", () => {
  const members = listMembers(tailnet);
  const member = (name: string) => {
    const found = members.find(({ machine }) => machine.name === sources[name]);
    if (found === undefined) throw new Error(`there is no machine for ${name}`);
    return found;
  };
  const asked = fc.record({
    source: fc.constantFrom(...Object.keys(sources)),
    target: fc.constantFrom("tag:web", "tag:db"),
    login: fc.constantFrom("root", "deploy", "ada", "bo", "cy", "tag:web"),
  });
  fc.assert(
    fc.property(policy, fc.array(asked, { minLength: 5, maxLength: 5 }), (file, questions) => {
      const read = understand(file, { domains: ["acme.example"] });
      for (const { source, target, login } of questions) {
        const logins = findLogins(read, member(source))(member(target));
        const forms = read.sshRules.flatMap((rule) => rule.logins);
        const isNamed =
          login === "root" ||
          forms.some((form) => form.kind === "named" && form.name === login) ||
          (source.startsWith(`${login}@`) && forms.some(({ kind }) => kind === "localpart"));
        const action = logins.get(login) ?? (isNamed ? undefined : logins.get(anybodyElse));
        for (const wanted of ["accept", "check", "deny"] as const) {
          const asserted = {
            ...file,
            sshTests: [{ src: source, dst: [target], [wanted]: [login] }],
          };
          const expected =
            wanted === "deny"
              ? action === undefined
              : wanted === "check"
                ? action === "check"
                : action !== undefined;
          const question = JSON.stringify([source, target, login, wanted]);
          expect([question, passes(asserted)]).toEqual([question, expected]);
          const own = runTests(understand(asserted, { domains: ["acme.example"] }), tailnet);
          expect([question, own[0]?.outcome]).toEqual([question, expected ? "holds" : "fails"]);
        }
      }
    }),
    { numRuns },
  );
});
