/**
 * Checks whether a JSON value has the expected form, and finds the first place where it does not.
 *
 * A review needs no more than that. Other code uses zod, but loading it would take a third of the
 * time of a review.
 */

import { isObject } from "./argument";

/** The place where a value has the wrong form. */
export interface Mismatch {
  /** The path to it, from the outermost value. */
  readonly path: readonly (string | number)[];
  /** The expected form, if it can be said in a few words: `"a list"`. */
  readonly expected?: string;
  /** The members that it must not have, if that is the problem. */
  readonly unknownKeys?: readonly string[];
}

/** Finds the first mismatch of a value; undefined for a valid `Value`. */
export interface Shape<Value> {
  (value: unknown): Mismatch | undefined;
  /** Never present at run time. It carries the type of a valid value. */
  readonly type?: Value;
}

export type ValueOf<Given> = Given extends Shape<infer Value> ? Value : never;

const noArray: Mismatch = { path: [], expected: "a list" };
const noObject: Mismatch = { path: [], expected: "an object" };

/** The shape of the values that a predicate accepts. */
export function shapeOf<Value>(
  isValue: (value: unknown) => boolean,
  expected?: string,
): Shape<Value> {
  const mismatch: Mismatch = { path: [], ...(expected !== undefined && { expected }) };
  return (value) => (isValue(value) ? undefined : mismatch);
}

export const string = shapeOf<string>((value) => typeof value === "string", "a string");
export const number = shapeOf<number>(Number.isFinite, "a number");
export const boolean = shapeOf<boolean>((value) => typeof value === "boolean", "true or false");
export const anything = shapeOf<unknown>(() => true);

export function optional<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (value) => (value === undefined ? undefined : shape(value));
}

export function nullish<Value>(shape: Shape<Value>): Shape<Value | null | undefined> {
  return (value) => (value === undefined || value === null ? undefined : shape(value));
}

export function arrayOf<Value>(shape: Shape<Value>): Shape<Value[]> {
  return (value) => (Array.isArray(value) ? findIn(value.entries(), shape) : noArray);
}

/** The shape of an object whose members all have the same shape. */
export function recordOf<Value>(shape: Shape<Value>): Shape<Record<string, Value>> {
  return (value) => (isObject(value) ? findIn(Object.entries(value), shape) : noObject);
}

function findIn(
  members: Iterable<readonly [string | number, unknown]>,
  shape: Shape<unknown>,
): Mismatch | undefined {
  for (const [name, member] of members) {
    const found = shape(member);
    if (found !== undefined) return { ...found, path: [name, ...found.path] };
  }
  return undefined;
}

type Members = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<Given extends Members> = { [Name in keyof Given]: ValueOf<Given[Name]> };

/** The shape of an object that has these members, and may have others. */
export function objectOf<Given extends Members>(members: Given): Shape<ObjectOf<Given>> {
  const shapes = Object.entries(members);
  return (value) => {
    if (!isObject(value)) return noObject;
    for (const [name, shape] of shapes) {
      const found = shape(Object.hasOwn(value, name) ? value[name] : undefined);
      if (found !== undefined) return { ...found, path: [name, ...found.path] };
    }
    return undefined;
  };
}

/** The shape of an object that has these members and no others. */
export function closedObjectOf<Given extends Members>(members: Given): Shape<ObjectOf<Given>> {
  const open = objectOf(members);
  return (value) => {
    const found = open(value);
    if (found !== undefined || !isObject(value)) return found;
    const unknownKeys = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
    return unknownKeys.length === 0 ? undefined : { path: [], unknownKeys };
  };
}

/** Checks a value. Returns it with the type of its shape, or the first mismatch. */
export function read<Value>(
  shape: Shape<Value>,
  value: unknown,
): { readonly value: Value } | { readonly mismatch: Mismatch } {
  const mismatch = shape(value);
  // The cast holds because the value has no mismatch.
  return mismatch === undefined ? { value: value as Value } : { mismatch };
}
