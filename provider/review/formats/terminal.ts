/** A review for a terminal. Everything that comes from the preview is made fit to be shown. */

import { styleText } from "node:util";
import { sanitize } from "../../access/sanitize";
import { describeVerdict, type Review } from "../review";
import type { Assessment } from "../verdict/assessment";
import { listReach, listReachParts } from "./reach-section";
import { changeNames, classNames, countOperations, toRows } from "./rows";

const colours = {
  admin: "red",
  persist: "magenta",
  write: "yellow",
  read: "blue",
  none: "gray",
} as const;

export function formatTerminal(review: Review): string {
  const { report, assessments } = review;
  return [
    styleText(["bold", colours[report.verdict]], describeVerdict(review)),
    ...report.notUnderstood.map(
      (sentence) => `  ${styleText("red", "not understood")}  ${sanitize(sentence)}`,
    ),
    ...report.notReviewed.map(
      (sentence) => `  ${styleText("yellow", "not reviewed")}  ${sanitize(sentence)}`,
    ),
    ...assessments.flatMap((assessment) => ["", ...writeCredential(assessment, review)]),
    ...listReachParts(review).flatMap(({ title, items }) => [
      "",
      styleText("bold", sanitize(title)),
      ...items.map((item) => `  ${sanitize(item)}`),
    ]),
    "",
  ].join("\n");
}

function writeCredential(assessment: Assessment, review: Review): string[] {
  const { kind, name, change } = assessment.reported;
  const danger = assessment.reported.class;
  const folded = countOperations(assessment);
  return [
    `${styleText(["bold", colours[danger]], classNames[danger].toUpperCase().padEnd(9))}${kind} ${styleText("bold", sanitize(name))}, ${changeNames[change]}`,
    ...toRows(assessment, listReach(review, assessment)).flatMap(({ label, items }) =>
      items.map((item, index) => `  ${(index === 0 ? label : "").padEnd(9)}${sanitize(item)}`),
    ),
    ...(folded === ""
      ? []
      : [styleText("dim", `           ${folded}: --explain ${sanitize(name)}`)]),
  ];
}

const marks = { gained: "+", kept: " ", lost: "-" } as const;

/**
 * Every operation of one credential, with the scope that opens it, and whether it is new, kept or
 * lost.
 */
export function formatExplanation(assessment: Assessment): string {
  const { kind, name, change } = assessment.reported;
  const { operations } = explainAssessment(assessment);
  const width = Math.max(0, ...operations.map(({ operation }) => operation.length));
  const wide = Math.max(0, ...operations.map(({ scope }) => scope.length));
  return [
    styleText("bold", `${kind} ${sanitize(name)}, ${changeNames[change]}: + gained, - lost`),
    ...(operations.length === 0 ? ["  It opens no operation of the API."] : []),
    ...operations.map(
      (one) =>
        `${marks[one.change]} ${one.operation.padEnd(width)}  ${one.scope.padEnd(wide)}  ${one.summary}`,
    ),
    "",
  ].join("\n");
}

interface ExplainedOperation {
  readonly operation: string;
  readonly scope: string;
  readonly summary: string;
  readonly change: keyof typeof marks;
}

/** The same for programs. */
export function explainAssessment({ reported, before, after }: Assessment): {
  urn: string;
  operations: ExplainedOperation[];
} {
  const [had, has] = [new Set(before), new Set(after)];
  const all = [...after, ...before.filter((operation) => !has.has(operation))];
  return {
    urn: reported.urn,
    operations: all.map((operation) => ({
      operation: operation.name,
      scope: operation.scope,
      summary: operation.summary,
      change: has.has(operation) ? (had.has(operation) ? "kept" : "gained") : "lost",
    })),
  };
}
