/**
 * The form that `pulumi preview --json` has with PULUMI_ENABLE_STREAMING_JSON_PREVIEW: an event a
 * line (`sdk/go/common/apitype/events.go`). It leaves out `deletedWith` and where a resource is
 * made.
 */

import { z } from "zod";
import { unknownValue } from "../../access/engine-values";
import { isObject } from "./argument";
import { findFailure, findMissingSteps, severity } from "./failures";
import { describeMismatch, objectLike, toState } from "./schemas";
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
});

const resourceEvent = z.looseObject({
  metadata: z.looseObject({
    op: z.string(),
    urn: z.string(),
    old: state.nullish(),
    new: state.nullish(),
  }),
});

const summary = z.looseObject({
  maybeCorrupt: z.boolean().nullish(),
  isPreview: z.boolean().nullish(),
  result: z.string().nullish(),
  resourceChanges: z.record(z.string(), z.number()).nullish(),
});

const nothingToRead = z.unknown().optional();

/** Every event that there is. One that is not here could say anything, so it is refused. */
const event = z.strictObject({
  sequence: z.number(),
  timestamp: z.number().optional(),
  resourcePreEvent: resourceEvent.optional(),
  resOutputsEvent: resourceEvent.optional(),
  resOpFailedEvent: resourceEvent.optional(),
  diagnosticEvent: z.looseObject({ severity, message: z.string().optional() }).optional(),
  errorEvent: z.looseObject({ error: z.string().optional() }).optional(),
  policyEvent: z
    .looseObject({ enforcementLevel: z.string().optional(), message: z.string().optional() })
    .optional(),
  summaryEvent: summary.optional(),
  cancelEvent: nothingToRead,
  stdoutEvent: nothingToRead,
  preludeEvent: nothingToRead,
  policyRemediationEvent: nothingToRead,
  policyLoadEvent: nothingToRead,
  policyAnalyzeSummaryEvent: nothingToRead,
  policyRemediateSummaryEvent: nothingToRead,
  policyAnalyzeStackSummaryEvent: nothingToRead,
  startDebuggingEvent: nothingToRead,
  progressEvent: nothingToRead,
});

type Event = z.infer<typeof event>;

export function isEvent(document: unknown): boolean {
  return isObject(document) && Object.hasOwn(document, "sequence");
}

export function readEvents(documents: readonly unknown[]): ReadResult {
  const parsed = z.array(event).safeParse(documents);
  if (!parsed.success) return { problem: describeMismatch(parsed.error, "a stream of events") };
  const events = parsed.data;
  const steps: Step[] = [];
  const places = new Map<string, number>();
  for (const { resourcePreEvent, resOutputsEvent } of events) {
    if (resourcePreEvent !== undefined) {
      places.set(resourcePreEvent.metadata.urn, steps.length);
      steps.push(toStep(resourcePreEvent.metadata));
    }
    // What a refresh came to is known when it ends.
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

function toStep({ op, urn, old, new: after }: z.infer<typeof resourceEvent>["metadata"]): Step {
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
