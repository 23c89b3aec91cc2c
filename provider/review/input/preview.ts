/** Reads the steps that `pulumi preview --json` prints: one digest, or events as they happen. */

import { hasKeyOf, parseDocuments } from "./documents";
import { isEvent, readEvents } from "./events";
import { findFailure, findMissingSteps, severity } from "./failures";
import { describeMismatch, findProgramPosition, stateMembers, toState } from "./schemas";
import {
  arrayOf,
  boolean,
  nullish,
  number,
  objectOf,
  optional,
  read,
  recordOf,
  string,
} from "./shape";
import type { ReadResult, Step } from "./step";

const state = objectOf({
  ...stateMembers,
  deletedWith: nullish(string),
  stackTrace: nullish(arrayOf(objectOf({ sourcePosition: optional(string) }))),
});

const step = objectOf({
  op: string,
  urn: string,
  oldState: nullish(state),
  newState: nullish(state),
});

/** `PreviewDigest` in the engine's `pkg/display/json.go`. */
const digest = objectOf({
  steps: nullish(arrayOf(step)),
  diagnostics: nullish(arrayOf(objectOf({ severity, message: optional(string) }))),
  changeSummary: nullish(recordOf(number)),
  maybeCorrupt: nullish(boolean),
  /** Written at the end, whether or not the preview failed. */
  duration: nullish(number),
});

/** The steps in the text of a preview, or what is wrong with it. */
export function readPreview(text: string): ReadResult {
  if (text.trim() === "")
    return { problem: "it is empty: `pulumi preview --json` printed nothing" };
  const found = parseDocuments(text, "the JSON of `pulumi preview --json`", isPartOfPreview);
  if ("problem" in found) return found;
  const [first, ...more] = found.documents;
  if (isEvent(first)) return readEvents(found.documents);
  if (more.length > 0)
    return { problem: "it has more than one JSON document: review each one separately" };
  return readDigest(first);
}

function isPartOfPreview(document: unknown): boolean {
  return isEvent(document) || hasKeyOf(document, ["steps", "changeSummary"]);
}

function readDigest(document: unknown): ReadResult {
  const found = read(digest, document);
  if ("mismatch" in found) return { problem: describeMismatch(found.mismatch, "a preview") };
  const { steps: given, diagnostics, changeSummary, maybeCorrupt, duration } = found.value;
  const steps = (given ?? []).map(({ op, urn, oldState, newState }): Step => {
    const position = findProgramPosition(newState?.stackTrace ?? oldState?.stackTrace ?? []);
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
