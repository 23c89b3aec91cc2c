/** Files that nobody would write by hand, and rules in any order: an answer, and the same one. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../emulator/policy-file";
import { evaluate } from "../../provider/policy-file/evaluate";
import { readPolicyFile } from "../../provider/policy-file/read";
import { runTests } from "../../provider/policy-file/tests";
import { accepted, domains, refused } from "./captures";
import { understand } from "./understand";

const reasonFor = (text: string) => {
  const reading = readPolicyFile(text);
  return "refused" in reading ? reading.refused[0]?.reason : undefined;
};

/** The least processor time of some tries, which nothing else on the machine has lengthened. */
function measureLeastTime(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    work();
    // The sum is exact, which its parts are not.
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...times);
}

describe("a file", () => {
  test.each([
    ["of 64 MB", `{"acls":[${"1,".repeat(32 * 1024 * 1024)}]}`, /longer than/],
    ["of 101 levels", "[".repeat(101) + "]".repeat(101), /more than 100 levels/],
    ["of 100,000 levels", "[".repeat(100_000), /more than 100 levels/],
    ["that is empty", "", /not valid HuJSON/],
    ["that ends too early", '{"acls":[', /not valid HuJSON/],
    ["that is a list", "[]", /expected an object, got a list/],
    ["that is null", "null", /expected an object, got null/],
    ["with a text that never ends", `{"acls":"${"a".repeat(1_000_000)}`, /not valid HuJSON/],
    ["with a number for rules", '{"acls":7}', /acls: expected a list, got a number/],
    [
      "with a text for a list",
      '{"acls":[{"action":"accept","src":"*","dst":["*:*"]}]}',
      /acls\[0\]\.src: expected a list, got a string/,
    ],
  ])("a policy file %s causes a message and not a crash", (_, text, message) => {
    expect(reasonFor(text)).toMatch(message);
  });

  test("brackets in texts and comments do not count as depth", () => {
    const brackets = "[{".repeat(200);
    expect(
      reasonFor(`{ // ${brackets}\n /* ${brackets} */ "hosts": { "a${brackets}": "10.0.0.1" } }`),
    ).toBeUndefined();
  });

  test.each([
    '{"acls":[],"acls":[]}',
    '{"acls":[],"ACLs":[]}',
    '{"groups":{"group:a":[],"group:a":["a@b.c"]}}',
    '{"tagOwners":{"tag:a":[],"tag:A":[]}}',
    '{"grants":[{"src":["*"],"Src":[],"dst":["*"],"ip":["*"]}]}',
  ])("a file with a name twice is not understood: %s", (text) => {
    expect(understand(text).notUnderstood).toEqual([
      expect.objectContaining({ reason: "is there twice", counts: "everything" }),
    ]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "a policy file whose names are %s defines nothing by them",
    (name) => {
      const text = `{"${name}":{},"hosts":{"${name}":"10.0.0.1"},"acls":[{"action":"accept","src":["${name}"],"dst":["${name}:1"]}]}`;
      const policy = understand(text);
      expect(policy.notUnderstood.map(({ place }) => place.path)).toEqual([name]);
      expect(policy.hosts.size).toBe(1);
      expect(reasonFor(`{"acls":[{"action":"accept","src":["${name}"],"dst":["*:*"]}]}`)).toBe(
        `invalid src "${name}"`,
      );
      expect(
        reasonFor(`{"acls":[{"action":"accept","src":["group:${name}"],"dst":["*:*"]}]}`),
      ).toMatch(/not found/);
    },
  );

  test("address sets that double do not grow, and one that contains itself is refused", () => {
    const sets: Record<string, string[]> = { "ipset:0": ["10.0.0.0/9", "10.128.0.0/9"] };
    for (let at = 1; at < 90; at++)
      sets[`ipset:${at}`] = [`ipset:${at - 1}`, `add ipset:${at - 1}`];
    expect(understand({ ipsets: sets }).ipsets.get("ipset:89")?.ranges).toHaveLength(1);
    expect(
      reasonFor(JSON.stringify({ ipsets: { "ipset:a": ["ipset:b"], "ipset:b": ["ipset:a"] } })),
    ).toMatch(/contains itself/);
  });

  test.each<[string, (length: number) => object]>([
    [
      "a condition of blanks",
      (length) => ({ postures: { "posture:x": [`node:os == '${" ".repeat(length)}x`] } }),
    ],
    [
      "a list of blanks",
      (length) => ({ postures: { "posture:x": [`node:os IN [a${" ".repeat(length)}'x`] } }),
    ],
    [
      "a period of digits",
      (length) => ({
        ssh: [{ action: "check", users: ["root"], checkPeriod: "1".repeat(length) }],
      }),
    ],
    [
      "a set of prefixes",
      (length) => ({ ipsets: { "ipset:x": [`${"ipset:".repeat(length / 4)} x`] } }),
    ],
    [
      "ports without end",
      (length) => ({
        acls: [{ action: "accept", src: ["*"], dst: [`*:${"1-".repeat(length / 2)}`] }],
      }),
    ],
    [
      "a target of colons",
      (length) => ({ acls: [{ action: "accept", src: [":".repeat(length)], dst: ["*:*"] }] }),
    ],
  ])("a file with %s takes time in proportion to its length", (_, fileOf) => {
    const read = (length: number, times: number) => {
      const text = JSON.stringify(fileOf(length));
      return measureLeastTime(() => {
        for (let time = 0; time < times; time++) {
          readPolicyFile(text);
          parsePolicy(text);
        }
      });
    };
    // One step for each pair of characters takes ten times as long in one file as in ten parts.
    const inParts = read(20_000, 10);
    expect(read(200_000, 1) / inParts).toBeLessThan(5);
  });

  test("no text makes the policy file's reader throw", () => {
    const name = fc.constantFrom(
      "acls",
      "Grants",
      "ssh",
      "groups",
      "hosts",
      "ipsets",
      "postures",
      "tagOwners",
      "autoApprovers",
      "nodeAttrs",
      "tests",
      "sshTests",
      "defaultSrcPosture",
      "src",
      "dst",
      "ip",
      "app",
      "via",
      "users",
      "group:a",
      "tag:a",
      "x",
    );
    const value = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          "*",
          "tag:a",
          "*:*",
          "group:a",
          "autogroup:self",
          "accept",
          "a@b.c",
          "10.0.0.0/8",
          "",
        ),
        fc.string(),
        fc.double(),
        fc.constant(null),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(name, tie("node"), { maxKeys: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(name, value), (file) => {
        const reading = readPolicyFile(JSON.stringify(file));
        if ("refused" in reading) return;
        evaluate(reading.policy, accepted[0] ?? { users: [], machines: [] });
        runTests(reading.policy);
      }),
      { numRuns: 500 },
    );
  });
});

describe("laws", () => {
  const captures = fc.constantFrom(...accepted.filter((_, at) => at % 7 === 0));
  const flowsOf = (text: string, capture: (typeof accepted)[number]) =>
    evaluate(understand(text, { domains }), capture).flows;
  const sections = ["acls", "grants"] as const;

  test("the order of rules, comments and spaces changes nothing", () => {
    fc.assert(
      fc.property(captures, (capture) => {
        const turned = Object.fromEntries(
          Object.entries(capture.policy)
            .reverse()
            .map(([name, rules]) => [
              name.toUpperCase(),
              sections.includes(name as "acls") ? [...(rules as unknown[])].reverse() : rules,
            ]),
        );
        const text = JSON.stringify(turned, null, "\t").replaceAll("\n", " // [{\n");
        expect(flowsOf(text, capture)).toEqual(flowsOf(JSON.stringify(capture.policy), capture));
      }),
      { numRuns: 40 },
    );
  });

  test("a rule split by source and destination means the same", () => {
    fc.assert(
      fc.property(captures, (capture) => {
        const split = { ...capture.policy };
        for (const section of sections) {
          const rules = capture.policy[section] as
            | readonly { src: string[]; dst: string[] }[]
            | undefined;
          if (rules === undefined) continue;
          split[section] = rules.flatMap((rule) =>
            rule.src.flatMap((src) => rule.dst.map((dst) => ({ ...rule, src: [src], dst: [dst] }))),
          );
        }
        expect(flowsOf(JSON.stringify(split), capture)).toEqual(
          flowsOf(JSON.stringify(capture.policy), capture),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("another rule closes nothing", () => {
    const pairs = (capture: (typeof accepted)[number], policy: object) =>
      flowsOf(JSON.stringify(policy), capture).map(({ src, dst }) => `${src} -> ${dst}`);
    fc.assert(
      fc.property(captures, (capture) => {
        const { acls, ...rest } = capture.policy;
        if (acls === undefined && rest["grants"] === undefined) return;
        const rule = { action: "accept", src: ["autogroup:member"], dst: ["*:1"] };
        const more = pairs(capture, { ...rest, acls: [...((acls as unknown[]) ?? []), rule] });
        expect(more).toEqual(expect.arrayContaining(pairs(capture, capture.policy)));
      }),
      { numRuns: 40 },
    );
  });

  test("every refusal names its place", () => {
    for (const { policy } of refused) {
      const reading = readPolicyFile(JSON.stringify(policy, null, 2), { domains });
      if ("refused" in reading) expect(reading.refused[0]?.place.line).toBeGreaterThan(1);
    }
  });
});

test("rules for SSH with a login each take time in proportion to their number, up to 10,000", () => {
  const evaluateRules = (count: number) => {
    const ssh = Array.from({ length: count }, (_, at) => ({
      action: at % 2 === 0 ? "accept" : "check",
      src: ["tag:a"],
      dst: ["tag:b"],
      users: [`user${at}`],
    }));
    const machines = Array.from({ length: 20 }, (_, at) => ({
      name: `m${at}`,
      ipv4: `100.64.0.${at}`,
      tags: [at % 2 === 0 ? "tag:a" : "tag:b"],
    }));
    const text = JSON.stringify({ tagOwners: { "tag:a": [], "tag:b": [] }, ssh });
    const before = process.cpuUsage();
    const { flows } = evaluate(understand(text), { users: [], machines });
    const { user } = process.cpuUsage(before);
    const [flow] = flows.filter(({ ssh: logins }) => logins !== undefined);
    expect(Object.keys(flow?.ssh ?? {})).toHaveLength(count);
    return user;
  };
  // Ten times as many would take a hundred times as long if each rule looked at all others.
  expect(evaluateRules(10_000) / evaluateRules(1_000)).toBeLessThan(40);
});

test("rules are read and evaluated in time in proportion to their number, up to 10,000 rules", () => {
  const tagOwners: Record<string, string[]> = {};
  for (let at = 0; at < 500; at++) tagOwners[`tag:t${at}`] = [];
  const machines = Array.from({ length: 100 }, (_, at) => ({
    name: `m${at}`,
    ipv4: `100.64.0.${at}`,
    tags: [`tag:t${at}`],
  }));
  const evaluateRules = (count: number) => {
    const grants = Array.from({ length: count }, (_, at) => ({
      src: [`tag:t${(at * 7) % 500}`, `tag:t${(at * 13 + 1) % 500}`],
      dst: [`tag:t${(at * 31) % 500}`, `10.${at % 250}.0.0/16`],
      ip: [`tcp:${at + 1}`],
    }));
    const text = JSON.stringify({ tagOwners, grants }, null, 2);
    const before = process.cpuUsage();
    const { flows } = evaluate(understand(text), { users: [], machines });
    const { user } = process.cpuUsage(before);
    expect(flows.length).toBeGreaterThan(0);
    return user;
  };
  const most = evaluateRules(10_000);
  console.log(`10,000 rules: ${(most / 1e6).toFixed(2)} s`);
  // Ten times as many would take a hundred times as long if each rule looked at all others.
  expect(most / evaluateRules(1_000)).toBeLessThan(20);
});
