/**
 * Whether a value of JSON has the form that it should have, and the first place where it has not.
 *
 * A review says no more of a preview than that. Everywhere else zod does it; loading zod would be a
 * third of what a review takes.
 */

import { isObject } from "./argument";

/** Where a value is not as it should be. */
export interface Mismatch {
  /** The way to it, from the outermost value. */
  readonly path: readonly (string | number)[];
  /** What it must be, where a word or two say it: `"a list"`. */
  readonly expected?: string;
  /** The members that it has and must not have, where that is what is wrong. */
  readonly unknownKeys?: readonly string[];
}

/** Finds what is wrong with a value; undefined for a `Value`. */
export interface Shape<Value> {
  (value: unknown): Mismatch | undefined;
  /** Never there: the type that a value has in which nothing is wrong. */
  readonly type?: Value;
}

export type ValueOf<Given> = Given extends Shape<infer Value> ? Value : never;

const noArray: Mismatch = { path: [], expected: "a list" };
const noObject: Mismatch = { path: [], expected: "an object" };

/** A shape for what a predicate lets through. */
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

/** An object whose members are all alike. */
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

/** An object that has these members, and may have others. */
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

/** An object that has these members and no others. */
export function closedObjectOf<Given extends Members>(members: Given): Shape<ObjectOf<Given>> {
  const open = objectOf(members);
  return (value) => {
    const found = open(value);
    if (found !== undefined || !isObject(value)) return found;
    const unknownKeys = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
    return unknownKeys.length === 0 ? undefined : { path: [], unknownKeys };
  };
}

/** The value as what its shape says, or where it is something else. */
export function read<Value>(
  shape: Shape<Value>,
  value: unknown,
): { readonly value: Value } | { readonly mismatch: Mismatch } {
  const mismatch = shape(value);
  // Nothing is wrong with it, so it is a `Value`.
  return mismatch === undefined ? { value: value as Value } : { mismatch };
}
