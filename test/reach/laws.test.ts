/** Laws of reach, for whatever policy file there may be. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate } from "../../provider/policy-file/evaluate";
import { readPolicyFile } from "../../provider/policy-file/read";
import { findDifference, type Gain } from "../../provider/reach/difference";
import { describePlace } from "../../provider/reach/model";
import { toNetwork } from "../../provider/reach/network";
import {
  findAllWaysTo,
  findNamedStarts,
  findWaysFrom,
  findWaysTo,
  type Way,
} from "../../provider/reach/questions";
import { rememberSpreads, type Spread } from "../../provider/reach/spread";
import type { Start } from "../../provider/reach/starts";
import { parseTarget, type Target } from "../../provider/reach/targets";
import { networkFrom } from "./a-company";

const tags = ["tag:a", "tag:b", "tag:c", "tag:d"];
const users = ["ada@acme.example", "bo@acme.example"];
const tag = fc.constantFrom(...tags);
const port = fc.constantFrom("22", "5432", "80-443", "tcp:22", "udp:53", "*");
const source = fc.constantFrom(
  ...tags,
  ...users,
  "group:ops",
  "autogroup:member",
  "autogroup:tagged",
  "*",
  "10.0.0.0/8",
  "100.64.0.0/12",
);
const destination = fc.constantFrom(
  ...tags,
  ...users,
  "group:ops",
  "autogroup:tagged",
  "*",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "store",
);
const some = <Value>(one: fc.Arbitrary<Value>) =>
  fc.uniqueArray(one, { minLength: 1, maxLength: 3 });

const grant = fc.record(
  {
    src: some(source),
    dst: some(destination),
    ip: some(port),
    srcPosture: fc.constantFrom(["posture:x"], ["posture:x", "posture:y"]),
  },
  { requiredKeys: ["src", "dst", "ip"] },
);
const login = fc.record({
  action: fc.constant("accept"),
  src: some(tag),
  dst: some(tag),
  users: some(fc.constantFrom("root", "deploy", "autogroup:nonroot")),
});
const policy = fc.record({
  tagOwners: fc.record(
    Object.fromEntries(
      tags.map((name) => [
        name,
        fc.uniqueArray(fc.constantFrom(...tags, "group:ops"), { maxLength: 2 }),
      ]),
    ),
  ),
  groups: fc.record({ "group:ops": fc.subarray(users) }),
  hosts: fc.constant({ store: "10.1.2.3" }),
  postures: fc.constant({
    "posture:x": ["node:os == 'macos'"],
    "posture:y": ["node:os == 'linux'", "custom:good == true"],
  }),
  autoApprovers: fc.record({
    routes: fc.record({ "10.0.0.0/8": fc.subarray(["tag:a", "tag:b"]) }),
  }),
  grants: fc.array(grant, { maxLength: 4 }),
  ssh: fc.array(login, { maxLength: 2 }),
});
type Policy = Omit<PolicyMade, "grants"> & { grants: (Omit<Grant, "ip"> & { ip: string[] })[] };
type PolicyMade = typeof policy extends fc.Arbitrary<infer Value> ? Value : never;
type Grant = typeof grant extends fc.Arbitrary<infer Value> ? Value : never;

const scopes = [
  "auth_keys",
  "oauth_keys",
  "devices:core",
  "devices:routes",
  "devices:posture_attributes",
  "dns",
];
const credential = fc.record({
  kind: fc.constant("OAuthClient" as const),
  name: fc.constant("ci"),
  scopes: fc.subarray(scopes, { minLength: 1 }),
  tags: fc.subarray(tags, { minLength: 1 }),
});

const targets = [
  ...tags.flatMap((name) => [name, `${name}:22`, `${name}:5432`, `${name}:53/udp`]),
  ...users,
  "10.1.2.3:443",
  "10.9.9.9",
  "*",
];

const reach = (of: Policy | string, start: Start): Spread =>
  rememberSpreads(networkFrom(of))(start);
const runs = { numRuns: 300, seed: 20 };

/** A gain without where it stands. */
const inShort = ({ to, openings, conditions }: Gain) =>
  JSON.stringify([to.written, to.names, openings, conditions]);

test("one more rule never reduces reach", () => {
  fc.assert(
    fc.property(policy, grant, credential, (before, rule, start) => {
      const after = { ...before, grants: [...before.grants, rule] };
      expect(findDifference(reach(before, start), reach(after, start)).lost).toEqual([]);
    }),
    runs,
  );
});

test("one more login or owner never reduces reach", () => {
  fc.assert(
    fc.property(policy, login, tag, tag, credential, (before, rule, owner, owned, start) => {
      const after = {
        ...before,
        ssh: [...before.ssh, rule],
        tagOwners: { ...before.tagOwners, [owned]: [...(before.tagOwners[owned] ?? []), owner] },
      };
      expect(findDifference(reach(before, start), reach(after, start)).lost).toEqual([]);
    }),
    runs,
  );
});

test("a rule split into parts means the same", () => {
  fc.assert(
    fc.property(policy, credential, (whole, start) => {
      const parts = whole.grants.flatMap((rule) =>
        rule.src.flatMap((src) =>
          rule.dst.flatMap((dst) =>
            rule.ip.map((ip) => ({ ...rule, src: [src], dst: [dst], ip: [ip] })),
          ),
        ),
      );
      const split = parts.map((rule) => ({ ...rule, ip: rule.ip.flatMap(inTwo) }));
      expect(
        findDifference(reach(whole, start), reach({ ...whole, grants: split }, start)),
      ).toEqual({
        gained: [],
        lost: [],
      });
    }),
    runs,
  );
});

/** Ports in two ranges that are the same together. */
function inTwo(ip: string): string[] {
  return ip === "80-443" ? ["80-100", "101-443"] : [ip];
}

test("the order of rules, comments and spaces changes nothing", () => {
  fc.assert(
    fc.property(policy, credential, (one, start) => {
      const other = { ...one, grants: one.grants.toReversed(), ssh: one.ssh.toReversed() };
      const text = JSON.stringify(other, undefined, 3).replaceAll("\n", " // a comment\n");
      expect(findDifference(reach(one, start), reach(text, start))).toEqual({
        gained: [],
        lost: [],
      });
    }),
    runs,
  );
});

test("a renamed tag has its new name in the answer", () => {
  fc.assert(
    fc.property(policy, credential, (one, start) => {
      const renamed = (text: string) => text.replaceAll("tag:b", "tag:b-of-old");
      const other = JSON.parse(renamed(JSON.stringify(one))) as Policy; // As it was.
      const there = { ...start, tags: start.tags.map(renamed) };
      const [before, after] = [reach(one, start), reach(other, there)];
      const told = (ways: readonly Way[]) =>
        ways
          .map(({ steps, use, destination, conditions }) =>
            JSON.stringify([
              steps.map(({ because, how }) => [how, because.sentence]),
              use.how,
              describePlace(use.at),
              [destination.to.written, [...destination.to.names].sort()],
              conditions,
            ]),
          )
          .sort();
      expect(told(findWaysFrom(there, after))).toEqual(
        told(findWaysFrom(start, before)).map(renamed).sort(),
      );
    }),
    runs,
  );
});

test("a file does not differ from itself, and a gain is a loss in the other direction", () => {
  fc.assert(
    fc.property(policy, policy, credential, (one, other, start) => {
      expect(findDifference(reach(one, start), reach(one, start))).toEqual({
        gained: [],
        lost: [],
      });
      const there = findDifference(reach(one, start), reach(other, start));
      const back = findDifference(reach(other, start), reach(one, start));
      expect(there.gained.map(inShort)).toEqual(back.lost.map(inShort));
      expect(there.lost.map(inShort)).toEqual(back.gained.map(inShort));
    }),
    runs,
  );
});

test("a target that opens is a gain, and no target opens without a gain", () => {
  fc.assert(
    fc.property(policy, policy, credential, credential, (one, other, before, after) => {
      const [was, is] = [reach(one, before), reach(other, after)];
      const gained = findDifference(was, is).gained;
      if (gained.length > 0) return;
      const network = networkFrom(other);
      for (const text of targets) {
        const target = targetIn(text, network);
        if (findWaysTo(after, is, target).length > 0)
          expect(findWaysTo(before, was, target), text).not.toEqual([]);
      }
    }),
    { ...runs, numRuns: 600 },
  );
});

test("those who reach a target are those to whom it opens", () => {
  fc.assert(
    fc.property(policy, credential, fc.constantFrom(...targets), (one, start, text) => {
      const network = networkFrom(one);
      const spreadFrom = rememberSpreads(network);
      const target = targetIn(text, network);
      const starts = [start, ...findNamedStarts(network)];
      const backward = new Set(findAllWaysTo(starts, spreadFrom, target).map((way) => way.start));
      for (const from of starts) {
        // By a reader of its own, which remembers nothing of the others.
        const alone = findWaysTo(from, rememberSpreads(network)(from), target);
        expect(backward.has(from), `${from.name} to ${text}`).toBe(alone.length > 0);
      }
    }),
    { ...runs, numRuns: 100 },
  );
});

test("what a rule opens between two tags is open between machines with these tags", () => {
  const machines = tags.map((tag, at) => ({
    name: tag.slice("tag:".length),
    ipv4: `100.100.0.${at + 1}`,
    tags: [tag],
  }));
  fc.assert(
    fc.property(policy, (one) => {
      const { autoApprovers: _, ...rest } = one;
      const plain = { ...rest, grants: rest.grants.map(({ src, dst, ip }) => ({ src, dst, ip })) };
      const reading = readPolicyFile(JSON.stringify(plain));
      if (!("policy" in reading)) throw new Error("a policy that is refused");
      const { flows } = evaluate(reading.policy, { users: [], machines });
      const network = toNetwork(reading.policy);
      const spreadFrom = rememberSpreads(network);
      for (const from of machines)
        for (const to of machines) {
          if (from === to) continue;
          for (const port of [22, 100, 5432]) {
            const start = { kind: "Machine" as const, name: from.name, tags: from.tags };
            const target = targetIn(`${to.tags[0]}:${port}/tcp`, network);
            const isSaid = findWaysTo(start, spreadFrom(start), target).some(
              ({ steps, use, conditions }) =>
                steps.length === 0 && use.how === "reaches" && conditions.length === 0,
            );
            const open = flows
              .filter(({ src, dst }) => src === from.name && dst === to.name)
              .flatMap(({ tcp = [] }) => tcp);
            expect(isSaid, `${from.name} to ${to.name}:${port} by ${JSON.stringify(plain)}`).toBe(
              open.some((ports) => isAmong(port, String(ports))),
            );
          }
        }
    }),
    { ...runs, numRuns: 200 },
  );
});

/** Whether ports as a flow writes them, `"*"`, `"22"` or `"80-443"`, have one among them. */
function isAmong(port: number, ports: string): boolean {
  if (ports === "*") return true;
  const [first = 0, last = first] = ports.split("-").map(Number);
  return first <= port && port <= last;
}

function targetIn(text: string, network: ReturnType<typeof networkFrom>): Target {
  const target = parseTarget(text, network);
  if ("problem" in target) throw new Error(target.problem);
  return target;
}
