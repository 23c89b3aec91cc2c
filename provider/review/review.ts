/** A whole preview as a review: the most dangerous change first. */

import { type Danger, dangers, isAtLeast, worst } from "../access/danger";
import type { Step } from "./input/step";
import { type Assessment, assess, type ReportedCredential } from "./verdict/assessment";
import { type ChangeKind, changesIn } from "./verdict/changes";

/** The report for programs. */
export interface Report {
  /** The worst class of all; `admin` where something is not understood, because nobody knows what it gives. */
  readonly verdict: Danger;
  readonly credentials: readonly ReportedCredential[];
  /** What nobody knows about the change, each in a sentence. */
  readonly notUnderstood: readonly string[];
  /** What else changes and can change access, and is not reviewed: code of its own, for example. Each in a sentence. */
  readonly notReviewed: readonly string[];
}

export interface Review {
  readonly report: Report;
  /** In the order of the report. */
  readonly assessments: readonly Assessment[];
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
  const { changes, notUnderstood, notReviewed } = changesIn(steps);
  const assessments = changes
    .map(assess)
    .sort(
      ({ reported: one }, { reported: other }) =>
        dangers.indexOf(other.class) - dangers.indexOf(one.class) ||
        changeOrder.indexOf(one.change) - changeOrder.indexOf(other.change) ||
        compare(one.urn, other.urn),
    );
  const strange = [
    ...notUnderstood,
    ...assessments.flatMap((assessment) => assessment.notUnderstood),
  ];
  return {
    report: {
      verdict:
        strange.length > 0 ? "admin" : worst(assessments.map(({ reported }) => reported.class)),
      credentials: assessments.map(({ reported }) => reported),
      // The engine plans side by side, so the order of its steps differs from run to run.
      notUnderstood: [...new Set(strange)].sort(compare),
      notReviewed: [...notReviewed].sort(compare),
    },
    assessments,
  };
}

/** By code points, the same on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** What `--fail-on` takes: a class, any gain at all, or any change at all. */
export const limits = ["admin", "persist", "write", "gained", "any"] as const;

export type Limit = (typeof limits)[number];

/** Whether a review has what a limit names. What is not understood is every limit's. */
export function exceeds({ report, assessments }: Review, limit: Limit): boolean {
  if (report.notUnderstood.length > 0) return true;
  if (limit === "any") return assessments.length > 0 || report.notReviewed.length > 0;
  if (limit === "gained") return assessments.some(({ widens }) => widens);
  return isAtLeast(report.verdict, limit);
}

const classWords: Readonly<Record<Danger, string>> = {
  admin: "can make administrators, or rewrite who reaches what",
  persist: "can make further credentials, which outlive its revocation",
  write: "may change more of the tailnet than before",
  read: "may read more than before",
  none: "",
};

/** The verdict in a sentence or two. */
export function verdictInWords(review: Review): string {
  const other = review.report.notReviewed.length;
  const unreviewed =
    other === 0
      ? ""
      : ` ${other === 1 ? "One other thing changes" : `${other} other things change`} that can change access and ${other === 1 ? "is" : "are"} not reviewed.`;
  return `${changesInWords(review)}${unreviewed}`;
}

function changesInWords({ report, assessments }: Review): string {
  const total = assessments.length;
  const changed =
    total === 0
      ? "No credential changes"
      : `${total} ${total === 1 ? "credential changes" : "credentials change"}`;
  const strange = report.notUnderstood.length;
  if (strange > 0) {
    return `${changed}, and ${strange === 1 ? "one thing is" : `${strange} things are`} not understood: counted as the worst that could be.`;
  }
  if (total === 0) return `${changed}.`;
  if (report.verdict === "none") {
    return assessments.some(({ widens }) => widens)
      ? `${changed}; none may do more than before, but read how long they live and what cannot be seen.`
      : `${changed}, and none gains access.`;
  }
  const worstOnes = report.credentials.filter((one) => one.class === report.verdict).length;
  const which =
    total === 1 ? "and it" : worstOnes === total ? "and each" : `and ${worstOnes} of them`;
  return `${changed}, ${which} ${classWords[report.verdict]}.`;
}
