/** Whose identity tokens a federated identity accepts, and who gains access to it by a change. */

import { escapeIssuer, escapeToAscii, findInvisible } from "./characters";
import { formatClaim, parseClaim } from "./claim";
import { type Admitted, findAdmitted } from "./forms";
import { isWithin } from "./patterns";
import { findPlatform, type Platform, selfHosted } from "./platforms";
import { joinWords } from "./word-list";

/** The part of a federated identity that says whom it trusts. */
export interface Trusted {
  readonly issuer: string;
  /** `*` stands for any characters, as in the claim rules. */
  readonly subject: string;
  /** `""` for the audience that Tailscale generates. */
  readonly audience: string;
  /** Keyed by the name of the claim, as {@link parseClaim} reads it. */
  readonly claims: Readonly<Record<string, string>>;
}

/** Whose identity tokens are accepted. */
export type Verdict =
  /** Tokens of one owner, whom the subject or a claim rule names. */
  | { readonly whose: "owner"; readonly owner: string }
  /**
   * Possibly also tokens of people outside the organisation. `reason` and `instead` are text for
   * people: `reason` follows the name of the subject ("has a * where …"), and `instead` is a
   * separate sentence.
   */
  | { readonly whose: "strangers"; readonly reason: string; readonly instead: string }
  /** Nobody's tokens: the issuer never issues such a subject. */
  | { readonly whose: "nobody"; readonly reason: string; readonly instead: string };

/**
 * Decides whether strangers can use a federated identity. `check`, `trust`, the policy pack and the
 * review all use this answer.
 *
 * The subject names an owner if every subject that the issuer can issue and that the pattern
 * matches has the same owner ({@link findAdmitted}). A claim rule can name the owner instead. For
 * an issuer that is not in the table ({@link platforms}), only a subject without a wildcard names
 * its owner: any other pattern could match anybody. The audience does not matter, because the
 * person who requests a token chooses it.
 *
 * @example
 * ```ts
 * const issuer = "https://token.actions.githubusercontent.com";
 * judgeTrust({ issuer, subject: "repo:acme/*", audience: "", claims: {} });  // { whose: "owner", owner: "acme" }
 * judgeTrust({ issuer, subject: "repo:acme*", audience: "", claims: {} });   // { whose: "strangers", reason: "has a * …", … }
 * judgeTrust({ issuer, subject: "repo:acme", audience: "", claims: {} });    // { whose: "nobody", reason: "is not one …", … }
 * ```
 */
export function judgeTrust(trusted: Trusted): Verdict {
  const { issuer, subject, claims } = trusted;
  const platform = findPlatformBehind(issuer, subject);
  const invisible = findInvisible([issuer, subject, ...Object.entries(claims).flat()].join(""));
  // Different readers see different text after such a character.
  if (invisible.length > 0) {
    return {
      whose: "strangers",
      reason: `has characters that nobody can see, or a claim rule or the issuer has: ${invisible.join(" ")}`,
      instead: "Leave them out.",
    };
  }
  if (subject.trim() !== subject) {
    const reason = "starts or ends with a space, and no subject does";
    return { whose: "nobody", reason, instead: suggestSubjects(platform) };
  }
  const admitted = findAdmittedBySubject(subject, platform);
  if (admitted.by === "nobody") {
    const reason = `is not one that ${platform?.name ?? formatHost(issuer)} ever gives`;
    return { whose: "nobody", reason, instead: suggestSubjects(platform) };
  }
  const owners = [admitted, ...findOwnersInClaims(claims, platform)];
  const named = owners.find((one) => one.by === "owner");
  return named?.by === "owner"
    ? { whose: "owner", owner: named.owner }
    : { whose: "strangers", ...explainStrangers(trusted, platform) };
}

/** The platform that issues a subject: the issuer's own, or one that anybody can host. */
function findPlatformBehind(issuer: string, subject: string): Platform | undefined {
  return (
    findPlatform(issuer) ??
    selfHosted.find(({ beginning }) => beginning !== undefined && subject.startsWith(beginning))
  );
}

/**
 * Whom a subject admits. If the issuer may also issue subjects of an unknown form, a subject
 * without a wildcard still belongs to one owner.
 */
function findAdmittedBySubject(subject: string, platform: Platform | undefined): Admitted {
  const admitted: Admitted = platform ? findAdmitted(platform.subject, subject) : { by: "nobody" };
  if (admitted.by !== "nobody" || platform?.isComplete) return admitted;
  return subject.includes("*") ? { by: "strangers" } : { by: "owner", owner: subject };
}

function suggestSubjects(platform: Platform | undefined): string {
  const examples = platform?.examples ?? ["repo:acme/infrastructure:ref:refs/heads/main"];
  return `Write it like ${joinWords(examples.map(quote), "or")}.`;
}

/** The owners that the claim rules name. */
function findOwnersInClaims(
  claims: Trusted["claims"],
  platform: Platform | undefined,
): readonly Admitted[] {
  return Object.entries(claims).flatMap(([name, pattern]) => {
    const form = platform && getOwnEntry(platform.claims, normalizeClaim(name));
    return form === undefined ? [] : [findAdmitted(form, pattern)];
  });
}

function explainStrangers(
  { issuer, subject }: Trusted,
  platform: Platform | undefined,
): { reason: string; instead: string } {
  const [example = ""] = platform?.examples ?? [];
  const reason = /^[^:/]*\*/.test(subject)
    ? "has a * before anything that says whose token it is"
    : !subject.includes("*")
      ? "does not say whose token it is, so people outside the organisation may match"
      : platform === undefined
        ? `has a *, and where ${formatHost(issuer)} says whose token it is is not known, so people outside the organisation may match`
        : "has a * where it says whose token it is, so people outside the organisation may match";
  return {
    reason,
    instead:
      platform === undefined
        ? "Write the owner in full, and everything else as well: leave out the *."
        : `Write the owner in full, for example ${quote(example)}.`,
  };
}

/** Whether everybody who can use `narrow` can also use `wide`. */
export function isTrustWithin(narrow: Trusted, wide: Trusted): boolean {
  const texts = [
    narrow.issuer,
    narrow.subject,
    narrow.audience,
    ...Object.entries(narrow.claims).flat(),
  ];
  if (findInvisible(texts.join("")).length > 0) return isSameTrust(narrow, wide);
  const rules = normalizeRules(narrow);
  return (
    narrow.issuer === wide.issuer &&
    narrow.audience === wide.audience &&
    isWithin(narrow.subject, wide.subject) &&
    [...normalizeRules(wide)].every(([claim, pattern]) => {
      const rule = rules.get(claim);
      // Without a rule, a token that lacks the claim is accepted; a rule of "*" refuses it.
      return rule !== undefined && isWithin(rule, pattern);
    })
  );
}

function isSameTrust(a: Trusted, b: Trusted): boolean {
  const format = ({ issuer, subject, audience, claims }: Trusted) =>
    JSON.stringify([issuer, subject, audience, Object.entries(claims).sort()]);
  return format(a) === format(b);
}

/**
 * The claim rules, keyed by the normal form of the claim's name. A map, because a claim can have
 * any name, even `constructor`.
 */
function normalizeRules({ claims }: Trusted): ReadonlyMap<string, string> {
  return new Map(Object.entries(claims).map(([name, rule]) => [normalizeClaim(name), rule]));
}

function normalizeClaim(name: string): string {
  const read = parseClaim(name);
  return "path" in read ? formatClaim(read.path) : name;
}

/**
 * Who can use a federated identity: ASCII text that names the widest group. It begins with "anybody
 * on" or "anybody with" if strangers may be among them, and with "nobody" if nobody can have such a
 * token.
 */
export function describeUsers(trusted: Trusted): string {
  const { issuer } = trusted;
  const verdict = judgeTrust(trusted);
  const platform = findPlatform(issuer);
  const isGithub = platform?.name.startsWith("GitHub") === true;
  // For display only: the original characters decide what the subject matches.
  const subject = escapeToAscii(trusted.subject);
  if (verdict.whose === "nobody") return `nobody (the subject ${verdict.reason})`;
  if (verdict.whose === "strangers") {
    if (isGithub)
      return `anybody on ${platform.name === "GitHub Actions" ? "GitHub" : formatHost(issuer)}`;
    const matching = /^[^:/]*\*/.test(subject) ? "" : ` and a subject like ${subject}`;
    return `anybody with a token of ${formatHost(issuer)}${matching}`;
  }
  if (isGithub && subject.includes("*")) return describeGithubRuns(subject, issuer);
  return subject.includes("*")
    ? `whoever has a token of ${formatHost(issuer)} for a subject that matches ${subject}`
    : `whoever has a token of ${formatHost(issuer)} for ${subject}`;
}

/** The GitHub Actions runs that match a subject with an explicit owner. */
function describeGithubRuns(subject: string, issuer: string): string {
  const [kind = "", path = "", ...context] = subject.split(":");
  const [owner = "", repository = ""] = path.split("/");
  if (kind !== "repo")
    return `whoever has a token of ${formatHost(issuer)} for a subject that matches ${subject}`;
  if (repository.includes("*") || !path.includes("/"))
    return `anybody in the repositories of ${removeNumber(owner)} that match ${path}`;
  const where = `${removeNumber(owner)}/${removeNumber(repository)}`;
  if (context.length === 0 || context[0]?.startsWith("*"))
    return `every branch, tag, environment and pull request of ${where}`;
  return `the runs of ${where} that match ${context.join(":")}`;
}

/** Removes the number that GitHub's immutable names have after an `@`. */
function removeNumber(part: string): string {
  return part.replace(/@\d+$/, "");
}

function formatHost(issuer: string): string {
  return escapeIssuer(issuer).replace(/^https:\/\//, "") || "an issuer that is not named";
}

function getOwnEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
