/** Reads a policy file: text in, rules out, each with its place. */

import type { PolicyFile, PolicyReading } from "./model";
import { noApprovers, readAutoApprovers, readNodeAttributes } from "./read-machines";
import {
  readGroups,
  readHosts,
  readIpsets,
  readPostures,
  readTagOwners,
  readTags,
} from "./read-names";
import { type RuleNames, readAcls, readGrants, readSshRules } from "./read-rules";
import { readSshTests, readTests } from "./read-tests";
import {
  type Located,
  type Member,
  type Reading,
  readMembers,
  readTexts,
  reportNotUnderstood,
} from "./reading";
import { parseText } from "./syntax";

/** Facts that the file itself does not contain. */
export interface ReadOptions {
  /**
   * The tailnet's own domains, as in `ada@acme.com`, for `user:*@acme.com` and
   * `localpart:*@acme.com`. If omitted, any domain may be the tailnet's, and such a selector is not
   * understood.
   */
  readonly domains?: readonly string[];
  /**
   * Whether Tailscale has accepted this text, which means that each domain in it is the tailnet's.
   */
  readonly isDeployed?: boolean;
}

const anyDomain = { has: () => true };

/** Tailscale's spelling of each section, keyed by its name in lower case. */
const sections: ReadonlyMap<string, string> = new Map(
  [
    "acls",
    "grants",
    "ssh",
    "groups",
    "hosts",
    "ipsets",
    "postures",
    "defaultSrcPosture",
    "tagOwners",
    "autoApprovers",
    "nodeAttrs",
    "tests",
    "sshTests",
    // These sections do not affect what reaches what.
    "derpMap",
    "disableIPv4",
    "OneCGNATRoute",
    "randomizeClientPort",
    "attrConfig",
  ].map((name) => [name.toLowerCase(), name]),
);

/**
 * Reads a policy file from `text` (HuJSON or JSON), or returns why Tailscale refuses it.
 *
 * Nothing is ignored silently: everything that we do not understand is in `notUnderstood`, and
 * {@link evaluate} treats it as open.
 *
 * @example
 * ```ts
 * const reading = readPolicyFile(`{ "grants": [{ "src": ["tag:ci"], "dst": ["tag:web"], "ip": ["22"] }],
 *   "tagOwners": { "tag:ci": [], "tag:web": [] } }`);
 * if ("policy" in reading) reading.policy.networkRules[0]?.place; // { section: "grants", index: 0, line: 1, … }
 * else reading.refused; // [{ reason: 'src=tag not found: "tag:ci"', place: … }]
 * ```
 */
export function readPolicyFile(text: string, options: ReadOptions = {}): PolicyReading {
  const parsed = parseText(text);
  const file = { section: "", path: "" };
  if ("problem" in parsed) {
    const place = { ...file, ...parsed.at };
    return { refused: [{ place, reason: `the policy file ${parsed.problem}` }] };
  }
  const reading: Reading = { lineStarts: parsed.lineStarts, refused: [], notUnderstood: [] };
  const root = { node: parsed.root, place: { ...file, line: 1, column: 1 } };
  const policy = readSections(reading, findSections(reading, root), options);
  return reading.refused.length > 0 ? { refused: reading.refused } : { policy };
}

type Sections = ReadonlyMap<string, Member>;

function findSections(reading: Reading, root: Located): Sections {
  const found = new Map<string, Member>();
  for (const member of readMembers(reading, root, true)) {
    const section = sections.get(member.key.toLowerCase());
    if (section === undefined) reportNotUnderstood(reading, member.place, "is not a known section");
    else if (member.node.type !== "null") {
      // `path` begins with the section's own spelling, so that it is the same in every file.
      found.set(section, { ...member, place: { ...member.place, section, path: section } });
    }
  }
  return found;
}

function readSections(reading: Reading, found: Sections, options: ReadOptions): PolicyFile {
  function readSection<Value>(
    name: string,
    read: (section: Located) => Value,
    absent: Value,
  ): Value {
    const located = found.get(name);
    return located === undefined ? absent : read(located);
  }
  const groups = readSection("groups", (at) => readGroups(reading, at), new Map());
  const hosts = readSection("hosts", (at) => readHosts(reading, at), new Map());
  const ipsets = readSection("ipsets", (at) => readIpsets(reading, at, hosts), new Map());
  const postures = readSection("postures", (at) => readPostures(reading, at), new Map());
  const tags = readSection("tagOwners", (at) => readTags(reading, at), new Set<string>());
  const names: RuleNames = {
    groups,
    hosts,
    ipsets,
    tags,
    domains: options.isDeployed ? anyDomain : options.domains && new Set(options.domains),
    postures,
    defaultSourcePostures: readSection(
      "defaultSrcPosture",
      (at) =>
        (readTexts(reading, at) ?? []).map(({ text, place }) => {
          if (!postures.has(text))
            reportNotUnderstood(reading, place, "is not defined in postures");
          return text;
        }),
      [],
    ),
  };
  const networkRules = [
    ...readSection("acls", (at) => readAcls(reading, at, names), []),
    ...readSection("grants", (at) => readGrants(reading, at, names), []),
  ];
  return {
    hasNetworkRules: found.has("acls") || found.has("grants"),
    networkRules,
    sshRules: readSection("ssh", (at) => readSshRules(reading, at, names), []),
    groups,
    hosts,
    ipsets,
    postures,
    defaultSourcePostures: names.defaultSourcePostures,
    tagOwners: readSection("tagOwners", (at) => readTagOwners(reading, at, names), new Map()),
    autoApprovers: readSection(
      "autoApprovers",
      (at) => readAutoApprovers(reading, at, names),
      noApprovers,
    ),
    nodeAttributes: readSection("nodeAttrs", (at) => readNodeAttributes(reading, at, names), []),
    tests: readSection("tests", (at) => readTests(reading, at), []),
    sshTests: readSection("sshTests", (at) => readSshTests(reading, at, names), []),
    notUnderstood: reading.notUnderstood,
  };
}
