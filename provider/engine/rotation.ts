/**
 * Rotation: the next `up` replaces a credential that is due, as if one of its arguments had
 * changed.
 */

import { formatTime, parseDuration } from "../access/lifetime";
import { computeDue, type Due } from "../access/rotation";
import { now } from "./clock";
import type { Properties } from "./resource";
import { listSecretArguments } from "./secret-arguments";

/**
 * When the credential of `state` is due by `rotateEvery` and `renewBefore` of `inputs`; undefined
 * without both.
 */
export function findRotation(state: Properties, inputs: Properties): Due | undefined {
  const created = parseTime(state["createdAt"]);
  if (created === undefined) return undefined;
  return computeDue({
    created,
    expires: parseTime(state["expiresAt"]),
    rotateEvery: parseMilliseconds(inputs["rotateEvery"]),
    renewBefore: parseMilliseconds(inputs["renewBefore"]),
  });
}

/** The output `rotatesAt`: RFC 3339, UTC, in whole seconds. */
export function formatRotatesAt(state: Properties, inputs: Properties): string | undefined {
  const due = findRotation(state, inputs);
  return due && formatTime(due.at);
}

/** The rotation that is due now, with its reason in a sentence; undefined if none is. */
export function findDueRotation(
  type: string,
  id: string,
  state: Properties,
  inputs: Properties,
): (Due & { reason: string }) | undefined {
  const due = findRotation(state, inputs);
  if (due === undefined || due.at > now()) return undefined;
  const { description } = state;
  const isShown =
    typeof description === "string" && !listSecretArguments(inputs).includes("description");
  const what = `${type} ${id}${isShown ? ` (${description})` : ""}`;
  const why =
    due.rule === "rotateEvery"
      ? `it was created at ${state["createdAt"]}, and rotateEvery is ${inputs["rotateEvery"]}`
      : `it expires at ${state["expiresAt"]}, and renewBefore is ${inputs["renewBefore"]}`;
  return {
    ...due,
    reason: `${what} is replaced: it has been due since ${formatTime(due.at)}, because ${why}.`,
  };
}

function parseMilliseconds(duration: unknown): number | undefined {
  const length =
    typeof duration === "string" || typeof duration === "number"
      ? parseDuration(duration)
      : undefined;
  return length === undefined ? undefined : length * 1000;
}

function parseTime(text: unknown): number | undefined {
  const parsed = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
