/** Values that Pulumi does not know yet, and values that are absent. */

import { isUnknown } from "../access/engine-values";

/** Whether `value` is unknown, or has an unknown value in it. */
export function holdsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}

/**
 * `value` without undefined members, at any depth: the engine refuses a message that has one
 * ("Unexpected struct type.").
 */
export function removeUndefined<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(removeUndefined) as Value; // An array stays an array of the same members.
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(kept.map(([name, member]) => [name, removeUndefined(member)])) as Value; // Less what was undefined.
}
