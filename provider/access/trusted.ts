/** Whose identity tokens a federated identity accepts, and who may use it after a change that could not before. */

import { isWithin } from "./patterns";

/** A federated identity, as far as it says whom it trusts. */
export interface Trusted {
  readonly issuer: string;
  readonly subject: string;
  /** `""` for the one that Tailscale makes. */
  readonly audience: string;
  readonly claims: Readonly<Record<string, string>>;
}

/** Whether everybody who may use `one` may use `other` too. */
export function isTrustWithin(one: Trusted, other: Trusted): boolean {
  return (
    one.issuer === other.issuer &&
    one.audience === other.audience &&
    isWithin(one.subject, other.subject) &&
    // Without a rule a token needs no such claim at all, which is wider than any value: `"*"`.
    Object.entries(other.claims).every(
      ([claim, pattern]) =>
        Object.hasOwn(one.claims, claim) && isWithin(one.claims[claim] ?? "", pattern),
    )
  );
}

const github = "https://token.actions.githubusercontent.com";

/**
 * Who may use a federated identity, as a sentence that names the widest of them.
 * Source for GitHub's subjects: https://docs.github.com/en/actions/reference/security/oidc
 */
export function whoMayUse({ issuer, subject }: Trusted): string {
  if (!subject.includes("*")) return `whoever ${hostOf(issuer)} calls ${subject}`;
  const [kind = "", path = "", ...context] = subject.split(":");
  if (issuer === github) {
    const [owner = "", repository = ""] = path.split("/");
    if (kind !== "repo" || owner.includes("*")) return "anybody on GitHub";
    if (repository.includes("*") || !path.includes("/"))
      return `anybody in the repositories of ${nameOf(owner)} that match ${path}`;
    const where = `${nameOf(owner)}/${nameOf(repository)}`;
    if (context.length === 0 || context[0]?.startsWith("*"))
      return `every branch, tag, environment and pull request of ${where}`;
    return `the runs of ${where} that match ${context.join(":")}`;
  }
  if (/^[^:/]*\*/.test(subject)) return `anybody with a token of ${hostOf(issuer)}`;
  return `whoever ${hostOf(issuer)} calls by a name that matches ${subject}`;
}

/**
 * Whether strangers could come by a token that matches: the part of the subject that says whose it is, its first segment after
 * the kind, has a wildcard.
 */
export function trustsStrangers({ issuer, subject }: Pick<Trusted, "issuer" | "subject">): boolean {
  const [kind = "", path] = subject.split(":");
  if (kind.includes("*") || path === undefined) return subject.includes("*");
  const [owner = "", ...rest] = path.split("/");
  // GitHub's owner is one segment; a path without a slash, such as a namespace, is the owner as a whole.
  if (owner.includes("*")) return true;
  return issuer === github && rest.length === 0 && subject.includes("*");
}

/** GitHub's immutable names have a number after an `@`. */
function nameOf(part: string): string {
  return part.replace(/@\d+$/, "");
}

function hostOf(issuer: string): string {
  return issuer.replace(/^https:\/\//, "") || "an issuer that is not named";
}
