/**
 * Whose identity tokens a federated identity accepts, and whether a change accepts others than
 * before.
 */

import { isWithin } from "./patterns.ts";
import { type Members, type Rules, rulesIn, type Seen, textIn } from "./values.ts";

/**
 * What a token must have: an issuer and an audience that are equal, a subject and claims that
 * match.
 */
export interface Trust {
  readonly issuer: Seen<string>;
  readonly subject: Seen<string>;
  readonly audience: Seen<string>;
  readonly rules: Seen<Rules>;
  /** The audience that Tailscale made up, where it is known. */
  readonly givenAudience?: string | undefined;
}

export function trustOf(state: Members, givenAudience?: string): Trust {
  return {
    issuer: textIn(state["issuer"]),
    subject: textIn(state["subject"]),
    audience: textIn(state["audience"]),
    rules: rulesIn(state["customClaimRules"]),
    givenAudience,
  };
}

/**
 * Control, format and default-ignorable characters, which no reader sees. No issuer gives them, so
 * what has one of them is not trusted to mean what it seems to.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

function textsOf({ issuer, subject, audience, rules }: Trust): string[] {
  const known = (one: Seen<string>) => (one.is === "known" ? [one.value] : []);
  const claims = rules.is === "known" ? [...rules.value] : [];
  return [
    ...[issuer, subject, audience].flatMap(known),
    ...claims.flatMap(([claim, rule]) => [claim, ...known(rule)]),
  ];
}

/**
 * Whether it is made to look like another: by what is not seen, or by a user name before its host.
 */
export function isDeceptive(trust: Trust): boolean {
  const { issuer } = trust;
  const hasUser = issuer.is === "known" && /^https?:\/\/[^/]*@/.test(issuer.value);
  return hasUser || textsOf(trust).some((text) => unseen.test(text));
}

export function isPartlyHidden({ issuer, subject, audience, rules }: Trust): boolean {
  const texts = [issuer, subject, audience, ...(rules.is === "known" ? rules.value.values() : [])];
  return rules.is === "hidden" || texts.some(({ is }) => is === "hidden");
}

/** What is new and has characters that nobody sees counts as hidden. */
function seenClearly(trust: Trust, earlier: ReadonlySet<string>): Trust {
  const isFoul = (text: string) => unseen.test(text) && !earlier.has(text);
  const clear = (one: Seen<string>): Seen<string> =>
    one.is === "known" && isFoul(one.value) ? { is: "hidden" } : one;
  const { rules } = trust;
  const claims = rules.is === "known" ? [...rules.value].filter(([claim]) => !isFoul(claim)) : [];
  return {
    ...trust,
    issuer: clear(trust.issuer),
    subject: clear(trust.subject),
    audience: clear(trust.audience),
    rules:
      rules.is === "known"
        ? { ...rules, value: new Map(claims.map(([claim, rule]) => [claim, clear(rule)])) }
        : rules,
  };
}

/** Whether there may be a token that is accepted after and was not accepted before. */
export function widens(before: Trust, later: Trust): boolean {
  const after = seenClearly(later, new Set(textsOf(before)));
  return !(
    isSame(before.issuer, after.issuer) &&
    isNarrower(before.subject, after.subject) &&
    isSameAudience(before, after) &&
    rulesHold(before.rules, after.rules)
  );
}

function isSame(before: Seen<string>, after: Seen<string>): boolean {
  if (before.is === "absent") return after.is === "absent";
  return before.is === "known" && after.is === "known" && before.value === after.value;
}

/** Without an audience Tailscale makes one up, which stays. */
function isSameAudience({ audience, givenAudience }: Trust, after: Trust): boolean {
  if (isSame(audience, after.audience)) return true;
  return (
    audience.is === "absent" &&
    after.audience.is === "known" &&
    after.audience.value === givenAudience
  );
}

/** What cannot be seen matches nothing before and everything after. */
function isNarrower(before: Seen<string>, after: Seen<string>): boolean {
  if (before.is !== "known" || after.is === "malformed") return false;
  return isWithin(after.is === "known" ? after.value : "*", before.value);
}

/**
 * Whether each claim that was asked for is still asked for, at least as strictly. A token without
 * the claim fits no rule.
 */
function rulesHold(before: Seen<Rules>, after: Seen<Rules>): boolean {
  if (before.is === "absent") return true;
  if (before.is !== "known") return false;
  const rules: Rules = after.is === "known" ? after.value : new Map();
  return [...before.value].every(([claim, rule]) => {
    const now = rules.get(claim);
    return now !== undefined && isNarrower(rule, now);
  });
}
