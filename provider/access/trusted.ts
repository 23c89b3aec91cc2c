/**
 * Whose identity tokens a federated identity accepts, and who may use it after a change that could
 * not before.
 */

import { escapeIssuer, escapeToAscii, findInvisible } from "./characters";
import { formatClaim, parseClaim } from "./claim";
import { type Admitted, findAdmitted } from "./forms";
import { isWithin } from "./patterns";
import { findPlatform, type Platform, selfHosted } from "./platforms";

/** A federated identity, as far as it says whom it trusts. */
export interface Trusted {
  readonly issuer: string;
  /** `*` stands for any characters, as in the claim rules. */
  readonly subject: string;
  /** `""` for the one that Tailscale makes. */
  readonly audience: string;
  /** By the claims' names, as {@link parseClaim} reads them. */
  readonly claims: Readonly<Record<string, string>>;
}

/** Whose identity tokens are accepted. */
export type Verdict =
  /** Those of one owner, whom the subject or a claim rule names. */
  | { readonly whose: "owner"; readonly owner: string }
  /**
   * Those of people outside the organisation, too, for all that is known. `reason` and `instead`
   * are for people: the first goes after the name of the subject ("has a * where …"), the second is
   * a sentence of its own.
   */
  | { readonly whose: "strangers"; readonly reason: string; readonly instead: string }
  /** Nobody's: the issuer never gives such a subject. */
  | { readonly whose: "nobody"; readonly reason: string; readonly instead: string };

/**
 * Who is a stranger: the one answer that `check`, `trust`, the policy pack and the review give.
 *
 * An owner is named where every subject that the issuer can give and the pattern matches has the
 * same one ({@link findAdmitted}), or where a claim rule does that. For an issuer that is not in the
 * table ({@link platforms}) only a subject that is written out names its owner: everything else
 * could be anybody's. The audience decides nothing, because whoever gets a token chooses it.
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
  // What is behind such a character depends on who reads it.
  if (invisible.length > 0) {
    return {
      whose: "strangers",
      reason: `has characters that nobody can see, or a claim rule or the issuer has: ${invisible.join(" ")}`,
      instead: "Leave them out.",
    };
  }
  if (subject.trim() !== subject) {
    const reason = "starts or ends with a blank, and no subject has one";
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

/**
 * The platform that gives a subject: that of the issuer, or one that runs on hosts of anybody's
 * own.
 */
function findPlatformBehind(issuer: string, subject: string): Platform | undefined {
  return (
    findPlatform(issuer) ??
    selfHosted.find(({ beginning }) => beginning !== undefined && subject.startsWith(beginning))
  );
}

/**
 * Whom a subject admits. Where the issuer may give others than are known, one that is written out
 * is one owner's.
 */
function findAdmittedBySubject(subject: string, platform: Platform | undefined): Admitted {
  const admitted: Admitted = platform ? findAdmitted(platform.subject, subject) : { by: "nobody" };
  if (admitted.by !== "nobody" || platform?.isComplete) return admitted;
  return subject.includes("*") ? { by: "strangers" } : { by: "owner", owner: subject };
}

function suggestSubjects(platform: Platform | undefined): string {
  const examples = platform?.examples ?? ["repo:acme/infrastructure:ref:refs/heads/main"];
  return `Write it like ${joinWithOr(examples.map(quote))}.`;
}

/** The owners that claim rules name. */
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

/** Whether everybody who may use `narrow` may use `wide` too. */
export function isTrustWithin(narrow: Trusted, wide: Trusted): boolean {
  const texts = [
    narrow.issuer,
    narrow.subject,
    narrow.audience,
    ...Object.entries(narrow.claims).flat(),
  ];
  if (findInvisible(texts.join("")).length > 0) return isSame(narrow, wide);
  const rules = normalizeRules(narrow);
  return (
    narrow.issuer === wide.issuer &&
    narrow.audience === wide.audience &&
    isWithin(narrow.subject, wide.subject) &&
    [...normalizeRules(wide)].every(([claim, pattern]) => {
      const rule = rules.get(claim);
      // Without a rule, tokens without the claim are accepted; a rule of "*" refuses them.
      return rule !== undefined && isWithin(rule, pattern);
    })
  );
}

function isSame(a: Trusted, b: Trusted): boolean {
  const format = ({ issuer, subject, audience, claims }: Trusted) =>
    JSON.stringify([issuer, subject, audience, Object.entries(claims).sort()]);
  return format(a) === format(b);
}

/**
 * The claim rules by the normal form of their claims' names; a claim may be called as anything,
 * `constructor` too.
 */
function normalizeRules({ claims }: Trusted): ReadonlyMap<string, string> {
  return new Map(Object.entries(claims).map(([name, rule]) => [normalizeClaim(name), rule]));
}

function normalizeClaim(name: string): string {
  const read = parseClaim(name);
  return "path" in read ? formatClaim(read.path) : name;
}

/**
 * Who may use a federated identity, as a sentence that names the widest of them, in ASCII. Where
 * that may be strangers, it begins with "anybody on" or "anybody with"; where nobody can have such
 * a token, with "nobody".
 */
export function describeUsers(trusted: Trusted): string {
  const { issuer } = trusted;
  const verdict = judgeTrust(trusted);
  const platform = findPlatform(issuer);
  const isGithub = platform?.name.startsWith("GitHub") === true;
  // Only shown: what it matches was decided by the letters that it has.
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

/** The runs of GitHub Actions that match a subject whose owner is written out. */
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

/** GitHub's immutable names have a number after an `@`. */
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

function joinWithOr(examples: readonly string[]): string {
  const last = examples.at(-1) ?? "";
  return examples.length > 1 ? `${examples.slice(0, -1).join(", ")} or ${last}` : last;
}
