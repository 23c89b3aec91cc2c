/**
 * Describes whose identity tokens a federated identity accepts, and what a change of that means.
 */

import { escapeIssuer } from "../../access/characters";
import { shorten } from "../../access/sanitize";
import { describeUsers, isTrustWithin } from "../../access/trusted";
import {
  type Argument,
  type Arguments,
  getArgument,
  isObject,
  toArgument,
} from "../input/argument";
import type { FederatedIdentity } from "./credential";
import { type LifeFact, quoteInAscii } from "./sentences";

export function describeNewTrust(after: FederatedIdentity): LifeFact[] {
  const conditions = readConditions(after.arguments);
  const namesUsers =
    !after.hiddenArguments.includes("issuer") && !after.hiddenArguments.includes("subject");
  const hasRules = [...conditions.keys()].some((name) => !fixedConditions.has(name));
  const users = `Does not expire; ${nameUsers(after)} may use it${hedgeHidden(after)}.`;
  if (namesUsers && !hasRules && conditions.get("audience")?.words === ownAudience) {
    return [
      { sentence: users },
      { sentence: `Its audience must be ${ownAudience}; it has no claim rules.` },
    ];
  }
  return [
    users,
    ...[...conditions]
      // The sentence above has the issuer and the subject, if both can be seen.
      .filter(([name]) => !namesUsers || (name !== "issuer" && name !== "subject"))
      .map(([name, { words }]) => `Its ${name} must be ${words}.`),
    ...(hasRules ? [] : ["It has no claim rules."]),
  ].map((sentence) => ({ sentence }));
}

export function describeTrustChange(
  before: FederatedIdentity,
  after: FederatedIdentity,
): LifeFact[] {
  const [was, is] = [readConditions(before.arguments), readConditions(after.arguments)];
  const differences = [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => [name, getCondition(was, name), getCondition(is, name)] as const)
    // Two hidden values may differ.
    .filter(([, old, now]) => old.key !== now.key || old === hidden)
    .map(
      ([name, old, now]): LifeFact => ({
        sentence: `Its ${name} before: ${old.words}; now: ${now.words}.`,
      }),
    );
  if (differences.length === 0) return [];
  const isWithin = before.trusted && after.trusted && isTrustWithin(after.trusted, before.trusted);
  if (!isWithin) {
    const [first = "", ...rest] = nameUsers(after);
    const sentence = `${first.toUpperCase()}${rest.join("")} may use it now${hedgeHidden(after)}.`;
    return [{ sentence, widens: "users" }, ...differences];
  }
  const isVisible = trustArguments.every((name) => !after.hiddenArguments.includes(name));
  const isAsMany = isTrustWithin(before.trusted, after.trusted);
  const users = !isVisible
    ? "Nobody else may use it."
    : isAsMany
      ? "As many may use it as before."
      : "Fewer may use it than before.";
  return [{ sentence: users }, ...differences];
}

const trustArguments = ["issuer", "subject", "audience", "customClaimRules"];

function nameUsers({ trusted }: FederatedIdentity): string {
  return trusted === undefined ? "anybody" : shorten(describeUsers(trusted), 200);
}

/** The end of a sentence that assumes that hidden arguments accept everybody. */
function hedgeHidden({ trusted, hiddenArguments }: FederatedIdentity): string {
  const hidden = trustArguments.filter((name) => hiddenArguments.includes(name));
  const decides = trusted === undefined ? hidden : hidden.filter((name) => name === "subject");
  return decides.length === 0 ? "" : ` (assumed: ${decides.join(" and ")} is not known)`;
}

/** What an identity token must have to be accepted. */
interface Condition {
  /** Equal for equal conditions. */
  readonly key: string;
  /** Follows "must be". */
  readonly words: string;
}

const hidden: Condition = { key: "", words: "something that cannot be seen" };
const allRules = "claim rules";
const ownAudience = "the one that Tailscale generates for it";

/** The conditions of every identity, and the words for each if its argument is left out. */
const fixedConditions: ReadonlyMap<string, string> = new Map([
  ["issuer", "nobody"],
  ["subject", "nobody"],
  ["audience", ownAudience],
]);

/** The condition of this name, or the default in its place. */
function getCondition(conditions: ReadonlyMap<string, Condition>, name: string): Condition {
  const condition = conditions.get(name);
  if (condition !== undefined) return condition;
  if (name === allRules)
    return toCondition(conditions.size > fixedConditions.size ? "others" : "none");
  return conditions.get(allRules) ?? toCondition("anything, or missing");
}

function toCondition(words: string): Condition {
  return { key: words, words };
}

/** The conditions, keyed by what they apply to: `issuer`, or `claim "ref"`. */
function readConditions(given: Arguments): Map<string, Condition> {
  const conditions = new Map<string, Condition>();
  for (const [name, absentWords] of fixedConditions) {
    const argument = getArgument(given, name);
    conditions.set(
      name,
      argument.is === "absent" ? toCondition(absentWords) : readTrustCondition(argument, name),
    );
  }
  const rules = getArgument(given, "customClaimRules");
  if (rules.is === "known" && isObject(rules.value)) {
    for (const [claim, rule] of Object.entries(rules.value))
      conditions.set(`claim ${quoteInAscii(claim)}`, readTrustCondition(readRule(rule), claim));
  } else if (rules.is !== "absent") conditions.set(allRules, hidden);
  return conditions;
}

/** An empty rule is a rule, unlike an empty argument: only an empty claim matches it. */
function readRule(rule: unknown): Argument {
  return rule === "" ? { is: "known", value: "" } : toArgument(rule);
}

function readTrustCondition(argument: Argument, name: string): Condition {
  if (argument.is !== "known" || typeof argument.value !== "string") return hidden;
  const { value } = argument;
  return {
    key: JSON.stringify(value),
    words: quoteInAscii(name === "issuer" ? escapeIssuer(value) : value),
  };
}
