/**
 * Finds the flows that a policy file opens between the machines of a tailnet.
 *
 * Rules with the same sources and the same destinations are combined first, and machines that the
 * same rules include are evaluated once. With n rules and m machines with c different sets of
 * rules, sorting takes n × m steps and combining takes c². There are up to m² flows, but they are
 * only written out.
 */

import { type Address, parseAddress } from "./addresses";
import { mirrorCapabilities } from "./capability";
import {
  type Class,
  type Combination,
  classify,
  combine,
  combineRules,
  fromAllToAll,
  type Reached,
} from "./combinations";
import { type Flow, findLoginsFrom, writeFlow } from "./flow";
import type { NotUnderstood, PolicyFile } from "./model";
import {
  listMembers,
  listSources,
  listTargets,
  type Member,
  type Source,
  type Tailnet,
  type Target,
} from "./tailnet";

export interface Evaluation {
  /** Every pair of machines with something open between them. */
  readonly flows: readonly Flow[];
  /** What counts as open because we do not know its meaning. */
  readonly notUnderstood: readonly NotUnderstood[];
}

export interface EvaluateOptions {
  /** Addresses outside the tailnet to evaluate behind subnet routers and exit nodes. */
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
  const members = listMembers(tailnet);
  const sources = listSources(members);
  const asked = (options.addresses ?? []).flatMap((text): Address[] => {
    const address = parseAddress(text);
    return address === undefined ? [] : [address];
  });
  const targets = listTargets(members, tailnet.services ?? [], asked);
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
  const isMirrored = combinations.some(
    ({ capabilities }) => mirrorCapabilities(capabilities).length > 0,
  );
  const ownSources = groupByMember(sources, ({ member }) => member);
  const ownTargets = groupByMember(targets, ({ at }) =>
    at.kind === "machine" ? at.member : undefined,
  );
  const flows: Flow[] = [];
  for (const source of sources) {
    const loginsAt = findLoginsFrom(policy, everything, source);
    for (const target of targets) {
      if (!canSend(source, target)) continue;
      const reached = reach(source, target);
      const back = isMirrored && findWayBack(source, target, ownSources, ownTargets);
      const capabilities = [
        ...(target.at.kind === "behind" ? [] : reached.capabilities),
        ...(back ? mirrorCapabilities(reach(back.source, back.target).capabilities) : []),
      ];
      const flow = writeFlow(source, target, reached, capabilities, loginsAt(target));
      if (flow !== undefined) flows.push(flow);
    }
  }
  return flows;
}

const noClass: Class = { id: 0, combinations: [] };

/**
 * An address only sends to its own family. Whether a machine reaches itself is evaluated once, at
 * its IPv4 address.
 */
function canSend({ member, address }: Source, target: Target): boolean {
  if (address.family !== target.address.family) return false;
  const isItself = target.at.kind === "machine" && target.at.member === member;
  return !isItself || address.family === 4;
}

type ByMember<Item> = ReadonlyMap<Member, readonly Item[]>;

function groupByMember<Item>(
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
