/** Arguments that say whom a federated identity trusts. */

import { z } from "zod";
import { escapeToAscii, findInvisible, hasUserInformation } from "../../access/characters";
import { formatClaim, parseClaim } from "../../access/claim";
import { describeType } from "../../access/form-mismatch";
import { findPlatform } from "../../access/platforms";
import { judgeTrust } from "../../access/trusted";
import type { Failure } from "../../engine/resource";
import { createTextSchema } from "./common";

/** A text to compare identity tokens with. Nobody could review invisible characters in it. */
const createVisibleTextSchema = (what: string) =>
  createTextSchema(what).superRefine((value, context) => {
    const invisible = findInvisible(value);
    if (invisible.length > 0)
      context.addIssue({ code: "custom", message: describeInvisible(invisible) });
  });

function describeInvisible(characters: readonly string[]): string {
  return `has characters that nobody can see: leave out ${characters.join(" ")}`;
}

/**
 * The issuer of identity tokens: an https URL without a query or fragment.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
export const issuer = createVisibleTextSchema(
  'an https URL such as "https://token.actions.githubusercontent.com"',
).superRefine((address, context) => {
  const url = z.url().safeParse(address).success ? new URL(address) : undefined;
  const problem =
    url === undefined
      ? "is not a URL"
      : url.protocol !== "https:"
        ? "is not https, so nobody could trust the keys that it publishes"
        : url.search !== "" || url.hash !== ""
          ? "has a query or a fragment, which no issuer may have"
          : hasUserInformation(address)
            ? "has a user name before its host, which can only be meant to deceive"
            : findMisspelling(address, url);
  if (problem === undefined) return;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(address)} ${problem}. Write it like "https://token.actions.githubusercontent.com".`,
  });
});

/**
 * How an issuer is misspelled. A token spells its issuer in one way, and Tailscale compares the two
 * character by character.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
function findMisspelling(address: string, url: URL): string | undefined {
  if (address.trim() !== address) return "starts or ends with a space";
  const platform = findPlatform(address);
  if (platform === undefined || url.pathname !== "/" || address === url.origin) return undefined;
  return `is not how the tokens of ${platform.name} spell it: ${JSON.stringify(url.origin)}`;
}

export const subject = createVisibleTextSchema(
  'the subject of the identity tokens, for example "repo:acme/infrastructure:ref:refs/heads/main"',
);

export const audience = createVisibleTextSchema("the audience of the identity tokens")
  .refine((words) => words.trim() === words, { error: "starts or ends with a space" })
  .optional();

/** Claims that have arguments of their own. The API refuses them among the rules. */
const ownArguments = new Map([
  ["sub", "subject"],
  ["iss", "issuer"],
  ["aud", "audience"],
]);

export const claimRules = z
  .record(z.string(), createVisibleTextSchema('a pattern such as "refs/heads/*"'), {
    error: (issue) =>
      `expected an object of claims and patterns, for example { ref: "refs/heads/main" }, got ${describeType(issue.input)}`,
  })
  .superRefine((rules, context) => {
    const known = new Map<string, string>();
    for (const claim of Object.keys(rules)) {
      const problem = findClaimProblem(claim, known);
      if (problem !== undefined)
        context.addIssue({ code: "custom", path: [claim], message: problem });
    }
    for (const claim of Object.keys(rules)) {
      const invisible = findInvisible(claim);
      if (invisible.length > 0)
        context.addIssue({
          code: "custom",
          message: `"${escapeToAscii(claim)}" ${describeInvisible(invisible)}`,
        });
    }
  })
  .optional();

/** What is wrong with a claim's name, compared with those in `known`. Adds the name to them. */
function findClaimProblem(claim: string, known: Map<string, string>): string | undefined {
  // Names with invisible characters are reported elsewhere, and never shown.
  if (findInvisible(claim).length > 0) return undefined;
  const read = parseClaim(claim);
  if ("problem" in read) {
    return `the claim's name ${read.problem}. A period selects a member of an object, as in "user.name"; a name that contains a period is put in double quotes, as in '"open.id".username'`;
  }
  const written = formatClaim(read.path);
  const argument = ownArguments.get(written);
  if (argument !== undefined)
    return `"${written}" has an argument of its own: write it as ${argument}`;
  const twin = known.get(written);
  if (twin !== undefined) return `is the same claim as ${twin}: leave one of them out`;
  known.set(written, claim);
  return undefined;
}

interface TrustArguments {
  issuer?: string | undefined;
  subject?: string | undefined;
}

/** Finds a subject that no token can have. Otherwise only a refused token would show it. */
export function checkTrust({ issuer, subject }: TrustArguments): Failure[] {
  if (issuer === undefined || subject === undefined) return [];
  const verdict = judgeTrust({ issuer, subject, audience: "", claims: {} });
  if (verdict.whose !== "nobody") return [];
  return [{ property: "subject", reason: `${verdict.reason}. ${verdict.instead}` }];
}
