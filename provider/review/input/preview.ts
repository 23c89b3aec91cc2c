/**
 * What `pulumi preview --json` prints, as steps: the digest of the whole, or each event as it
 * happens.
 */

import { z } from "zod";
import { parseDocuments } from "./documents";
import { isEvent, readEvents } from "./events";
import { findFailure, findMissingSteps, severity } from "./failures";
import { describeMismatch, findPosition, objectLike, toState } from "./schemas";
import type { ReadResult, Step } from "./step";

const state = z.looseObject({
  type: z.string(),
  urn: z.string().nullish(),
  id: z.string().nullish(),
  inputs: objectLike,
  outputs: objectLike,
  external: z.boolean().nullish(),
  delete: z.boolean().nullish(),
  retainOnDelete: z.boolean().nullish(),
  deletedWith: z.string().nullish(),
  stackTrace: z.array(z.looseObject({ sourcePosition: z.string().optional() })).nullish(),
});

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: state.nullish(),
  newState: state.nullish(),
});

/** `PreviewDigest` in the engine's `pkg/display/json.go`. */
const digest = z.looseObject({
  steps: z.array(step).nullish(),
  diagnostics: z.array(z.looseObject({ severity, message: z.string().optional() })).nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
  maybeCorrupt: z.boolean().nullish(),
  /** Written at the end, whether or not the preview failed. */
  duration: z.number().nullish(),
});

/** The steps in the text of a preview, or what is wrong with it. */
export function readPreview(text: string): ReadResult {
  if (text.trim() === "")
    return { problem: "it is empty: `pulumi preview --json` printed nothing" };
  const found = parseDocuments(text, "the JSON of `pulumi preview --json`");
  if ("problem" in found) return found;
  const [first, ...more] = found.documents;
  if (isEvent(first)) return readEvents(found.documents);
  if (more.length > 0)
    return { problem: "it has more than one JSON document: review each one separately" };
  return readDigest(first);
}

function readDigest(document: unknown): ReadResult {
  const parsed = digest.safeParse(document);
  if (!parsed.success) return { problem: describeMismatch(parsed.error, "a preview") };
  const { steps: given, diagnostics, changeSummary, maybeCorrupt, duration } = parsed.data;
  const steps = (given ?? []).map(({ op, urn, oldState, newState }): Step => {
    const position = findPosition(newState?.stackTrace ?? oldState?.stackTrace ?? []);
    return {
      op,
      urn,
      ...(oldState && { old: toState("old", oldState, oldState.deletedWith) }),
      ...(newState && { new: toState("new", newState, newState.deletedWith) }),
      ...(position && { position }),
    };
  });
  const problem =
    findFailure(diagnostics ?? [], maybeCorrupt === true) ??
    findMissingSteps(steps, changeSummary ?? undefined, typeof duration === "number");
  return problem === undefined ? { steps } : { problem };
}
