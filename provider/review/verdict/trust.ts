/**
 * Whose identity tokens a federated identity accepts: what is new about it, and what a change of it
 * means.
 */

import { escapeIssuer } from "../../access/characters";
import { shorten } from "../../access/sanitize";
import { describeUsers, isTrustWithin } from "../../access/trusted";
import { type Argument, type Arguments, argumentFrom, argumentOf, isBag } from "../input/argument";
import type { FederatedIdentity } from "./credential";
import { inQuotes, type Life } from "./sentences";

export function trustAtFirst(after: FederatedIdentity): Life[] {
  const parts = partsOf(after.arguments);
  const isSeen = !after.unseen.includes("issuer") && !after.unseen.includes("subject");
  const rules = [...parts].filter(([name]) => !fixedParts.has(name));
  const { audience } = Object.fromEntries(parts);
  if (isSeen && rules.length === 0 && audience?.shown === ownAudience) {
    return [
      { sentence: `Does not expire; ${who(after)} may use it.` },
      { sentence: `Its audience must be ${ownAudience}; it has no claim rules.` },
    ];
  }
  return [
    `Does not expire; ${who(after)} may use it.`,
    ...[...parts]
      // In the sentence above, where both can be seen.
      .filter(([name]) => !isSeen || (name !== "issuer" && name !== "subject"))
      .map(([name, { shown }]) => `Its ${name} must be ${shown}.`),
    ...(rules.length === 0 ? ["It has no claim rules."] : []),
  ].map((sentence) => ({ sentence }));
}

export function trustChanges(before: FederatedIdentity, after: FederatedIdentity): Life[] {
  const [was, is] = [partsOf(before.arguments), partsOf(after.arguments)];
  const differences = [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => [name, partIn(was, name), partIn(is, name)] as const)
    .filter(([, one, other]) => one.raw !== other.raw || one === unseen)
    .map(
      ([name, one, other]): Life => ({
        sentence: `Its ${name}: ${one.shown} became ${other.shown}.`,
      }),
    );
  if (differences.length === 0) return [];
  const isWithin = before.trusted && after.trusted && isTrustWithin(after.trusted, before.trusted);
  if (!isWithin) {
    const [first = "", ...rest] = who(after);
    const sentence = `${first.toUpperCase()}${rest.join("")} may use it now.`;
    return [{ sentence, widens: "users" }, ...differences];
  }
  const isSeen = trustArguments.every((name) => !after.unseen.includes(name));
  const isAsMany = isTrustWithin(before.trusted, after.trusted);
  const users = isSeen ? (isAsMany ? "As many" : "Fewer") : "Nobody else";
  return [{ sentence: `${users} may use it.` }, ...differences];
}

const trustArguments = ["issuer", "subject", "audience", "customClaimRules"];

function who({ trusted, unseen }: FederatedIdentity): string {
  const all = ", for all that can be seen yet,";
  if (trusted === undefined) return `anybody${all}`;
  const known = shorten(describeUsers(trusted), 200);
  return unseen.includes("subject") ? `${known}${all}` : known;
}

/** A part of whom it trusts. */
interface Part {
  /** By which two are compared. */
  readonly raw: string;
  readonly shown: string;
}

const unseen: Part = { raw: "", shown: "something that cannot be seen" };
const allRules = "claim rules";
const ownAudience = "one that Tailscale makes for it alone";
/** What is always there, and what it is without an argument. */
const fixedParts: ReadonlyMap<string, string> = new Map([
  ["issuer", "nobody"],
  ["subject", "nobody"],
  ["audience", ownAudience],
]);

/** A part, or what there is in its place. */
function partIn(parts: ReadonlyMap<string, Part>, name: string): Part {
  const part = parts.get(name);
  if (part !== undefined) return part;
  if (name === allRules) return inWords(parts.size > fixedParts.size ? "others" : "none");
  return parts.get(allRules) ?? inWords("anything, or missing");
}

function inWords(words: string): Part {
  return { raw: words, shown: words };
}

/** Every part of whom it trusts, by its name. */
function partsOf(given: Arguments): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const [name, otherwise] of fixedParts) {
    const argument = argumentOf(given, name);
    parts.set(name, argument.is === "absent" ? inWords(otherwise) : partFrom(argument, name));
  }
  const rules = argumentOf(given, "customClaimRules");
  if (rules.is === "known" && isBag(rules.value)) {
    for (const [claim, rule] of Object.entries(rules.value))
      parts.set(`claim ${inQuotes(claim)}`, partFrom(ruleFrom(rule), claim));
  } else if (rules.is !== "absent") parts.set(allRules, unseen);
  return parts;
}

/** An empty rule is one: only an empty claim matches it. */
function ruleFrom(rule: unknown): Argument {
  return rule === "" ? { is: "known", value: "" } : argumentFrom(rule);
}

function partFrom(argument: Argument, name: string): Part {
  if (argument.is !== "known" || typeof argument.value !== "string") return unseen;
  const { value } = argument;
  return {
    raw: JSON.stringify(value),
    shown: inQuotes(name === "issuer" ? escapeIssuer(value) : value),
  };
}
