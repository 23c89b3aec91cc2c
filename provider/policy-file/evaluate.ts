/**
 * Which flows a policy file opens between the machines of a tailnet.
 *
 * Rules that mean the same sources and the same destinations are put together first, and machines
 * that the same rules mean are looked at once: n rules, m machines with c different sets of rules
 * take n × m steps to sort and c² to combine; the flows themselves are up to m² and are only
 * written out.
 */

import { type Address, parseAddress } from "./addresses";
import { mirrorCapabilities } from "./capability";
import { matchesSource, matchesTarget, meetsPostures } from "./matching";
import type { NetworkRule, NotUnderstood, PolicyFile, Selector } from "./model";
import {
  allPorts,
  hasPorts,
  icmp,
  icmpV6,
  mergePorts,
  type Opening,
  type PortRange,
  sctp,
  tcp,
  udp,
  usualProtocols,
} from "./ports";
import { anybodyElse, loginsToAsk, type SshAction, sshAction } from "./ssh";
import {
  type Member,
  membersOf,
  type Source,
  sourcesOf,
  type Tailnet,
  type Target,
  targetsOf,
} from "./tailnet";

/** What one machine reaches at one address. */
export interface Flow {
  /** The name of a machine. */
  readonly src: string;
  /** `NAME` at its IPv4 address, `NAME/v6`, `ADDRESS by NAME` of a router. */
  readonly dst: string;
  /** Ports and ranges in order: `22`, `80-443`, `*`. */
  readonly tcp?: readonly string[];
  readonly udp?: readonly string[];
  readonly sctp?: readonly string[];
  /** An echo request passes. */
  readonly icmp?: true;
  /** Numbers of further protocols that pass. */
  readonly other?: readonly number[];
  /** Names of application capabilities. */
  readonly caps?: readonly string[];
  /** By login name; `someone-else` for those that no rule names. Only where port 22 is open. */
  readonly ssh?: Readonly<Record<string, SshAction>>;
  /** SSH rules allow a login, and no rule opens port 22. */
  readonly sshWithoutPort?: true;
}

export interface Evaluation {
  /** Every pair between which something is open. */
  readonly flows: readonly Flow[];
  /** What was taken for open because its meaning is not known here. */
  readonly notUnderstood: readonly NotUnderstood[];
}

export interface EvaluateOptions {
  /** Addresses beyond the tailnet, to ask of subnet routers and exit nodes. */
  readonly addresses?: readonly string[];
}

/**
 * Every flow that `policy` opens between the machines of `tailnet`.
 *
 * @example
 * ```ts
 * evaluate(policy, {
 *   users: [{ name: "ada", email: "ada@acme.com", role: "owner" }],
 *   machines: [
 *     { name: "laptop", ipv4: "100.64.0.1", user: "ada" },
 *     { name: "web", ipv4: "100.64.0.2", tags: ["tag:web"] },
 *   ],
 * }).flows; // [{ src: "laptop", dst: "web", icmp: true, tcp: ["22"], udp: ["22"] }]
 * ```
 */
export function evaluate(
  policy: PolicyFile,
  tailnet: Tailnet,
  options: EvaluateOptions = {},
): Evaluation {
  const members = membersOf(tailnet);
  const sources = sourcesOf(members);
  const asked = (options.addresses ?? []).flatMap((text): Address[] => {
    const address = parseAddress(text);
    return address === undefined ? [] : [address];
  });
  const targets = targetsOf(members, tailnet.services ?? [], asked);
  const everything = policy.notUnderstood.some(({ counts }) => counts === "everything");
  const combinations = combineRules(
    policy,
    everything || !policy.hasNetworkRules
      ? [fromAllToAll, ...policy.networkRules]
      : policy.networkRules,
    sources,
    targets,
  );
  const flows = writeFlows(policy, everything, sources, targets, combinations);
  return { flows, notUnderstood: policy.notUnderstood };
}

/** What holds where there are no rules at all, and where a rule's meaning is not known. */
const fromAllToAll: NetworkRule = {
  place: { section: "", path: "", line: 1, column: 1 },
  kind: "acl",
  sources: [{ kind: "any", text: "*" }],
  destinations: [
    {
      place: { section: "", path: "", line: 1, column: 1 },
      selector: { kind: "any", text: "*" },
      openings: [{ protocols: usualProtocols, ports: [allPorts] }],
    },
  ],
  capabilities: [],
  sourcePostures: [],
  via: [],
};

/** Rules that mean the same sources and the same destinations. */
interface Combination {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
  readonly openings: Opening[];
  readonly capabilities: string[];
}

/** Sets of indexes, each kept once. */
interface Sets {
  readonly byContent: Map<string, { readonly id: number; readonly members: ReadonlySet<number> }>;
}

function combineRules(
  policy: PolicyFile,
  rules: readonly NetworkRule[],
  sources: readonly Source[],
  targets: readonly Target[],
): readonly Combination[] {
  const combinations = new Map<string, Combination>();
  const sets: Sets = { byContent: new Map() };
  const sourceSets = new Map<string, ReadonlySet<number>>();
  const targetSets = new Map<string, ReadonlySet<number>>();

  function add(
    from: ReadonlySet<number>,
    to: ReadonlySet<number>,
    openings: readonly Opening[],
    capabilities: readonly string[],
  ): void {
    if (from.size === 0 || to.size === 0) return;
    const one = intern(sets, from);
    const other = intern(sets, to);
    const key = `${one.id} ${other.id}`;
    let combination = combinations.get(key);
    if (combination === undefined) {
      combination = { from: one.members, to: other.members, openings: [], capabilities: [] };
      combinations.set(key, combination);
    }
    combination.openings.push(...openings);
    combination.capabilities.push(...capabilities);
  }

  for (const rule of rules) {
    const capabilities = rule.via.length > 0 ? [] : rule.capabilities.map(({ name }) => name);
    const sourceKey = JSON.stringify([rule.sources.map(keyOf), rule.sourcePostures]);
    const from = remember(sourceSets, sourceKey, () =>
      indexes(
        sources,
        (source) =>
          rule.sources.some((selector) => matchesSource(policy, selector, source)) &&
          meetsPostures(policy, rule.sourcePostures, source.member),
      ),
    );
    for (const { selector, openings } of rule.destinations) {
      const targetKey = JSON.stringify([keyOf(selector), rule.via]);
      const to = remember(targetSets, targetKey, () =>
        indexes(
          targets,
          (target) => isThrough(rule.via, target) && matchesTarget(policy, selector, target),
        ),
      );
      add(from, to, openings, capabilities);
      if (selector.kind !== "autogroup" || selector.name !== "self") continue;
      for (const [ownFrom, ownTo] of ownMachines(from, sources, targets))
        add(ownFrom, ownTo, openings, capabilities);
    }
  }
  return [...combinations.values()];
}

function keyOf(selector: Selector): string {
  return `${selector.kind} ${selector.text}`;
}

function isThrough(via: readonly string[], { at }: Target): boolean {
  if (via.length === 0) return true;
  return at.kind === "behind" && via.some((tag) => at.router.tags.has(tag));
}

/** For `autogroup:self`: each user's own sources and own machines. */
function ownMachines(
  from: ReadonlySet<number>,
  sources: readonly Source[],
  targets: readonly Target[],
): readonly (readonly [ReadonlySet<number>, ReadonlySet<number>])[] {
  const users = new Set([...from].flatMap((at) => sources[at]?.member.user ?? []));
  return [...users].map((user) => [
    new Set([...from].filter((at) => sources[at]?.member.user === user)),
    indexes(targets, ({ at }) => at.kind === "machine" && at.member.user === user),
  ]);
}

function indexes<Item>(
  items: readonly Item[],
  isMeant: (item: Item) => boolean,
): ReadonlySet<number> {
  return new Set(items.flatMap((item, at) => (isMeant(item) ? [at] : [])));
}

function remember<Value>(known: Map<string, Value>, key: string, find: () => Value): Value {
  const value = known.get(key) ?? find();
  known.set(key, value);
  return value;
}

function intern({ byContent }: Sets, members: ReadonlySet<number>) {
  return remember(byContent, [...members].join(" "), () => ({ id: byContent.size, members }));
}

/** Addresses that the same combinations mean. */
interface Class {
  readonly id: number;
  /** Indexes of combinations, in order. */
  readonly combinations: readonly number[];
}

/** The class of each of `count` addresses. */
function classify(
  count: number,
  combinations: readonly Combination[],
  members: (combination: Combination) => ReadonlySet<number>,
): readonly Class[] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const [id, combination] of combinations.entries())
    for (const at of members(combination)) lists[at]?.push(id);
  const classes = new Map<string, Class>();
  return lists.map((list) =>
    remember(classes, list.join(" "), () => ({ id: classes.size, combinations: list })),
  );
}

/** What a source of one class reaches at a target of another. */
interface Reached {
  readonly tcp: readonly PortRange[];
  readonly udp: readonly PortRange[];
  readonly sctp: readonly PortRange[];
  readonly icmp: boolean;
  readonly other: readonly number[];
  readonly capabilities: readonly string[];
}

/**
 * As a machine's own filter decides: ports by the rules of their protocol, an echo request by any
 * rule, another protocol only by a rule for all of it. Source: `wgengine/filter` of Tailscale's client
 */
function combine(combinations: readonly Combination[], from: Class, to: Class): Reached {
  const meant = new Set(to.combinations);
  const common = from.combinations.flatMap((id) => (meant.has(id) ? (combinations[id] ?? []) : []));
  const openings = common.flatMap((combination) => combination.openings);
  const portsFor = (protocol: number) =>
    mergePorts(
      openings.flatMap(({ protocols, ports }) => (protocols.includes(protocol) ? ports : [])),
    );
  const others = openings
    .flatMap(({ protocols }) => protocols)
    .filter((protocol) => !hasPorts(protocol) && protocol !== icmp && protocol !== icmpV6);
  return {
    tcp: portsFor(tcp),
    udp: portsFor(udp),
    sctp: portsFor(sctp),
    icmp: openings.length > 0,
    other: [...new Set(others)].sort((left, right) => left - right),
    capabilities: common.flatMap(({ capabilities }) => capabilities),
  };
}

function writeFlows(
  policy: PolicyFile,
  everything: boolean,
  sources: readonly Source[],
  targets: readonly Target[],
  combinations: readonly Combination[],
): readonly Flow[] {
  const fromClasses = classify(sources.length, combinations, ({ from }) => from);
  const toClasses = classify(targets.length, combinations, ({ to }) => to);
  const classOf = new Map<Source | Target, Class>();
  for (const [at, source] of sources.entries()) classOf.set(source, fromClasses[at] ?? noClass);
  for (const [at, target] of targets.entries()) classOf.set(target, toClasses[at] ?? noClass);
  const known = new Map<number, Reached>();
  const reach = (source: Source, target: Target) => {
    const from = classOf.get(source) ?? noClass;
    const to = classOf.get(target) ?? noClass;
    const key = from.id * (targets.length + 1) + to.id;
    let found = known.get(key);
    if (found === undefined) {
      found = combine(combinations, from, to);
      known.set(key, found);
    }
    return found;
  };
  const ownSources = byMember(sources, ({ member }) => member);
  const ownTargets = byMember(targets, ({ at }) => (at.kind === "machine" ? at.member : undefined));
  const flows: Flow[] = [];
  for (const source of sources) {
    for (const target of targets) {
      if (!isAsked(source, target)) continue;
      const back = findWayBack(source, target, ownSources, ownTargets);
      const capabilities = [
        ...(target.at.kind === "behind" ? [] : reach(source, target).capabilities),
        ...(back ? mirrorCapabilities(reach(back.source, back.target).capabilities) : []),
      ];
      const flow = writeFlow(
        policy,
        everything,
        source,
        target,
        reach(source, target),
        capabilities,
      );
      if (flow !== undefined) flows.push(flow);
    }
  }
  return flows;
}

const noClass: Class = { id: 0, combinations: [] };

/** An address sends to its own family. That a machine reaches itself is asked once, at its IPv4 address. */
function isAsked({ member, address }: Source, target: Target): boolean {
  if (address.family !== target.address.family) return false;
  const isItself = target.at.kind === "machine" && target.at.member === member;
  return !isItself || address.family === 4;
}

type ByMember<Item> = ReadonlyMap<Member, readonly Item[]>;

function byMember<Item>(
  items: readonly Item[],
  memberOf: (item: Item) => Member | undefined,
): ByMember<Item> {
  const found = new Map<Member, Item[]>();
  for (const item of items) {
    const member = memberOf(item);
    if (member !== undefined) found.set(member, [...(found.get(member) ?? []), item]);
  }
  return found;
}

/** The opposite direction between two machines. */
function findWayBack(
  { member, address: { family } }: Source,
  { at }: Target,
  sources: ByMember<Source>,
  targets: ByMember<Target>,
): { readonly source: Source; readonly target: Target } | undefined {
  if (at.kind !== "machine") return undefined;
  const source = sources.get(at.member)?.find(({ address }) => address.family === family);
  const target = targets.get(member)?.find(({ address }) => address.family === family);
  return source && target && { source, target };
}

function writeFlow(
  policy: PolicyFile,
  everything: boolean,
  source: Source,
  target: Target,
  reached: Reached,
  capabilities: readonly string[],
): Flow | undefined {
  const hasPort22 = reached.tcp.some(({ first, last }) => first <= 22 && 22 <= last);
  const logins = everything ? everyLogin : loginsTo(policy, source, target);
  const parts = {
    ...(reached.icmp ? { icmp: true as const } : {}),
    ...(reached.tcp.length > 0 ? { tcp: reached.tcp.map(formatPorts) } : {}),
    ...(reached.udp.length > 0 ? { udp: reached.udp.map(formatPorts) } : {}),
    ...(reached.sctp.length > 0 ? { sctp: reached.sctp.map(formatPorts) } : {}),
    ...(reached.other.length > 0 ? { other: reached.other } : {}),
    ...(capabilities.length > 0 ? { caps: [...new Set(capabilities)].sort() } : {}),
    ...(logins === undefined
      ? {}
      : hasPort22
        ? { ssh: logins }
        : { sshWithoutPort: true as const }),
  };
  if (Object.keys(parts).length === 0) return undefined;
  return { src: source.member.machine.name, dst: target.label, ...parts };
}

const everyLogin: Readonly<Record<string, SshAction>> = { root: "accept", [anybodyElse]: "accept" };

/** The logins that rules allow from one machine to another, asked at the IPv4 address; none: undefined. */
function loginsTo(
  policy: PolicyFile,
  { member, address }: Source,
  { at }: Target,
): Readonly<Record<string, SshAction>> | undefined {
  if (at.kind !== "machine" || address.family !== 4 || policy.sshRules.length === 0)
    return undefined;
  const logins = loginsToAsk(policy, member).flatMap((login) => {
    const action = sshAction(policy, member, at.member, login);
    return action === undefined ? [] : [[login, action] as const];
  });
  return logins.length > 0 ? Object.fromEntries(logins) : undefined;
}

function formatPorts({ first, last }: PortRange): string {
  if (first <= 1 && last === allPorts.last) return "*";
  return first === last ? String(first) : `${first}-${last}`;
}
