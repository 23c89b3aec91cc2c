/** What can be seen of one argument's value, and what is wrong with it. */

import { findInvisible, hasUserInformation } from "../../access/characters";
import { isHidden, isUnknown } from "../../access/engine-values";
import type { Form } from "../../access/kinds";
import { type Duration, parseDuration } from "../../access/lifetime";
import { type Arguments, getArgument, isObject } from "../input/argument";

export interface Reading {
  /** A list without its hidden members, for example. Undefined where nothing can be seen. */
  readonly value: unknown;
  /** Whether nothing of the value is hidden: neither secret nor unknown until the deployment. */
  readonly isComplete: boolean;
  /** What an argument of this name cannot have. Each sentence lacks its subject, the argument. */
  readonly problems: readonly string[];
}

export const absent: Reading = { value: undefined, isComplete: true, problems: [] };
const hidden: Reading = { value: undefined, isComplete: false, problems: [] };

/** A value that is wrong counts as hidden. */
function reject(problem: string): Reading {
  return { ...hidden, problems: [problem] };
}

function accept(value: unknown): Reading {
  return { value, isComplete: true, problems: [] };
}

export function readArgument(given: Arguments, name: string, form: Form): Reading {
  const argument = getArgument(given, name);
  if (argument.is === "absent") return absent;
  // A secret argument holds the credential that mints a key, and gives the key no access.
  if (form === "secret") return absent;
  if (argument.is !== "known") return hidden;
  const reading = readValue(argument.value, form);
  const problem = reading.isComplete ? findMisleadingForm(name, reading.value) : undefined;
  return problem === undefined ? reading : reject(problem);
}

function readValue(value: unknown, form: Exclude<Form, "secret">): Reading {
  switch (form) {
    case "names":
      return Array.isArray(value) ? readNames(value) : reject("is not a list of names");
    case "claims":
      return isObject(value) ? readClaims(value) : reject("is not a set of rules");
    case "flag":
      return typeof value === "boolean" ? accept(value) : reject("is neither true nor false");
    case "number":
      return typeof value === "number" ? accept(value) : reject("is not a number");
    case "name":
      return typeof value === "string" ? accept(value) : reject("is not a text");
    case "duration": {
      const length =
        typeof value === "string" || typeof value === "number"
          ? parseDuration(value satisfies Duration)
          : undefined;
      return length === undefined ? reject("is not a duration") : accept(length);
    }
  }
}

function readNames(members: readonly unknown[]): Reading {
  const names = members.filter(isVisibleText);
  const others = members.filter((member) => !isVisibleText(member));
  return {
    value: names,
    isComplete: others.length === 0,
    problems: others.every(isHiddenOrUnknown) ? [] : ["has a member that is not a name"],
  };
}

function readClaims(rules: Readonly<Record<string, unknown>>): Reading {
  const values = Object.values(rules);
  return {
    value: new Map(Object.entries(rules)),
    isComplete: values.every(isVisibleText),
    problems: values.every((rule) => isVisibleText(rule) || isHiddenOrUnknown(rule))
      ? []
      : ["has a rule that is not a pattern"],
  };
}

export function isVisibleText(value: unknown): value is string {
  return typeof value === "string" && !isHiddenOrUnknown(value);
}

function isHiddenOrUnknown(value: unknown): boolean {
  return isUnknown(value) || isHidden(value);
}

/** Values that look as if they trusted somebody else than they do. */
function findMisleadingForm(name: string, value: unknown): string | undefined {
  if (name === "recreateIfInvalid" && value !== "always" && value !== "never")
    return 'is neither "always" nor "never"';
  if (!["issuer", "subject", "audience", "customClaimRules"].includes(name)) return undefined;
  const texts: unknown[] = value instanceof Map ? [...value.keys(), ...value.values()] : [value];
  const invisible = [...new Set(texts.flatMap((text) => findInvisible(String(text))))];
  if (invisible.length > 0) return `has characters that nobody can see (${invisible.join(" ")})`;
  return name === "issuer" && hasUserInformation(String(value))
    ? "has a user name before its host, which can only be meant to deceive"
    : undefined;
}
