/** What a report has to say. Where the documents leave a choice, both ends of it. */

import { type Class, classes, rank, worst } from "./classes.ts";
import { partsOf } from "./documents.ts";
import { type Judgement, judge } from "./judgement.ts";
import type { Change, Reading } from "./reading.ts";

export interface Bounds<T> {
  readonly least: T;
  readonly most: T;
}

type Names = ReadonlySet<string>;

export interface ExpectedChange {
  readonly urn: string;
  readonly name: string;
  readonly kind: string;
  /** The words for the change that fit; none where any does. */
  readonly change: readonly string[];
  /** Whether it must stand among the credentials, or may be told in another place. */
  readonly isRequired: boolean;
  readonly class: Bounds<Class>;
  readonly gained: Bounds<Names>;
  readonly lost: Bounds<Names>;
  readonly tagsGained: Bounds<Names>;
  readonly tagsLost: Bounds<Names>;
  readonly isWider: boolean;
  readonly isMore: Bounds<boolean>;
  readonly ends: Change["ends"];
  /** 1 and true where it is not understood for certain. */
  readonly isNotUnderstood: Bounds<boolean>;
}

export interface Expectation {
  /** Whether something may be told as not understood without being so for certain. */
  readonly isDoubtful: boolean;
  readonly changes: readonly ExpectedChange[];
  /** URNs that have to stand under what is not understood, whatever else is said of them. */
  readonly notUnderstood: readonly string[];
  readonly named: readonly string[];
  readonly verdict: Bounds<Class>;
}

export const limits = ["admin", "persist", "write", "gained", "any"] as const;

export type Limit = (typeof limits)[number];

const none: Names = new Set();

function exactly<T>(value: T): Bounds<T> {
  return { least: value, most: value };
}

export function expectationOf(reading: Reading): Expectation {
  const changes = reading.changes.map(expectChange);
  const isLost = (one: keyof Bounds<Class>) =>
    reading.notUnderstood.length > 0 ||
    (one === "most" && reading.doubtful.length > 0) ||
    changes.some(({ isNotUnderstood }) => isNotUnderstood[one]);
  const verdict = (one: keyof Bounds<Class>) =>
    worst(isLost(one) ? "admin" : "none", ...changes.map((change) => change.class[one]));
  return {
    isDoubtful: reading.doubtful.length > 0,
    changes,
    notUnderstood: [
      ...reading.notUnderstood,
      ...changes.filter((one) => one.isNotUnderstood.least).map(({ urn }) => urn),
    ],
    named: [
      ...reading.named,
      ...changes.filter(({ isRequired }) => !isRequired).map(({ urn }) => urn),
    ],
    verdict: { least: verdict("least"), most: verdict("most") },
  };
}

function expectChange(change: Change): ExpectedChange {
  const { urn, kind, before, after, ends } = change;
  const pair = {
    kind,
    ...(before && { before }),
    ...(after && { after }),
    ...(change.givenAudience !== undefined && { givenAudience: change.givenAudience }),
    isReplaced: change.change === "replace",
  };
  const about = { urn, name: partsOf(urn).name, kind, ends };
  const judged = judge(pair);
  if (change.change === "release" || change.change === "forget") {
    const mayBeLost = judged.notUnderstood.length > 0 || judged.cautious === "admin";
    return {
      ...about,
      ...nothingHappens,
      change: [],
      isRequired: false,
      isNotUnderstood: { least: false, most: mayBeLost },
    };
  }
  const created = after === undefined ? judged : judge({ kind, after });
  if (change.change === "import") return { ...about, ...imported(judged, created) };
  const canGain = after !== undefined;
  // Where nothing is compared with the old one, what cannot be of it decides nothing.
  const staysBehind = ends === "lives on" || ends === "not told";
  const decisive = change.change === "replace" && staysBehind ? created : judged;
  const isLost = canGain && decisive.notUnderstood.length > 0;
  // Beside one that lives on, all that the new one can do may be called new.
  const mayGainMore = change.change === "replace" && staysBehind;
  return {
    ...about,
    // What is deleted and lives on is released.
    change:
      change.change === "delete" && ends !== "revoked" ? ["delete", "release"] : [change.change],
    isRequired: true,
    class: isLost
      ? { least: "none", most: "admin" }
      : {
          least: judged.class,
          most: worst(judged.class, judged.cautious, mayGainMore ? created.class : "none"),
        },
    gained: { least: judged.gained, most: mayGainMore ? created.gained : judged.gained },
    lost: lossOf(judged.lost, change),
    tagsGained: {
      least: judged.tagsGained,
      most: mayGainMore ? created.tagsGained : judged.tagsGained,
    },
    tagsLost: lossOf(judged.tagsLost, change),
    isWider: judged.isWider,
    isMore: {
      least: judged.isMore,
      // What nobody manages any more may be called more than there was.
      most: judged.isMore || judged.mayBeMore === true || staysBehind || judged.cautious !== "none",
    },
    isNotUnderstood: {
      least: isLost,
      most:
        judged.notUnderstood.length > 0 ||
        (mayGainMore && created.notUnderstood.length > 0) ||
        judged.class === "admin" ||
        judged.cautious === "admin",
    },
  };
}

/** What lives on, or may, is not lost; nor is what a plan does not show. */
function lossOf(all: Names, { ends, isPlanned = false, change }: Change): Bounds<Names> {
  if (ends === "lives on") return exactly(none);
  if (isPlanned) return { least: none, most: change === "update" ? all : none };
  return { least: ends === "not told" && change !== "update" ? none : all, most: all };
}

const nothingHappens = {
  class: exactly<Class>("none"),
  gained: exactly(none),
  lost: exactly(none),
  tagsGained: exactly(none),
  tagsLost: exactly(none),
  isWider: false,
  // What nobody manages any more may be called more than there was.
  isMore: { least: false, most: true },
};

/** It was there before, as nobody can see: nothing to all that it can do may be new. */
function imported(judged: Judgement, created: Judgement) {
  const isLost = judged.notUnderstood.length > 0;
  return {
    change: [],
    isRequired: false,
    class: { least: "none", most: isLost ? "admin" : created.class } as const,
    gained: { least: none, most: created.gained },
    lost: { least: none, most: judged.lost },
    tagsGained: { least: none, most: created.tagsGained },
    tagsLost: { least: none, most: judged.tagsLost },
    isWider: false,
    isMore: { least: false, most: true },
    isNotUnderstood: { least: false, most: true },
  };
}

/** The exit codes that are right for `--fail-on`, or without it. */
export function exitCodes(expected: Expectation, limit: Limit | undefined): ReadonlySet<number> {
  const codes = new Set<number>();
  for (const end of ["least", "most"] as const) {
    const isLost =
      expected.notUnderstood.length > 0 ||
      (end === "most" &&
        (expected.isDoubtful ||
          expected.changes.some(({ isNotUnderstood }) => isNotUnderstood.most)));
    const isExceeded = limit !== undefined && (isLost || exceeds(expected, limit, end));
    codes.add(isExceeded ? 2 : isLost ? 1 : 0);
  }
  // A worse verdict is not the same as something that is not understood.
  if (limit === undefined && expected.notUnderstood.length === 0) codes.add(0);
  return codes;
}

function exceeds(expected: Expectation, limit: Limit, end: "least" | "most"): boolean {
  const { changes, named } = expected;
  if (limit === "any") {
    const certain = changes.filter(({ isRequired }) => isRequired);
    return certain.length > 0 || (end === "most" ? named.length > 0 : namedForAny(expected) > 0);
  }
  if (limit === "gained")
    return changes.some((one) => one.isMore[end] || one.class[end] !== "none");
  return rank(expected.verdict[end]) >= rank(limit);
}

/** What runs code of its own counts for `any`; what is only released or forgotten may. */
function namedForAny({ changes, named }: Expectation): number {
  const optional = new Set(changes.filter(({ isRequired }) => !isRequired).map(({ urn }) => urn));
  return named.filter((urn) => !optional.has(urn)).length;
}

export function isWithinBounds(found: Class, { least, most }: Bounds<Class>): boolean {
  return rank(found) >= rank(least) && rank(found) <= rank(most) && classes.includes(found);
}
