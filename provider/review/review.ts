/** Reviews a whole preview, the most dangerous change first. */

import { type Danger, dangers, findWorst, isDangerAtLeast } from "../access/danger";
import { describeGain } from "../reach/answers";
import { type Gain, listPlaces } from "../reach/difference";
import { describePlaces } from "../reach/words";
import type { Step } from "./input/step";
import { type Limit, limits } from "./limits";
import {
  compareReach,
  type ReachChange,
  type ReachOptions,
  type ReviewedReach,
} from "./reach/changes";
import { type JsonGain, toJsonGain, toJsonWay } from "./reach/json";
import { type Assessment, assess, type ReportedCredential } from "./verdict/assessment";
import { type ChangeKind, type Changes, findCredentialChanges } from "./verdict/changes";

export { type Limit, limits };

/** The report for programs. */
export interface Report {
  /**
   * The worst class of all changes; `admin` if something is not understood, because its effect is
   * not known.
   */
  readonly verdict: Danger;
  readonly credentials: readonly CredentialReport[];
  /** What is not understood in the preview, each in a sentence. */
  readonly notUnderstood: readonly string[];
  /**
   * Other changes that can affect access and are not reviewed, such as a resource with its own
   * code. Each in a sentence.
   */
  readonly notReviewed: readonly string[];
  /** Absent if reach was not requested. */
  readonly reach?: ReportedReach;
}

/** A credential in the report, with what it reaches if a policy file is known. */
export interface CredentialReport extends ReportedCredential {
  readonly reachGained?: readonly JsonGain[];
  readonly reachLost?: readonly JsonGain[];
}

export type ReportedReach =
  /** No policy file is known. */
  | { readonly known: false; readonly reason: string }
  | {
      readonly known: true;
      /** Where the policy file comes from. */
      readonly policy: string;
      readonly notes: readonly string[];
      /**
       * Unchanged credentials, tags and people that reach more or less because the policy file
       * changes.
       */
      readonly byPolicy: readonly {
        readonly name: string;
        readonly urn?: string;
        readonly reachGained: readonly JsonGain[];
        readonly reachLost: readonly JsonGain[];
      }[];
      readonly denied: readonly {
        readonly name: string;
        readonly target: string;
        readonly ways: readonly ReturnType<typeof toJsonWay>[];
      }[];
    };

export interface Review {
  readonly report: Report;
  /** In the order of the report. */
  readonly assessments: readonly Assessment[];
  /** Absent where nobody asked for reach. */
  readonly reach?: ReviewedReach;
  /** What each assessed credential newly reaches and no longer reaches. */
  readonly reachOf: ReadonlyMap<Assessment, ReachChange>;
}

const changeOrder: readonly ChangeKind[] = [
  "create",
  "replace",
  "update",
  "import",
  "release",
  "delete",
  "discard",
];

export function review(steps: readonly Step[]): Review {
  const changes = findCredentialChanges(steps);
  return buildReview(changes, undefined);
}

/**
 * Like {@link review}, with what credentials reach by the policy file that is given or in the
 * preview.
 */
export function reviewWithReach(
  steps: readonly Step[],
  options: ReachOptions,
): Review | { readonly problem: string } {
  const changes = findCredentialChanges(steps);
  const reach = compareReach(steps, changes.changes, options);
  return "problem" in reach ? reach : buildReview(changes, reach);
}

function buildReview(
  { changes, notUnderstood, notReviewed }: Changes,
  reach: ReviewedReach | undefined,
): Review {
  const known = reach?.is === "known" ? reach : undefined;
  const reachOf = new Map<Assessment, ReachChange>();
  const assessments = changes
    .map((change) => {
      const assessment = assess(change);
      const reached = known?.byChange.get(change);
      if (reached !== undefined) reachOf.set(assessment, reached);
      return assessment;
    })
    .sort(
      ({ reported: one }, { reported: other }) =>
        dangers.indexOf(other.class) - dangers.indexOf(one.class) ||
        changeOrder.indexOf(one.change) - changeOrder.indexOf(other.change) ||
        compareText(one.urn, other.urn),
    );
  const strange = [
    ...notUnderstood,
    ...assessments.flatMap((assessment) => assessment.notUnderstood),
    ...(known?.notUnderstood ?? []),
  ];
  return {
    report: {
      verdict:
        strange.length > 0 ? "admin" : findWorst(assessments.map(({ reported }) => reported.class)),
      credentials: assessments.map((assessment) => {
        const found = reachOf.get(assessment);
        return found === undefined
          ? assessment.reported
          : {
              ...assessment.reported,
              reachGained: found.gained.map(toJsonGain),
              reachLost: found.lost.map(toJsonGain),
            };
      }),
      // The engine plans in parallel, so the order of its steps differs from run to run.
      notUnderstood: [...new Set(strange)].sort(),
      notReviewed: listSentences(notReviewed, known?.urn),
      ...(reach && { reach: reportReach(reach) }),
    },
    assessments,
    ...(reach && { reach }),
    reachOf,
  };
}

/**
 * The sentences without duplicates, and without those about the resource whose policy file was
 * reviewed.
 */
function listSentences(
  notReviewed: Changes["notReviewed"],
  reviewed: string | undefined,
): readonly string[] {
  const others = notReviewed.filter(({ urn }) => urn !== reviewed);
  return [...new Set(others.map(({ sentence }) => sentence))].sort();
}

function reportReach(reach: ReviewedReach): ReportedReach {
  if (reach.is === "unknown") return { known: false, reason: reach.sentence };
  return {
    known: true,
    policy: reach.from,
    notes: reach.notes,
    byPolicy: reach.others.map(({ name, urn, gained, lost }) => ({
      name,
      ...(urn !== undefined && { urn }),
      reachGained: gained.map(toJsonGain),
      reachLost: lost.map(toJsonGain),
    })),
    denied: reach.denied.map(({ name, target, ways }) => ({
      name,
      target,
      ways: ways.map(toJsonWay),
    })),
  };
}

/**
 * What is newly and no longer reached, in words: `"+ tag:db:5432 (as tag:web, owned by tag:ci)"`.
 */
export function describeReachChange({
  gained,
  lost,
}: Pick<ReachChange, "gained" | "lost">): string[] {
  const signed = (sign: string) => (gain: Gain) =>
    `${sign} ${describeGain(gain)}, ${describePlaces(listPlaces(gain))}`;
  return [...gained.map(signed("+")), ...lost.map(signed("-"))];
}

/**
 * Everybody who reaches more than before: changed credentials, and others through the policy file.
 */
function findReachingMore({ reach, reachOf }: Review): readonly ReachChange[] {
  if (reach?.is !== "known") return [];
  return [...reachOf.values(), ...reach.others].filter(({ gained }) => gained.length > 0);
}

/** Compares by code units, so that the order is the same on every machine. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether a review exceeds a limit. What is not understood exceeds every limit. */
export function exceedsLimit(review: Review, limit: Limit): boolean {
  const { report, assessments, reach } = review;
  if (report.notUnderstood.length > 0) return true;
  const changesReach = reach?.is === "known" && reach.others.length > 0;
  if (limit === "any")
    return assessments.length > 0 || report.notReviewed.length > 0 || changesReach;
  // Without a known policy file, anything may be reached.
  if (limit === "reach") return reach?.is !== "known" || isReachWider(review);
  if (limit === "gained")
    return assessments.some(({ widens }) => widens) || findReachingMore(review).length > 0;
  return isDangerAtLeast(report.verdict, limit);
}

const classWords: Readonly<Record<Danger, string>> = {
  admin: "can make administrators, or rewrite who reaches what",
  persist: "can create further credentials, which outlive its revocation",
  write: "can change more of the tailnet than before",
  read: "can read more than before",
  none: "",
};

/** The verdict in a sentence or two. */
export function describeVerdict(review: Review): string {
  const other = review.report.notReviewed.length;
  const unreviewed =
    other === 0
      ? ""
      : ` ${other === 1 ? "One other change can affect access and is" : `${other} other changes can affect access and are`} not reviewed.`;
  return `${describeChanges(review)}${describeReach(review)}${unreviewed}`;
}

function describeReach(review: Review): string {
  const { reach } = review;
  if (reach?.is !== "known") return "";
  const more = findReachingMore(review);
  const byPolicy = reach.others.filter(({ gained }) => gained.length > 0).length;
  const denied = new Set(reach.denied.flatMap(({ ways }) => ways.map(({ start }) => start))).size;
  return [
    more.length === 0
      ? ""
      : more.length === 1
        ? ` One reaches more than before${byPolicy > 0 ? ", by the policy file" : ""}.`
        : ` ${more.length} reach more than before${byPolicy > 0 ? `, ${byPolicy} of them by the policy file` : ""}.`,
    more.length === 0 && reach.others.length > 0 ? " The policy file takes reach away." : "",
    denied === 0 ? "" : ` ${denied} ${denied === 1 ? "reaches" : "reach"} what --deny names.`,
  ].join("");
}

/** Whether somebody reaches more than before. */
export function isReachWider(review: Review): boolean {
  return findReachingMore(review).length > 0;
}

function describeChanges(review: Review): string {
  const { report, assessments } = review;
  const total = assessments.length;
  const changed =
    total === 0
      ? "No credential changes"
      : `${total} ${total === 1 ? "credential changes" : "credentials change"}`;
  const strange = report.notUnderstood.length;
  if (strange > 0) {
    return `${changed}, and ${strange === 1 ? "one thing is" : `${strange} things are`} not understood: the verdict assumes the worst.`;
  }
  if (total === 0) return `${changed}.`;
  if (report.verdict === "none") {
    if (isReachWider(review)) return `${changed}; none can do more through the API than before.`;
    return assessments.some(({ widens }) => widens)
      ? `${changed}; none can do more than before, but check how long they live and what cannot be seen.`
      : `${changed}, and none gains access.`;
  }
  const worstOnes = report.credentials.filter((one) => one.class === report.verdict).length;
  const which =
    total === 1 ? "and it" : worstOnes === total ? "and each" : `and ${worstOnes} of them`;
  return `${changed}, ${which} ${classWords[report.verdict]}.`;
}
