/**
 * Resource options that a dynamic provider is not told of, as inputs of the class's own. Pulumi shows
 * no property whose name begins with two underscores.
 */

import type { Properties } from "./definition";

/** Set where the resource depends on others of the program. Only `check` sees it; it is not kept. */
export const waitsKey = "__waitsForOthers";

/**
 * The option `replaceOnChanges`. Pulumi's engine looks for the names in a list of changed properties
 * that the SDK's dynamic provider has no place for, so `diff` does it here.
 */
export const replaceOnChangesKey = "__replaceOnChanges";

/** Whether `name` is an input that stands for a resource option, or for the provider itself. */
export function isInternal(name: string): boolean {
  return ["__provider", waitsKey, replaceOnChangesKey].includes(name);
}

/** Those of the arguments `changed` whose change is to replace the resource. */
export function replacedBy(changed: readonly string[], inputs: Properties): string[] {
  const paths = inputs[replaceOnChangesKey];
  if (!Array.isArray(paths)) return [];
  // Of a path such as `scopes[0]` the argument decides.
  const names = paths.map((path) => String(path).split(/[.[]/)[0]);
  return names.includes("*") ? [...changed] : changed.filter((name) => names.includes(name));
}
