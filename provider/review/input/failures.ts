/**
 * Whether a preview failed or stopped early. Such a preview is refused, because what is missing may
 * be what matters.
 */

import { parseType } from "../../access/urn";
import { nullish, string } from "./shape";
import type { Step } from "./step";

export const severity = nullish(string);

export interface Diagnostic {
  readonly severity?: string | null | undefined;
  readonly message?: string | undefined;
}

/**
 * The severities that do not mean a failure (`sdk/go/common/diag`). `info#err` is what the program
 * writes to standard error.
 */
const harmless = ["debug", "info", "info#err", "warning"];

/** Why a preview failed, by its diagnostics and by what the engine says about the state. */
export function findFailure(
  diagnostics: readonly Diagnostic[],
  maybeCorrupt: boolean,
): string | undefined {
  const errors = diagnostics.filter((one) => one.severity === "error");
  if (errors.length > 0)
    return `the preview failed: ${errors.map(({ message = "" }) => message.trim()).join("; ")}`;
  const strange = diagnostics.find((one) => !harmless.includes(one.severity ?? ""));
  if (strange !== undefined) {
    const named = JSON.stringify(strange.severity ?? "");
    return `the preview has a diagnostic of severity ${named}, which this version does not know: ${(strange.message ?? "").trim()}`;
  }
  return maybeCorrupt ? "the engine says that the state may be corrupt (maybeCorrupt)" : undefined;
}

/** Steps that no summary counts. */
const uncounted = [
  "create-replacement",
  "delete-replaced",
  "discard-replaced",
  "read-replacement",
  "import-replacement",
  "remove-pending-replace",
  "extend-parameterize",
  "diff",
  "refresh",
];

/**
 * Why some planned steps must be missing: the summary, which a preview writes last, counts them.
 *
 * The summary counts all unchanged resources, of which a preview shows few. It counts a read only
 * if something changed, and a preview shows every read (`engine/update.go`, `previewActions`).
 */
export function findMissingSteps(
  steps: readonly Step[],
  summary: Readonly<Record<string, number>> | undefined,
  hasEnded: boolean,
): string | undefined {
  if (summary === undefined) {
    if (steps.length === 0) return "it is not a preview: steps and changeSummary are missing";
    // A person or a tool may have taken the steps out of a preview. The engine writes both, unless
    // it failed.
    if (hasEnded) return "it failed before its end: it has a duration but no changeSummary";
    return undefined;
  }
  if (isRefresh(steps))
    return "it is the preview of a refresh, which does not show what the program changes";
  const counted = new Map(Object.entries(summary));
  const shown = new Map<string, number>();
  for (const { op } of steps) shown.set(op, (shown.get(op) ?? 0) + 1);
  for (const op of new Set([...counted.keys(), ...shown.keys()])) {
    if (uncounted.includes(op)) continue;
    const [has, says] = [shown.get(op) ?? 0, counted.get(op) ?? 0];
    const isRight = op === "same" ? says >= has : op === "read" ? says <= has : says === has;
    if (!isRight)
      return `steps are missing: changeSummary counts ${says} of "${op}", but the steps have ${has}`;
  }
  return undefined;
}

/**
 * Whether the program did not run: every step, or at least that of the stack itself, is a refresh.
 */
function isRefresh(steps: readonly Step[]): boolean {
  const [stack] = steps.filter(({ urn }) => parseType(urn) === "pulumi:pulumi:Stack");
  const own = stack === undefined ? steps : steps.filter(({ urn }) => urn === stack.urn);
  return own.length > 0 && own.every(({ op }) => op === "refresh");
}
