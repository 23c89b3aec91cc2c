/**
 * The normal form of a value from a program, the state or the API. Different spellings of the same
 * value have the same normal form, so they never show as a change.
 */

import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { Resource } from "./resource";

/** One argument's value in normal form. */
export function normalize<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  value: unknown,
): unknown {
  const shape: Record<string, z.ZodType> = definition.inputs.shape;
  const present = emptyToUndefined(value);
  const result = shape[name]?.safeParse(present);
  // A tailnet may have a value that `check` would refuse, which is compared unchanged.
  return result?.success ? result.data : present;
}

/** Whether two values of an argument have the same normal form. */
export function isSameArgument<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  a: unknown,
  b: unknown,
): boolean {
  // Equal values have the same normal form, and most arguments have not changed.
  return (
    isDeepStrictEqual(a, b) ||
    isDeepStrictEqual(normalize(definition, name, a), normalize(definition, name, b))
  );
}

/**
 * The API treats null, an empty string, an empty list and an empty object alike: as absent, which
 * is undefined here.
 */
export function emptyToUndefined(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  if (typeof value === "object" && Object.keys(value as object).length === 0) return undefined; // Not null: see above.
  return value;
}
