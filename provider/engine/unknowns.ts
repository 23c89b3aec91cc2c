/** Values that Pulumi does not know yet, and those that are not there at all. */

import { isUnknown } from "../access/engine-values";

/** Whether `value` is unknown, or holds something unknown. */
export function holdsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}

/**
 * `value` without members that are undefined, at any depth: the engine refuses a message that holds
 * one ("Unexpected struct type.").
 */
export function removeUndefined<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(removeUndefined) as Value; // An array stays an array of the same members.
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept.map(([name, member]) => [name, removeUndefined(member)])) as Value; // Less what was undefined.
}

/**
 * Absent, null, an empty string, an empty list and an empty object are one thing to the API; here
 * it is undefined.
 */
export function emptyToUndefined(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  if (typeof value === "object" && Object.keys(value as object).length === 0) return undefined; // Not null: see above.
  return value;
}
