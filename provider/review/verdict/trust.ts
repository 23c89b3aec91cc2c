/** Whose identity tokens a federated identity accepts: what is new about it, and what a change of it means. */

import { inAscii, issuerInAscii } from "../../access/characters";
import { shortened } from "../../access/shown";
import { isTrustWithin, type Trusted, whoMayUse } from "../../access/trusted";
import { type Argument, type Arguments, argumentFrom, argumentOf, isBag } from "../input/argument";
import type { FederatedIdentity } from "./credential";
import { inQuotes, type Life } from "./sentences";

export function trustAtFirst(after: FederatedIdentity): Life[] {
  // Issuer and subject are in the sentence where both can be seen.
  const parts = [...partsOf(after.arguments)].filter(
    ([name]) => after.trusted === undefined || (name !== "issuer" && name !== "subject"),
  );
  const rules = parts.filter(([name]) => !fixedParts.some(([fixed]) => fixed === name));
  const isPlain = rules.length === 0 && argumentOf(after.arguments, "audience").is === "absent";
  return [
    `Does not expire; ${who(after)} may use it.`,
    // Most have neither.
    ...(isPlain
      ? [`Its audience must be ${ownAudience}; it has no claim rules.`]
      : [
          ...parts.map(([name, value]) => `Its ${name} must be ${value}.`),
          ...(rules.length === 0 ? ["It has no claim rules."] : []),
        ]),
  ].map((sentence) => ({ sentence }));
}

export function trustChanges(before: FederatedIdentity, after: FederatedIdentity): Life[] {
  const [was, is] = [partsOf(before.arguments), partsOf(after.arguments)];
  const differences = [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => [name, partIn(was, name), partIn(is, name)] as const)
    .filter(([, one, other]) => one !== other || one === unseen)
    .map(([name, one, other]): Life => ({ sentence: `Its ${name}: ${one} became ${other}.` }));
  if (differences.length === 0) return [];
  const isWithin = before.trusted && after.trusted && isTrustWithin(after.trusted, before.trusted);
  if (!isWithin) {
    const [first = "", ...rest] = who(after);
    const sentence = `${first.toUpperCase()}${rest.join("")} may use it now.`;
    return [{ sentence, widens: "users" }, ...differences];
  }
  const isAsMany = isTrustWithin(before.trusted, after.trusted);
  return [{ sentence: `${isAsMany ? "As many" : "Fewer"} may use it.` }, ...differences];
}

function who({ trusted }: FederatedIdentity): string {
  return trusted === undefined
    ? "anybody, for all that can be seen yet,"
    : shortened(whoMayUse(inAsciiAll(trusted)), 200);
}

function inAsciiAll(trusted: Trusted): Trusted {
  return {
    ...trusted,
    issuer: issuerInAscii(trusted.issuer),
    subject: inAscii(trusted.subject),
  };
}

const unseen = "something that cannot be seen";
const allRules = "claim rules";
const ownAudience = "one that Tailscale makes for it alone";
const fixedParts = [
  ["issuer", "nobody"],
  ["subject", "nobody"],
  ["audience", ownAudience],
] as const;

/** A part, or what there is in its place. */
function partIn(parts: ReadonlyMap<string, string>, name: string): string {
  const part = parts.get(name);
  if (part !== undefined) return part;
  if (name === allRules) return parts.size > fixedParts.length ? "others" : "none";
  return parts.get(allRules) ?? "anything, or missing";
}

/** Every part of whom it trusts, by its name, in words. */
function partsOf(given: Arguments): Map<string, string> {
  const parts = new Map<string, string>();
  for (const [name, otherwise] of fixedParts) {
    const argument = argumentOf(given, name);
    const isIssuer = name === "issuer";
    parts.set(name, argument.is === "absent" ? otherwise : inWords(argument, isIssuer));
  }
  const rules = argumentOf(given, "customClaimRules");
  if (rules.is === "known" && isBag(rules.value)) {
    for (const [claim, rule] of Object.entries(rules.value))
      parts.set(`claim ${inQuotes(claim)}`, inWords(ruleFrom(rule), false));
  } else if (rules.is !== "absent") parts.set(allRules, unseen);
  return parts;
}

/** An empty rule is one: only an empty claim matches it. */
function ruleFrom(rule: unknown): Argument {
  return rule === "" ? { is: "known", value: "" } : argumentFrom(rule);
}

function inWords(argument: Argument, isIssuer: boolean): string {
  if (argument.is !== "known" || typeof argument.value !== "string") return unseen;
  return inQuotes(isIssuer ? issuerInAscii(argument.value) : argument.value);
}
