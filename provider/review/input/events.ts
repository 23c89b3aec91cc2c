/**
 * Reads what `pulumi preview --json` prints with PULUMI_ENABLE_STREAMING_JSON_PREVIEW: one event in
 * each line (`sdk/go/common/apitype/events.go`). It lacks `deletedWith`, and the place in the
 * program that creates a resource.
 */

import { unknownValue } from "../../access/engine-values";
import { isObject } from "./argument";
import { findFailure, findMissingSteps, severity } from "./failures";
import { describeMismatch, stateShape, toState } from "./schemas";
import {
  anything,
  arrayOf,
  boolean,
  closedObjectOf,
  nullish,
  number,
  objectOf,
  optional,
  read,
  recordOf,
  string,
  type ValueOf,
} from "./shape";
import type { ReadResult, Step } from "./step";

const resourceEvent = objectOf({
  metadata: objectOf({
    op: string,
    urn: string,
    old: nullish(stateShape),
    new: nullish(stateShape),
  }),
});

const summary = objectOf({
  maybeCorrupt: nullish(boolean),
  isPreview: nullish(boolean),
  result: nullish(string),
  resourceChanges: nullish(recordOf(number)),
});

/** All known events. An unknown one is refused, because it could mean anything. */
const event = closedObjectOf({
  sequence: number,
  timestamp: optional(number),
  resourcePreEvent: optional(resourceEvent),
  resOutputsEvent: optional(resourceEvent),
  resOpFailedEvent: optional(resourceEvent),
  diagnosticEvent: optional(objectOf({ severity, message: optional(string) })),
  errorEvent: optional(objectOf({ error: optional(string) })),
  policyEvent: optional(
    objectOf({ enforcementLevel: optional(string), message: optional(string) }),
  ),
  summaryEvent: optional(summary),
  cancelEvent: anything,
  stdoutEvent: anything,
  preludeEvent: anything,
  policyRemediationEvent: anything,
  policyLoadEvent: anything,
  policyAnalyzeSummaryEvent: anything,
  policyRemediateSummaryEvent: anything,
  policyAnalyzeStackSummaryEvent: anything,
  startDebuggingEvent: anything,
  progressEvent: anything,
});

type Event = ValueOf<typeof event>;

export function isEvent(document: unknown): boolean {
  return isObject(document) && Object.hasOwn(document, "sequence");
}

export function readEvents(documents: readonly unknown[]): ReadResult {
  const found = read(arrayOf(event), documents);
  if ("mismatch" in found)
    return { problem: describeMismatch(found.mismatch, "a stream of events") };
  const events = found.value;
  const steps: Step[] = [];
  const places = new Map<string, number>();
  for (const { resourcePreEvent, resOutputsEvent } of events) {
    if (resourcePreEvent !== undefined) {
      places.set(resourcePreEvent.metadata.urn, steps.length);
      steps.push(toStep(resourcePreEvent.metadata));
    }
    // The result of a refresh is known when it ends.
    const place = places.get(resOutputsEvent?.metadata.urn ?? "");
    if (
      resOutputsEvent !== undefined &&
      place !== undefined &&
      steps[place]?.op === "refresh" &&
      resOutputsEvent.metadata.op !== "same"
    )
      steps[place] = toStep(resOutputsEvent.metadata);
  }
  const problem = findFailureInEvents(events, steps);
  return problem === undefined ? { steps } : { problem };
}

function toStep({ op, urn, old, new: after }: ValueOf<typeof resourceEvent>["metadata"]): Step {
  return {
    op,
    urn,
    ...(old && { old: toState("old", old, unknownValue) }),
    ...(after && { new: toState("new", after, unknownValue) }),
  };
}

function findFailureInEvents(events: readonly Event[], steps: readonly Step[]): string | undefined {
  const [end, more] = events.flatMap(({ summaryEvent }) => (summaryEvent ? [summaryEvent] : []));
  if (more !== undefined)
    return "it has the events of more than one preview: review each one separately";
  const diagnostics = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent ? [diagnosticEvent] : [],
  );
  const problem = findFailure(diagnostics, end?.maybeCorrupt === true);
  if (problem !== undefined) return problem;
  for (const { errorEvent, resOpFailedEvent, policyEvent } of events) {
    if (errorEvent) return `the preview failed: ${(errorEvent.error ?? "").trim()}`;
    if (resOpFailedEvent) return `the preview failed at ${resOpFailedEvent.metadata.urn}`;
    if (policyEvent?.enforcementLevel === "mandatory")
      return `a policy pack forbids it: ${(policyEvent.message ?? "").trim()}`;
  }
  if (end === undefined) return "it is cut off: the event with its summary is missing";
  if (end.isPreview === false) return "it is an update, not a preview";
  if ((end.result ?? "succeeded") !== "succeeded") return `the preview ${end.result}`;
  return findMissingSteps(steps, end.resourceChanges ?? {}, true);
}
