/** Finds the paths from starts to a target, and everything that opens to one start. */

import { getConditionKey, keepStrongest } from "./conditions";
import { type Condition, getNodeKey, type Step } from "./model";
import { type Destination, everyMachine, type Network } from "./network";
import { formatRange } from "./ranges";
import { type Became, collectConditions, findPath, type Spread, type SpreadFrom } from "./spread";
import type { Start } from "./starts";
import { opensTarget, type Target } from "./targets";
import type { Use } from "./uses";

/** A way from a start to what one rule opens. */
export interface Way {
  readonly start: Start;
  /** From the start to the node that the rule applies to; empty if that is the start itself. */
  readonly steps: readonly Step[];
  readonly by: Became;
  readonly use: Use;
  readonly destination: Destination;
  /** The conditions of the rule and of every step. */
  readonly conditions: readonly Condition[];
}

/** Every way of one start, once for each rule, shortest first. */
export function findWaysFrom(start: Start, spread: Spread): Way[] {
  return filterWays(start, spread, () => []);
}

/** The ways of one start to a target. */
export function findWaysTo(start: Start, spread: Spread, target: Target): Way[] {
  return filterWays(start, spread, (destination) => opensTarget(destination, target));
}

/** Every way of every start to a target, shortest first. */
export function findAllWaysTo(
  starts: readonly Start[],
  spreadFrom: SpreadFrom,
  target: Target,
): Way[] {
  return starts
    .flatMap((start) => findWaysTo(start, spreadFrom(start), target))
    .map((way, place) => ({ way, place }))
    .sort((one, other) => one.way.steps.length - other.way.steps.length || one.place - other.place)
    .map(({ way }) => way);
}

/**
 * Whether a path begins with a role or tag that a user or an address only might have. Such a role
 * or tag is a start itself.
 */
export function isPossible(first: Step | undefined): boolean {
  return first?.how === "is" && ["person", "address"].includes(first.from.kind);
}

function filterWays(
  start: Start,
  spread: Spread,
  asked: (destination: Destination) => readonly Condition[] | undefined,
): Way[] {
  const paths = new Map<Became, readonly Step[]>();
  const ways: Way[] = [];
  const seen = new Set<string>();
  for (const { by, uses } of spread.opened)
    for (const use of uses)
      for (const destination of use.destinations) {
        const more = asked(destination);
        if (more === undefined) continue;
        const steps = paths.get(by) ?? findPath(by);
        paths.set(by, steps);
        const conditions = keepStrongest([...collectConditions(by, use), ...more]);
        ways.push({ start, steps, by, use, destination, conditions });
      }
  return ways
    .filter(({ by, use, destination, conditions }) => {
      const key = JSON.stringify([
        getNodeKey(by.node),
        use.how,
        use.at,
        destination.to.written,
        destination.openings,
        conditions.map(getConditionKey),
      ]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((one, other) => one.steps.length - other.steps.length);
}

/** Everybody whom a policy file names as a source or an owner, and machines by their tags. */
export function findNamedStarts(network: Network): Start[] {
  const people = new Set([
    ...network.owners.map(({ name }) => name),
    ...network.approvals.flatMap(({ approver }) => (approver.startsWith("tag:") ? [] : [approver])),
  ]);
  const ranges = new Set<string>();
  for (const { sources, sourceRanges } of network.rules) {
    for (const source of sources) if (!source.startsWith("tag:")) people.add(source);
    for (const range of sourceRanges) ranges.add(formatRange(range));
  }
  for (const name of ["autogroup:tagged", everyMachine]) people.delete(name);
  return [
    ...[...network.ownership.defined].map(
      (tag): Start => ({ kind: "Machine", name: tag, tags: [tag] }),
    ),
    ...[...people].map((name): Start => ({ kind: "Person", name })),
    ...[...ranges].map((name): Start => ({ kind: "Addresses", name })),
  ];
}
