/** Arguments that several resources take, as schemas: what is right, in which normal form, and what to write instead. */

import { z } from "zod";
import { hasUserInformation, inAscii, invisibleIn } from "../../access/characters";
import { claimPath, writtenClaim } from "../../access/claim";
import { type Duration, formatSeconds, seconds } from "../../access/lifetime";
import { shown } from "../../access/sanitize";
import { knownScopes, legacyScopes, scopesThatNeedTags } from "../../access/scopes";
import { fits, formInWords, formOf, idInSecret } from "../../access/secret-form";
import { nearest } from "../../access/spelling";
import { verdictOn } from "../../access/trusted";
import type { Failure } from "../../engine/resource";
import { isNotKnown } from "../../engine/unknown-secret";

/** A list whose order means nothing: sorted, and refused where something stands in it twice. */
function setOf(member: z.ZodType<string, string>, what: string) {
  return z
    .array(member, {
      error: (issue) => `give a list, for example ${what}, not ${spoken(issue.input)}`,
    })
    .superRefine((members, context) => {
      members.forEach((name, index) => {
        if (members.indexOf(name) < index) {
          context.addIssue({
            code: "custom",
            path: [index],
            message: `"${name}" is listed twice: leave one out`,
          });
        }
      });
    })
    .transform((members) => [...members].sort());
}

const text = (what: string) =>
  z.string({ error: (issue) => `give ${what}, not ${spoken(issue.input)}` });

/** What identity tokens are held against: nobody can review a text with characters that nobody sees. */
const visibleText = (what: string) =>
  text(what).superRefine((value, context) => {
    const invisible = invisibleIn(value);
    if (invisible.length > 0)
      context.addIssue({ code: "custom", message: tellInvisible(invisible) });
  });

function tellInvisible(characters: readonly string[]): string {
  return `has characters that nobody can see: leave out ${characters.join(" ")}`;
}

/** The API's form of a tag (https://tailscale.com/kb/1068/tags): a letter first, then letters, digits and hyphens. */
const tag = text('a tag such as "tag:ci"').superRefine((name, context) => {
  if (/^tag:[A-Za-z][A-Za-z0-9-]*$/.test(name)) return;
  const message = name.startsWith("tag:")
    ? `"${name}" is no tag: after "tag:" comes a letter, then letters, digits and hyphens`
    : `"${name}" is no tag: tags start with "tag:". ${/^[A-Za-z][A-Za-z0-9-]*$/.test(name) ? `Write "tag:${name}".` : 'Write it like "tag:ci".'}`;
  context.addIssue({ code: "custom", message });
});

export const tags = setOf(tag, '["tag:ci"]').optional();

/** Scopes as written; whether they exist is a matter of two arguments: {@link scopeFailures}. */
export const scopes = setOf(text('a scope such as "devices:core:read"'), '["auth_keys"]').refine(
  (members) => members.length > 0,
  {
    error: 'give at least one scope, for example "devices:core:read"',
  },
);

export const unlistedScopes = setOf(text("the name of a scope"), '["new_scope"]').optional();

/**
 * The API's rule for descriptions: at most 50 letters, digits, hyphens and spaces
 * (https://tailscale.com/api#tag/keys); underscores are taken as well (fact: description-characters).
 */
export const description = text("a text")
  .superRefine((words, context) => {
    const length = [...words].length;
    if (length > 50) {
      context.addIssue({
        code: "custom",
        message: `${length} characters are too many: the API takes at most 50. Shorten it by ${length - 50}.`,
      });
    }
    const wrong = [
      ...new Set([...words].filter((character) => !/[\p{L}\p{M}\p{N} _-]/u.test(character))),
    ];
    if (wrong.length > 0) {
      context.addIssue({
        code: "custom",
        message: `the API takes letters, digits, hyphens, underscores and spaces only: leave out ${wrong.map((character) => JSON.stringify(character)).join(" ")}`,
      });
    }
  })
  .optional();

export const flag = z
  .boolean({ error: (issue) => `give true or false, not ${spoken(issue.input)}` })
  .default(false);

/** Who signs identity tokens: an https URL without query or fragment (OpenID Connect Discovery 1.0, section 2). */
export const issuer = visibleText(
  'an https URL such as "https://token.actions.githubusercontent.com"',
).superRefine((address, context) => {
  const url = z.url().safeParse(address).success ? new URL(address) : undefined;
  const problem =
    url === undefined
      ? "is no URL"
      : url.protocol !== "https:"
        ? "is not https, so nobody could trust the keys that it publishes"
        : url.search !== "" || url.hash !== ""
          ? "has a query or a fragment, which no issuer may have"
          : hasUserInformation(address)
            ? "has a user name before its host, as only a deception has"
            : undefined;
  if (problem === undefined) return;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(address)} ${problem}. Write it like "https://token.actions.githubusercontent.com".`,
  });
});

export const subject = visibleText(
  'the subject of the identity tokens, for example "repo:acme/infrastructure:ref:refs/heads/main"',
);

export const audience = visibleText("the audience of the identity tokens").optional();

/** Claims that have arguments of their own, which the API refuses among the rules. */
const ownArguments = new Map([
  ["sub", "subject"],
  ["iss", "issuer"],
  ["aud", "audience"],
]);

export const claimRules = z
  .record(z.string(), visibleText('a pattern such as "refs/heads/*"'), {
    error: (issue) =>
      `give an object of claims and patterns, for example { ref: "refs/heads/main" }, not ${spoken(issue.input)}`,
  })
  .superRefine((rules, context) => {
    const known = new Map<string, string>();
    for (const claim of Object.keys(rules)) {
      const problem = claimProblem(claim, known);
      if (problem !== undefined)
        context.addIssue({ code: "custom", path: [claim], message: problem });
    }
    for (const claim of Object.keys(rules)) {
      const invisible = invisibleIn(claim);
      if (invisible.length > 0)
        context.addIssue({
          code: "custom",
          message: `"${inAscii(claim)}" ${tellInvisible(invisible)}`,
        });
    }
  })
  .optional();

/** What is wrong with the name of a claim, beside those in `known`, to which it is added. */
function claimProblem(claim: string, known: Map<string, string>): string | undefined {
  // Names that nobody can read are told of elsewhere, and never shown.
  if (invisibleIn(claim).length > 0) return undefined;
  const read = claimPath(claim);
  if ("problem" in read) {
    return `the claim's name ${read.problem}. A period leads into an object, as in "user.name"; a name that has a period itself stands in double quotes, as in '"open.id".username'`;
  }
  const written = writtenClaim(read.path);
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

/** A subject that nobody can have, which would only show when the first token is refused. */
export function trustFailures({ issuer, subject }: TrustArguments): Failure[] {
  if (issuer === undefined || subject === undefined) return [];
  const verdict = verdictOn({ issuer, subject, audience: "", claims: {} });
  if (verdict.whose !== "nobody") return [];
  return [{ property: "subject", reason: `${verdict.reason}. ${verdict.instead}` }];
}

/** The id and the secret of the OAuth client that makes an auth key. */
export const minter = z
  .object(
    {
      clientId: text("the client's id").min(1, {
        error: "is empty: give the id of the OAuth client",
      }),
      clientSecret: text("the client's secret")
        .min(1, {
          error:
            "is empty: give the secret of the OAuth client, which is known only where it was created",
        })
        .refine((secret) => !isNotKnown(secret), {
          error:
            "is not known, because that OAuth client was adopted: give it rotateEvery, or replace it with `pulumi up --replace URN`",
        })
        .superRefine((secret, context) => {
          const form = formOf(secret);
          if (form === undefined || form === "client" || form === "otherSecret") return;
          context.addIssue({
            code: "custom",
            message: `is ${formInWords[form]}: give the secret of the OAuth client, which begins with "tskey-client-"`,
          });
        }),
    },
    {
      error: (issue) =>
        `give an OAuthClient, or { clientId, clientSecret }, not ${spoken(issue.input)}`,
    },
  )
  .superRefine(({ clientId, clientSecret }, context) => {
    if (formOf(clientSecret) !== "client" || fits(clientId, clientSecret)) return;
    context.addIssue({
      code: "custom",
      path: ["clientId"],
      message: `${JSON.stringify(shown(clientId))} does not fit clientSecret, which is that of ${idInSecret(clientSecret)}: give both of one OAuth client`,
    });
  })
  .optional();

export const recreation = z
  .enum(["always", "never"], { error: 'write "always" or "never"' })
  .optional();

/** A duration between two limits, in the form people read: `"90d"`. */
export function durationBetween(shortest: number, longest: number): z.ZodType<string, Duration> {
  return z
    .union([z.string(), z.number()], {
      error: (issue) =>
        `give a duration such as "30d" or a number of seconds, not ${spoken(issue.input)}`,
    })
    .transform((given, context) => {
      const length = seconds(given);
      if (length === undefined) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(given)} is no duration: write "90d", "12h", "30m", "45s", or a whole number of seconds`,
        });
        return z.NEVER;
      }
      if (length < shortest || length > longest) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(given)} is out of range: it must be between ${formatSeconds(shortest)} and ${formatSeconds(longest)}`,
        });
        return z.NEVER;
      }
      return formatSeconds(length);
    });
}

/** The longest time between two rotations: nobody plans further ahead, and a slip of the hand is found. */
const longestRotation = 10 * 365 * 24 * 60 * 60;

/** How often a credential is made anew. Under a minute every run would find it due. */
export const rotateEvery = durationBetween(60, longestRotation).optional();

export const connection = text("the name of a connection").optional();

/** A whole number whose change makes a new credential. */
export const generation = z
  .int({ error: (issue) => `give a whole number, not ${spoken(issue.input)}` })
  .optional();

interface ScopeArguments {
  scopes?: string[] | undefined;
  tags?: string[] | undefined;
  unlistedScopes?: string[] | undefined;
}

/** A scope that does not exist, and scopes that need tags without any. `written` tells the place in the person's own order. */
export function scopeFailures(known: ScopeArguments, written: { scopes?: unknown }): Failure[] {
  const order: unknown[] = Array.isArray(written.scopes) ? written.scopes : [];
  const failures = (known.scopes ?? []).flatMap((scope): Failure[] => {
    if (
      knownScopes.includes(scope) ||
      legacyScopes.has(scope) ||
      known.unlistedScopes?.includes(scope)
    )
      return [];
    const meant = nearest(scope, knownScopes);
    return [
      {
        property: `scopes[${order.indexOf(scope)}]`,
        reason: `"${scope}" is no scope of the Tailscale API. ${
          meant
            ? `Did you mean "${meant}"?`
            : "They are listed at https://tailscale.com/kb/1623/trust-credentials."
        } A scope newer than this version of Tailscope can be named in unlistedScopes.`,
      },
    ];
  });
  const needing = scopesThatNeedTags.filter((scope) => known.scopes?.includes(scope));
  if (needing.length > 0 && "tags" in known && (known.tags ?? []).length === 0) {
    const names = needing.map((scope) => `"${scope}"`).join(" and ");
    failures.push({
      property: "tags",
      reason: `${names} ${needing.length > 1 ? "let" : "lets"} a credential act on machines under its tags, so it needs at least one, for example "tag:ci"`,
    });
  }
  return failures;
}

/** What a person gave, without its content where that might be long or secret. */
function spoken(input: unknown): string {
  if (input === undefined || input === null) return "nothing";
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" ? "an object" : `a ${typeof input}`;
}
