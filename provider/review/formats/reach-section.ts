/** What the formats for people show about reach in addition to the rows of each credential. */

import { answerWhoReaches } from "../../reach/answers";
import { findPath } from "../../reach/spread";
import { describePlaces } from "../../reach/words";
import type { ReachChange } from "../reach/changes";
import type { Drawn, Mark } from "../reach/picture";
import { describeReachChange, isReachWider, type Review } from "../review";
import type { Assessment } from "../verdict/assessment";
import { classNames } from "./rows";

/** What a credential gains and loses in reach; empty if reach is not known. */
export function listReach({ reachOf }: Review, assessment: Assessment): string[] {
  const found = reachOf.get(assessment);
  return found === undefined ? [] : describeReachChange(found);
}

/** The verdict as a label. */
export function chooseLabel(review: Review): string {
  const { verdict } = review.report;
  return verdict === "none" && isReachWider(review) ? "reaches more" : classNames[verdict];
}

export interface ReachPart {
  readonly title: string;
  /** Sentences, and targets that are newly reached (+) or no longer reached (-). */
  readonly items: readonly string[];
}

/**
 * What is denied, what the policy file changes for other credentials and people, and what is not
 * known.
 */
export function listReachParts({ reach }: Review): ReachPart[] {
  if (reach === undefined) return [];
  if (reach.is === "unknown") return [{ title: "reach", items: [reach.sentence] }];
  return [
    ...reach.denied.map(({ name, target, ways }) => ({
      title: `${name} must not reach ${target}, but does`,
      items: answerWhoReaches(target, ways).sections.flatMap(({ rows }) =>
        rows.map(({ by, conditions, places }) =>
          [by, conditions, describePlaces(places)].filter((one) => one !== "").join("; "),
        ),
      ),
    })),
    ...reach.others.map((one) => ({
      title: `${one.name}, by the policy file`,
      items: describeReachChange(one),
    })),
    ...(reach.notes.length > 0 ? [{ title: "reach", items: reach.notes }] : []),
  ];
}

/** The changes for a picture: gains first, then losses. */
export function drawReach({ reach, reachOf }: Review): Drawn[] {
  if (reach?.is !== "known") return [];
  const all = [...reachOf.values(), ...reach.others];
  return [
    ...all.flatMap((one) => toDrawn(one, one.gained, "gained")),
    ...all.flatMap((one) => toDrawn(one, one.lost, "lost")),
  ];
}

function toDrawn({ start }: ReachChange, gains: ReachChange["gained"], mark: Mark): Drawn[] {
  return gains.map(({ by, use, to, openings, conditions }) => ({
    start,
    steps: findPath(by),
    by,
    use,
    destination: { to, openings },
    conditions,
    mark,
  }));
}
