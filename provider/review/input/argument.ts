/** What a preview shows of an argument: its value, that it is absent, or that it is hidden. */

import { isHidden, isUnknown } from "../../access/engine-values";

export type Argument =
  | { readonly is: "absent" }
  /** Something in the value may still be hidden or unknown: a member of a list, for example. */
  | { readonly is: "known"; readonly value: unknown }
  /** It has a value that is secret. */
  | { readonly is: "hidden" }
  /** Its value is only known after the deployment, and may be absent. */
  | { readonly is: "unknown" };

export const absent: Argument = { is: "absent" };
export const hidden: Argument = { is: "hidden" };
export const unknown: Argument = { is: "unknown" };

/** The API treats absent, null and an empty string alike. */
export function toArgument(value: unknown): Argument {
  if (value === undefined || value === null || value === "") return absent;
  if (isUnknown(value)) return unknown;
  return isHidden(value) ? hidden : { is: "known", value };
}

/** The arguments of a resource. */
export interface Arguments {
  readonly named: ReadonlyMap<string, Argument>;
  /** The value of every argument that is not in `named`: absent, or hidden. */
  readonly others: Argument;
}

export const noArguments: Arguments = { named: new Map(), others: absent };

/** Arguments about which nothing is known. */
export const unknownArguments: Arguments = { named: new Map(), others: unknown };

/** @param bag the object with the arguments, or the placeholder for it */
export function toArguments(bag: unknown): Arguments {
  const whole = toArgument(bag);
  if (whole.is !== "known") return { named: new Map(), others: whole };
  // The schemas of the files accept only an object or a placeholder.
  if (!isObject(whole.value)) return { named: new Map(), others: hidden };
  // Only own members, because an argument may have any name, such as `constructor`.
  const named = Object.entries(whole.value).map(
    ([name, value]) => [name, toArgument(value)] as const,
  );
  return { named: new Map(named), others: absent };
}

export function getArgument({ named, others }: Arguments, name: string): Argument {
  return named.get(name) ?? others;
}

/**
 * The arguments in a state as the program wrote them. The outputs of a state are the API's answer;
 * where that differs, their member `asked` has what the program wrote.
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

/** Overwrites `below` with `above`; returns `above` if it is hidden as a whole. */
function mergeArguments(below: Arguments, above: Arguments): Arguments {
  if (above.others.is !== "absent") return above;
  return { named: new Map([...below.named, ...above.named]), others: below.others };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that is equal for equal arguments. Hidden arguments count as equal. */
export function normalizeArgument(argument: Argument): string {
  return argument.is === "known"
    ? normalizeValue(argument.value)
    : argument.is === "absent"
      ? ""
      : "?";
}

/**
 * The normal form of a value. The order of a list and of an object's members does not matter, and
 * `false` counts as absent.
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
