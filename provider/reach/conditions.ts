/** Conditions of a step: which one is weaker, and how to describe them. */

import type { Condition } from "./model";

/** Whether everything that meets `strong` also meets `weak`. */
export function implies(strong: readonly Condition[], weak: readonly Condition[]): boolean {
  return weak.every((one) => strong.some((other) => impliesOne(other, one)));
}

function impliesOne(strong: Condition, weak: Condition): boolean {
  if (strong.kind === "posture" && weak.kind === "posture")
    return strong.anyOf.every((asked) =>
      weak.anyOf.some((accepted) => accepted.every((assertion) => asked.includes(assertion))),
    );
  if (strong.kind === "via" && weak.kind === "via")
    return strong.tags.every((tag) => weak.tags.includes(tag));
  return getConditionKey(strong) === getConditionKey(weak);
}

/** Removes the alternatives that require more than another one. */
export function keepWeakest(
  alternatives: readonly (readonly Condition[])[],
): (readonly Condition[])[] {
  const found: (readonly Condition[])[] = [];
  for (const one of alternatives) {
    if (found.some((other) => implies(one, other))) continue;
    found.splice(0, found.length, ...found.filter((other) => !implies(other, one)), one);
  }
  return found;
}

/** Removes the conditions that others imply. The order is stable. */
export function keepStrongest(conditions: readonly Condition[]): Condition[] {
  const found: Condition[] = [];
  for (const one of conditions) {
    if (found.some((other) => impliesOne(other, one))) continue;
    const kept = found.filter((other) => !impliesOne(one, other));
    found.splice(0, found.length, ...kept, one);
  }
  return found
    .map((condition) => [getConditionKey(condition), condition] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, condition]) => condition);
}

/** A key that is equal for conditions with the same meaning. */
export function getConditionKey(condition: Condition): string {
  switch (condition.kind) {
    case "posture":
      return `posture ${JSON.stringify(condition.anyOf.map((all) => [...new Set(all)].sort()).sort())}`;
    case "via":
      return `via ${[...new Set(condition.tags)].sort().join(" ")}`;
    default:
      return JSON.stringify(condition);
  }
}

/** Describes a condition for the end of a path, for example `"if node:os == 'macos'"`. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "posture":
      return `if ${condition.anyOf.map((all) => all.join(" and ")).join(", or ") || "never"}`;
    case "via":
      return `by a router with ${condition.tags.join(" or ")}`;
    case "address":
      return `if a machine has an address in ${condition.range}`;
    case "approval":
      return `after somebody approves ${condition.of}`;
    case "check":
      return `after signing in again (check${condition.period === "" ? "" : `, every ${condition.period}`})`;
    case "unknown":
      return `perhaps: ${condition.what}`;
  }
}
