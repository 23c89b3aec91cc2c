/** Formats a review for a terminal. All text from the preview is made safe to show. */

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

/**
 * Wraps a line to the width of the terminal. Continuation lines are indented like the first, plus
 * `hanging`. The line may contain colour codes.
 */
export type Fit = (line: string, hanging: number) => string;

const asItIs: Fit = (line) => line;

export function formatTerminal(review: Review, fit = asItIs): string {
  const { report, assessments } = review;
  return [
    fit(styleText(["bold", colours[report.verdict]], describeVerdict(review)), 0),
    ...report.notUnderstood.map((sentence) =>
      fit(`  ${styleText("red", "not understood")}  ${sanitize(sentence)}`, 2),
    ),
    ...report.notReviewed.map((sentence) =>
      fit(`  ${styleText("yellow", "not reviewed")}  ${sanitize(sentence)}`, 2),
    ),
    ...assessments.flatMap((assessment) => ["", ...writeCredential(assessment, review, fit)]),
    ...listReachParts(review).flatMap(({ title, items }) => [
      "",
      fit(styleText("bold", sanitize(title)), 0),
      ...items.map((item) => fit(`  ${sanitize(item)}`, 2)),
    ]),
    "",
  ].join("\n");
}

/** The width of the labels of rows. */
const labelWidth = 9;

function writeCredential(assessment: Assessment, review: Review, fit: Fit): string[] {
  const { kind, name, change } = assessment.reported;
  const danger = assessment.reported.class;
  const folded = countOperations(assessment);
  return [
    `${styleText(["bold", colours[danger]], classNames[danger].toUpperCase().padEnd(9))}${kind} ${styleText("bold", sanitize(name))}, ${changeNames[change]}`,
    ...toRows(assessment, listReach(review, assessment)).flatMap(({ label, items }) =>
      items.map((item, index) => {
        const row = `  ${(index === 0 ? label : "").padEnd(labelWidth)}${sanitize(item)}`;
        // A row without a label is already indented.
        return fit(row, index === 0 ? labelWidth : 0);
      }),
    ),
    ...(folded === ""
      ? []
      : [fit(`           ${styleText("dim", `${folded}: --explain ${sanitize(name)}`)}`, 0)]),
  ];
}

const marks = { gained: "+", kept: " ", lost: "-" } as const;

/**
 * Formats every operation of one credential, with the scope that allows it, and whether it is new,
 * kept or lost.
 */
export function formatExplanation(assessment: Assessment, fit = asItIs): string {
  const { kind, name, change } = assessment.reported;
  const { operations } = explainAssessment(assessment);
  const width = Math.max(0, ...operations.map(({ operation }) => operation.length));
  const wide = Math.max(0, ...operations.map(({ scope }) => scope.length));
  return [
    fit(
      styleText("bold", `${kind} ${sanitize(name)}, ${changeNames[change]}: + gained, - lost`),
      2,
    ),
    ...(operations.length === 0 ? ["  It opens no operation of the API."] : []),
    ...operations.map(({ change: found, operation, scope, summary }) => {
      const row = `${operation.padEnd(width)}  ${scope.padEnd(wide)}  ${summary}`;
      return fit(`${marks[found]} ${row}`, found === "kept" ? 2 : 4);
    }),
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
