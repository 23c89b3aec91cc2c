/**
 * What a preview shows of an argument: its value, that it has none, or that there is something
 * which cannot be seen.
 */

import { isHidden, isUnknown } from "../../access/engine-values";

export type Argument =
  | { readonly is: "absent" }
  /** Something in the value may still be hidden or unknown: a member of a list, for example. */
  | { readonly is: "known"; readonly value: unknown }
  /** There, and secret. */
  | { readonly is: "hidden" }
  /** Known when it is deployed; perhaps nothing. */
  | { readonly is: "unknown" };

export const absent: Argument = { is: "absent" };
export const hidden: Argument = { is: "hidden" };
export const unknown: Argument = { is: "unknown" };

/** Absent, null and an empty text are one thing to the API. */
export function toArgument(value: unknown): Argument {
  if (value === undefined || value === null || value === "") return absent;
  if (isUnknown(value)) return unknown;
  return isHidden(value) ? hidden : { is: "known", value };
}

/** The arguments of a resource. */
export interface Arguments {
  readonly named: ReadonlyMap<string, Argument>;
  /**
   * What holds for those that are not named: nothing of them is there, or nothing is shown of them.
   */
  readonly others: Argument;
}

export const noArguments: Arguments = { named: new Map(), others: absent };

/** Of which nothing is known. */
export const unknownArguments: Arguments = { named: new Map(), others: unknown };

/** @param bag the object that has them, or what stands for it */
export function toArguments(bag: unknown): Arguments {
  const whole = toArgument(bag);
  if (whole.is !== "known") return { named: new Map(), others: whole };
  // Refused where a file is read.
  if (!isObject(whole.value)) return { named: new Map(), others: hidden };
  // Own members alone: an argument may be called as anything, `constructor` too.
  const named = Object.entries(whole.value).map(
    ([name, value]) => [name, toArgument(value)] as const,
  );
  return { named: new Map(named), others: absent };
}

export function getArgument({ named, others }: Arguments, name: string): Argument {
  return named.get(name) ?? others;
}

/**
 * The arguments in a state as they were asked for. Its outputs are what the API answered, under
 * `asked` with what was asked for where that differs.
 */
export function readAskedArguments(inputs: Arguments, outputs: Arguments): Arguments {
  const answered = readAnsweredArguments(inputs, outputs);
  const asked = getArgument(outputs, "asked");
  if (asked.is === "absent") return answered;
  const overlay =
    asked.is === "known" ? toArguments(asked.value) : { named: new Map(), others: asked };
  return mergeArguments(answered, overlay);
}

/** The arguments in a state as the API answered them. */
export function readAnsweredArguments(inputs: Arguments, outputs: Arguments): Arguments {
  return mergeArguments(inputs, outputs);
}

/** `below` with what `above` says instead: all of it, where that does not show what it says. */
function mergeArguments(below: Arguments, above: Arguments): Arguments {
  if (above.others.is !== "absent") return above;
  return { named: new Map([...below.named, ...above.named]), others: below.others };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** By which two arguments are compared; those that cannot be seen are alike. */
export function normalizeArgument(argument: Argument): string {
  return argument.is === "known"
    ? normalizeValue(argument.value)
    : argument.is === "absent"
      ? ""
      : "?";
}

/**
 * A value's normal form: the order of a list, and of an object's members, means nothing, and
 * `false` is what is not there.
 */
function normalizeValue(value: unknown): string {
  if (value === false) return "";
  if (Array.isArray(value))
    return value.length === 0 ? "" : `[${value.map(normalizeValue).sort().join()}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${normalizeValue(member)}`,
  );
  return members.length === 0 ? "" : `{${members.sort().join()}}`;
}
