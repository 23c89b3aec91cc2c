/**
 * Groups the network rules by their meaning: which sources, which targets, and what is open between
 * them.
 */

import { matchesSource, matchesTarget, meetsPostures } from "./matching";
import type { NetworkRule, PolicyFile, Selector } from "./model";
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
import type { Source, Target } from "./tailnet";

/** The rule that applies if there are no rules at all, or if we do not know what a rule means. */
export const fromAllToAll: NetworkRule = {
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
export interface Combination {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
  readonly openings: Opening[];
  readonly capabilities: string[];
}

/** Sets of indexes, each kept once. */
interface Sets {
  readonly byContent: Map<string, { readonly id: number; readonly members: ReadonlySet<number> }>;
}

export function combineRules(
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
    const one = internSet(sets, from);
    const other = internSet(sets, to);
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
    const sourceKey = JSON.stringify([rule.sources.map(getSelectorKey), rule.sourcePostures]);
    const from = remember(sourceSets, sourceKey, () =>
      findIndexes(
        sources,
        (source) =>
          rule.sources.some((selector) => matchesSource(policy, selector, source)) &&
          meetsPostures(policy, rule.sourcePostures, source.member),
      ),
    );
    for (const { selector, openings } of rule.destinations) {
      const targetKey = JSON.stringify([getSelectorKey(selector), rule.via]);
      const to = remember(targetSets, targetKey, () =>
        findIndexes(
          targets,
          (target) => isThrough(rule.via, target) && matchesTarget(policy, selector, target),
        ),
      );
      add(from, to, openings, capabilities);
      if (selector.kind !== "autogroup" || selector.name !== "self") continue;
      for (const [ownFrom, ownTo] of pairOwnMachines(from, sources, targets))
        add(ownFrom, ownTo, openings, capabilities);
    }
  }
  return [...combinations.values()];
}

function getSelectorKey(selector: Selector): string {
  return `${selector.kind} ${selector.text}`;
}

function isThrough(via: readonly string[], { at }: Target): boolean {
  if (via.length === 0) return true;
  return at.kind === "behind" && via.some((tag) => at.router.tags.has(tag));
}

/** For `autogroup:self`: pairs each user's own sources with that user's own machines. */
function pairOwnMachines(
  from: ReadonlySet<number>,
  sources: readonly Source[],
  targets: readonly Target[],
): readonly (readonly [ReadonlySet<number>, ReadonlySet<number>])[] {
  const users = new Set([...from].flatMap((at) => sources[at]?.member.user ?? []));
  return [...users].map((user) => [
    new Set([...from].filter((at) => sources[at]?.member.user === user)),
    findIndexes(targets, ({ at }) => at.kind === "machine" && at.member.user === user),
  ]);
}

function findIndexes<Item>(
  items: readonly Item[],
  isMeant: (item: Item) => boolean,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const [at, item] of items.entries()) if (isMeant(item)) found.add(at);
  return found;
}

function remember<Value>(known: Map<string, Value>, key: string, find: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = find();
  known.set(key, value);
  return value;
}

function internSet({ byContent }: Sets, members: ReadonlySet<number>) {
  return remember(byContent, [...members].join(" "), () => ({ id: byContent.size, members }));
}

/** Addresses that the same combinations include. */
export interface Class {
  readonly id: number;
  /** Indexes of combinations, in order. */
  readonly combinations: readonly number[];
}

/** The class of each of `count` addresses. */
export function classify(
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

/** What a source in one class reaches at a target in another. */
export interface Reached {
  readonly tcp: readonly PortRange[];
  readonly udp: readonly PortRange[];
  readonly sctp: readonly PortRange[];
  readonly icmp: boolean;
  readonly other: readonly number[];
  readonly capabilities: readonly string[];
}

/**
 * Combines rules as a machine's own filter does: ports need a rule for their protocol, an echo
 * request needs any rule, and another protocol needs a rule for all of it. Source:
 * `wgengine/filter` of Tailscale's client
 */
export function combine(combinations: readonly Combination[], from: Class, to: Class): Reached {
  const meant = new Set(to.combinations);
  const common = from.combinations.flatMap((id) => (meant.has(id) ? (combinations[id] ?? []) : []));
  const openings = common.flatMap((combination) => combination.openings);
  const portsFor = (protocol: number) =>
    mergePorts(
      openings.flatMap(({ protocols, ports }) => (protocols.includes(protocol) ? ports : [])),
    );
  const sctpPorts = portsFor(sctp);
  const isWhole = sctpPorts.some(({ first, last }) => first <= 1 && last === allPorts.last);
  const others = openings
    .flatMap(({ protocols }) => protocols)
    .filter((protocol) => !hasPorts(protocol) && protocol !== icmp && protocol !== icmpV6);
  return {
    tcp: portsFor(tcp),
    udp: portsFor(udp),
    // If all of it is open, it is listed with the other protocols.
    sctp: isWhole ? [] : sctpPorts,
    icmp: openings.length > 0,
    other: [...new Set(isWhole ? [...others, sctp] : others)].sort((left, right) => left - right),
    capabilities: common.flatMap(({ capabilities }) => capabilities),
  };
}
