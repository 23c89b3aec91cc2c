/**
 * Whose identity tokens a federated identity accepts, and who may use it after a change that could
 * not before.
 */

import { inAscii, invisibleIn, issuerInAscii } from "./characters";
import { claimPath, writtenClaim } from "./claim";
import { type Admitted, admittedBy } from "./forms";
import { isWithin } from "./patterns";
import { type Platform, platformOf, selfHosted } from "./platforms";

/** A federated identity, as far as it says whom it trusts. */
export interface Trusted {
  readonly issuer: string;
  /** `*` stands for any characters, as in the claim rules. */
  readonly subject: string;
  /** `""` for the one that Tailscale makes. */
  readonly audience: string;
  /** By the claims' names, as {@link claimPath} reads them. */
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
 * same one ({@link admittedBy}), or where a claim rule does that. For an issuer that is not in the
 * table ({@link platforms}) only a subject that is written out names its owner: everything else
 * could be anybody's. The audience decides nothing, because whoever gets a token chooses it.
 *
 * @example
 * ```ts
 * const issuer = "https://token.actions.githubusercontent.com";
 * verdictOn({ issuer, subject: "repo:acme/*", audience: "", claims: {} });  // { whose: "owner", owner: "acme" }
 * verdictOn({ issuer, subject: "repo:acme*", audience: "", claims: {} });   // { whose: "strangers", reason: "has a * …", … }
 * verdictOn({ issuer, subject: "repo:acme", audience: "", claims: {} });    // { whose: "nobody", reason: "is not one …", … }
 * ```
 */
export function verdictOn(trusted: Trusted): Verdict {
  const { issuer, subject, claims } = trusted;
  const platform = platformBehind(issuer, subject);
  const invisible = invisibleIn([issuer, subject, ...Object.entries(claims).flat()].join(""));
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
    return { whose: "nobody", reason, instead: writeItLike(platform) };
  }
  const admitted = admittedBySubject(subject, platform);
  if (admitted.by === "nobody") {
    const reason = `is not one that ${platform?.name ?? hostOf(issuer)} ever gives`;
    return { whose: "nobody", reason, instead: writeItLike(platform) };
  }
  const owners = [admitted, ...claimsThatName(claims, platform)];
  const named = owners.find((one) => one.by === "owner");
  return named?.by === "owner"
    ? { whose: "owner", owner: named.owner }
    : { whose: "strangers", ...whyStrangers(trusted, platform) };
}

/**
 * The platform that gives a subject: that of the issuer, or one that runs on hosts of anybody's
 * own.
 */
function platformBehind(issuer: string, subject: string): Platform | undefined {
  return (
    platformOf(issuer) ??
    selfHosted.find(({ beginning }) => beginning !== undefined && subject.startsWith(beginning))
  );
}

/**
 * Whom a subject admits. Where the issuer may give others than are known, one that is written out
 * is one owner's.
 */
function admittedBySubject(subject: string, platform: Platform | undefined): Admitted {
  const admitted: Admitted = platform ? admittedBy(platform.subject, subject) : { by: "nobody" };
  if (admitted.by !== "nobody" || platform?.isComplete) return admitted;
  return subject.includes("*") ? { by: "strangers" } : { by: "owner", owner: subject };
}

function writeItLike(platform: Platform | undefined): string {
  const examples = platform?.examples ?? ["repo:acme/infrastructure:ref:refs/heads/main"];
  return `Write it like ${inWords(examples.map(quoted))}.`;
}

/** The owners that claim rules name. */
function claimsThatName(
  claims: Trusted["claims"],
  platform: Platform | undefined,
): readonly Admitted[] {
  return Object.entries(claims).flatMap(([name, pattern]) => {
    const form = platform && ownEntry(platform.claims, normalClaim(name));
    return form === undefined ? [] : [admittedBy(form, pattern)];
  });
}

function whyStrangers(
  { issuer, subject }: Trusted,
  platform: Platform | undefined,
): { reason: string; instead: string } {
  const [example = ""] = platform?.examples ?? [];
  const reason = /^[^:/]*\*/.test(subject)
    ? "has a * before anything that says whose token it is"
    : !subject.includes("*")
      ? "does not say whose token it is, so people outside the organisation may match"
      : platform === undefined
        ? `has a *, and where ${hostOf(issuer)} says whose token it is is not known, so people outside the organisation may match`
        : "has a * where it says whose token it is, so people outside the organisation may match";
  return {
    reason,
    instead:
      platform === undefined
        ? "Write the owner in full, and everything else as well: leave out the *."
        : `Write the owner in full, for example ${quoted(example)}.`,
  };
}

/** Whether everybody who may use `one` may use `other` too. */
export function isTrustWithin(one: Trusted, other: Trusted): boolean {
  const texts = [one.issuer, one.subject, one.audience, ...Object.entries(one.claims).flat()];
  if (invisibleIn(texts.join("")).length > 0) return isSame(one, other);
  const rules = rulesOf(one);
  return (
    one.issuer === other.issuer &&
    one.audience === other.audience &&
    isWithin(one.subject, other.subject) &&
    [...rulesOf(other)].every(([claim, pattern]) => {
      const rule = rules.get(claim);
      // Without a rule tokens will do that do not have the claim, which not even "*" lets in.
      return rule !== undefined && isWithin(rule, pattern);
    })
  );
}

function isSame(one: Trusted, other: Trusted): boolean {
  const written = ({ issuer, subject, audience, claims }: Trusted) =>
    JSON.stringify([issuer, subject, audience, Object.entries(claims).sort()]);
  return written(one) === written(other);
}

/**
 * The claim rules by the normal form of their claims' names; a claim may be called as anything,
 * `constructor` too.
 */
function rulesOf({ claims }: Trusted): ReadonlyMap<string, string> {
  return new Map(Object.entries(claims).map(([name, rule]) => [normalClaim(name), rule]));
}

function normalClaim(name: string): string {
  const read = claimPath(name);
  return "path" in read ? writtenClaim(read.path) : name;
}

/**
 * Who may use a federated identity, as a sentence that names the widest of them, in ASCII. Where
 * that may be strangers, it begins with "anybody on" or "anybody with"; where nobody can have such
 * a token, with "nobody".
 */
export function whoMayUse(trusted: Trusted): string {
  const { issuer } = trusted;
  const verdict = verdictOn(trusted);
  const platform = platformOf(issuer);
  const isGithub = platform?.name.startsWith("GitHub") === true;
  // Only shown: what it matches was decided by the letters that it has.
  const subject = inAscii(trusted.subject);
  if (verdict.whose === "nobody") return `nobody (the subject ${verdict.reason})`;
  if (verdict.whose === "strangers") {
    if (isGithub)
      return `anybody on ${platform.name === "GitHub Actions" ? "GitHub" : hostOf(issuer)}`;
    const matching = /^[^:/]*\*/.test(subject) ? "" : ` and a subject like ${subject}`;
    return `anybody with a token of ${hostOf(issuer)}${matching}`;
  }
  if (isGithub && subject.includes("*")) return githubRuns(subject, issuer);
  return subject.includes("*")
    ? `whoever ${hostOf(issuer)} calls by a name that matches ${subject}`
    : `whoever ${hostOf(issuer)} calls ${subject}`;
}

/** The runs of GitHub Actions that match a subject whose owner is written out. */
function githubRuns(subject: string, issuer: string): string {
  const [kind = "", path = "", ...context] = subject.split(":");
  const [owner = "", repository = ""] = path.split("/");
  if (kind !== "repo") return `whoever ${hostOf(issuer)} calls by a name that matches ${subject}`;
  if (repository.includes("*") || !path.includes("/"))
    return `anybody in the repositories of ${nameOf(owner)} that match ${path}`;
  const where = `${nameOf(owner)}/${nameOf(repository)}`;
  if (context.length === 0 || context[0]?.startsWith("*"))
    return `every branch, tag, environment and pull request of ${where}`;
  return `the runs of ${where} that match ${context.join(":")}`;
}

/** GitHub's immutable names have a number after an `@`. */
function nameOf(part: string): string {
  return part.replace(/@\d+$/, "");
}

function hostOf(issuer: string): string {
  return issuerInAscii(issuer).replace(/^https:\/\//, "") || "an issuer that is not named";
}

function ownEntry<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function inWords(examples: readonly string[]): string {
  const last = examples.at(-1) ?? "";
  return examples.length > 1 ? `${examples.slice(0, -1).join(", ")} or ${last}` : last;
}
