/** Finds what somebody reaches that they did not reach before. */

import { getConditionKey } from "./conditions";
import { buildCover, type Cover, findRest } from "./covering";
import type { Condition, Source, Step } from "./model";
import type { Network, Opening, Targets } from "./network";
import { formatRange } from "./ranges";
import { type Became, collectConditions, findPath, type Spread } from "./spread";
import type { Use } from "./uses";
import { findTurns } from "./words";

/** Destinations that one rule or one scope newly opens. */
export interface Gain {
  readonly by: Became;
  readonly use: Use;
  readonly to: Targets;
  /** Whether `to` is only part of what the rule names. */
  readonly isPart: boolean;
  readonly openings: readonly Opening[];
  readonly conditions: readonly Condition[];
  /** The number of other rules or holders that open the same. */
  readonly otherWays: number;
}

const nothing: Pick<Spread, "opened"> = { opened: [] };

/**
 * What `after` opens and `before` does not. A weaker condition is a gain, a stronger one is not.
 * Names are compared by what they stand for. Swap the arguments to get what is lost.
 */
export function findGains(before: Spread | undefined, after: Spread | undefined): Gain[] {
  if (after === undefined || before === after) return [];
  const had = new Set(
    (before ?? nothing).opened.flatMap(({ by, uses }) =>
      by.conditions.length === 0 ? uses.map(getUseKey) : [],
    ),
  );
  // Most rules are the same before and after, so only the others are compared in detail.
  let cover: Cover | undefined;
  const gains = new Map<string, Gain>();
  for (const { by, uses } of after.opened)
    for (const use of uses) {
      if (had.has(getUseKey(use))) continue;
      cover ??= buildCover(before ?? nothing);
      for (const gain of findGainsByUse(by, use, cover)) {
        const key = getGainKey(gain);
        const known = gains.get(key);
        gains.set(key, known === undefined ? gain : { ...known, otherWays: known.otherWays + 1 });
      }
    }
  return [...gains.values()];
}

/**
 * Caches the text of what a use opens and its conditions, because thousands of starts share uses.
 */
const keys = new WeakMap<Use, string>();

function getUseKey(use: Use): string {
  const known = keys.get(use);
  if (known !== undefined) return known;
  const found = JSON.stringify([
    use.destinations.map(({ to, openings }) => [
      getTargetsKey({ ...to, written: "" }),
      openings.map(({ what, first, last, detail }) => [what, first, last, detail]),
    ]),
    use.conditions.map(getConditionKey),
  ]);
  keys.set(use, found);
  return found;
}

function findGainsByUse(by: Became, use: Use, cover: Cover): Gain[] {
  const conditions = collectConditions(by, use);
  return use.destinations.flatMap(({ to, openings }) => {
    const parts = new Map<string, { to: Targets; openings: Opening[] }>();
    for (const opening of openings)
      for (const rest of findRest(to, opening, conditions, cover)) {
        const key = getTargetsKey(rest.to);
        const part = parts.get(key) ?? { to: rest.to, openings: [] };
        parts.set(key, part);
        part.openings.push(rest.opening);
      }
    return [...parts.values()].map((part) => ({
      by,
      use,
      to: part.to,
      isPart: getTargetsKey(part.to) !== getTargetsKey(to),
      openings: part.openings,
      conditions,
      otherWays: 0,
    }));
  });
}

function getTargetsKey({ written, names, ranges, isEverything }: Targets): string {
  return JSON.stringify([written, isEverything, [...names].sort(), ranges.map(formatRange).sort()]);
}

function getGainKey({ to, openings, conditions }: Gain): string {
  return JSON.stringify([
    getTargetsKey(to),
    openings.map(({ what, first, last, detail }) => [what, first, last, detail].join(" ")).sort(),
    conditions.map(getConditionKey).sort(),
  ]);
}

/** The places that cause a gain: where tags or the machine change, and the rule at the end. */
export function listPlaces({ by, use }: Gain): readonly Source[] {
  return [...findTurns(findPath(by)).map(({ because }) => because.at), use.at];
}

/** The place that is new: an owner that `before` does not have, or the rule. */
export function findCause({ by, use }: Gain, before: Network | undefined): Source {
  const isNew = ({ from, to }: Step): boolean =>
    "tags" in from &&
    "tags" in to &&
    !from.tags.some((owner) =>
      before?.ownership.ownedBy.get(owner)?.some(({ tag }) => to.tags.includes(tag)),
    );
  const step = findTurns(findPath(by)).find(
    (one) =>
      "policy" in one.because.at && one.because.at.policy.section === "tagOwners" && isNew(one),
  );
  return step?.because.at ?? use.at;
}

export interface Difference {
  readonly gained: readonly Gain[];
  readonly lost: readonly Gain[];
}

export function findDifference(before: Spread | undefined, after: Spread | undefined): Difference {
  return { gained: findGains(before, after), lost: findGains(after, before) };
}
