/** The rules of the policy pack, as plain functions that return problems. */

import { administratorScopes } from "../access/danger";
import {
  type Duration,
  formatSeconds,
  longestAuthKeyLifetime,
  parseDuration,
} from "../access/lifetime";
import { matches } from "../access/patterns";
import { sanitize } from "../access/sanitize";
import { covers, expandLegacyScopes, knownScopes, legacyScopes } from "../access/scopes";
import { judgeTrust } from "../access/trusted";
import { type Allowance, describeLastEnd, type Exception, holdsAny } from "./exceptions";
import { type Judged, notKnown } from "./judged";
import { isRotated, type RotatingComponent } from "./rotating";
import { isFor } from "./urn-pattern";

/** Reports `all`, and also `all:read`, which can read every log. */
export function findAllScopes({ args }: Judged): string[] {
  return readScopes(args)
    .filter(({ means }) => means.includes("all") || means.includes("all:read"))
    .map(({ said, isKnown, means }) =>
      isKnown
        ? `scopes: ${said} permits every ${means.includes("all") ? "operation" : "read"} of the API, including those added later. ${listInstead}`
        : `scopes: ${said}, so it counts as "all". ${listInstead}`,
    );
}

const listInstead = 'List what it needs instead, for example ["devices:core:read"].';

/**
 * Reports scopes that can make administrators, unless an exception covers them.
 * @param today for example `"2026-11-24"`
 */
export function findAdministratorScopes(
  { urn, args }: Judged,
  exceptions: readonly Exception[],
  today: string,
): string[] {
  return readScopes(args).flatMap(({ written, said, means, isKnown }) => {
    if (!means.some((scope) => administratorScopes.includes(scope))) return [];
    const meant = exceptions.filter(
      (one) =>
        isFor(one.urn, urn) &&
        (one.scope === written ||
          (isKnown && means.every((scope) => expandLegacyScopes([one.scope]).includes(scope)))),
    );
    if (holdsAny(meant, today)) return [];
    return [
      `scopes: ${said}${isKnown ? " can make" : ', so it counts as "all", which can make'} administrators, or rewrite who reaches what. ${describeLastEnd(meant)}Remove it, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "${urn}", scope: "${sanitize(written)}", reason: "…", until: "YYYY-MM-DD" }].`,
    ];
  });
}

export function findLongLivedKeys({ kind, args }: Judged, longest: Duration): string[] {
  const limit = parseDuration(longest) ?? 0;
  if (kind !== "AuthKey") return [];
  const given = args.value("expiry");
  if (given === notKnown) return [];
  const length = given === undefined ? longestAuthKeyLifetime : parseLength(given);
  if (length !== undefined && length <= limit) return [];
  return [
    `expiry: an auth key may be valid for ${formatSeconds(limit)} at most. Write expiry: "${formatSeconds(limit)}" or less.`,
  ];
}

export function findLastingReusableKeys({ kind, args }: Judged): string[] {
  if (kind !== "AuthKey") return [];
  const [reusable, ephemeral] = [args.value("reusable"), args.value("ephemeral")];
  if (!mayBeOn(reusable) || ephemeral === true) return [];
  if (reusable === notKnown || ephemeral === notKnown) return [];
  return [
    "ephemeral: any number of machines can join with a reusable key, and nothing removes them. Write ephemeral: true, or omit reusable.",
  ];
}

export function findUntaggedPreauthorizedKeys({ kind, args }: Judged): string[] {
  if (kind !== "AuthKey") return [];
  const preauthorized = args.value("preauthorized");
  const { texts, isUnknown } = args.list("tags");
  const isTagged = texts.some((tag) => /^tag:[A-Za-z][A-Za-z0-9-]*$/.test(tag));
  if (!mayBeOn(preauthorized) || isTagged || isUnknown || preauthorized === notKnown) return [];
  return [
    'tags: machines join with a preauthorised key without approval, so tags must limit what they reach. Write tags: ["tag:ci"], or omit preauthorized.',
  ];
}

export function findMissingDescription({ args }: Judged): string[] {
  const description = args.value("description");
  if (description === notKnown) return [];
  if (typeof description === "string" && saysSomething(description)) return [];
  return [
    'description: is missing. Write what the credential is for, for example description: "CI runners".',
  ];
}

/** Whether a text has a visible letter or digit, and is not just a placeholder. */
function saysSomething(text: string): boolean {
  const seen = text.replace(/[\p{Default_Ignorable_Code_Point}\p{C}]/gu, "");
  const words = seen.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
  return words !== "" && !placeholders.includes(words);
}

const placeholders = [
  ...["todo", "tbd", "fixme", "none", "null", "undefined", "na", "description", "nodescription"],
];

export function findDisallowed(judged: Judged, table: readonly Allowance[]): string[] {
  const { args } = judged;
  const where = `project ${judged.project}, stack ${judged.stack}`;
  const rows = table.filter(
    ({ project = "*", stack = "*" }) =>
      matches(project, judged.project) && matches(stack, judged.stack),
  );
  if (rows.length === 0) {
    return [
      `The table of allowances has no row for ${where}. Add one: { project: "${judged.project}", tags: […], scopes: […] }.`,
    ];
  }
  const scopes = rows.flatMap((row) => row.scopes);
  const tags = rows.flatMap((row) => row.tags);
  const held = expandLegacyScopes(scopes);
  const { texts, isOdd } = args.list("tags");
  return [
    ...readScopes(args)
      .filter(
        ({ written, means }) =>
          !scopes.includes(written) && !means.every((scope) => covers(held, scope)),
      )
      .map(
        ({ written }) =>
          `scopes: "${sanitize(written)}" is not allowed for ${where}. Allowed: ${formatAllowed(scopes)}.`,
      ),
    ...texts
      .filter((tag) => !tags.some((pattern) => matches(pattern, tag)))
      .map(
        (tag) =>
          `tags: "${sanitize(tag)}" is not allowed for ${where}. Allowed: ${formatAllowed(tags)}.`,
      ),
    ...(isOdd ? [`tags: is not a list of tags. Write tags: ["tag:ci"].`] : []),
  ];
}

function formatAllowed(allowed: readonly string[]): string {
  return allowed.length > 0 ? allowed.join(", ") : "none";
}

export function findStrangers({ kind, args }: Judged): string[] {
  if (kind !== "FederatedIdentity") return [];
  const [issuer, subject] = [args.value("issuer"), args.value("subject")];
  if (issuer === notKnown || subject === notKnown) return [];
  if (typeof issuer !== "string" || typeof subject !== "string")
    return ["subject: the issuer and the subject must be strings. Write both in full."];
  const claims = args.entries("customClaimRules");
  const verdict = judgeTrust({ issuer, subject, audience: "", claims: claims.known });
  if (verdict.whose === "owner") return [];
  // An unknown rule may be the one that names the owner.
  if (verdict.whose === "strangers" && claims.isUnknown) return [];
  return [`subject: ${verdict.reason}. ${verdict.instead}`];
}

/**
 * @param longest how long a client's secret may stay the same
 * @param component the rotating pair that the resource belongs to, if any
 * @param now in milliseconds since 1970
 */
export function findUnrotated(
  { kind, isOfficial, args }: Judged,
  longest: Duration,
  component: RotatingComponent | undefined,
  now: number,
): string[] {
  const limit = parseDuration(longest) ?? 0;
  if (kind !== "OAuthClient") return [];
  const wanted = formatSeconds(limit);
  const every = `a client's secret must rotate at least every ${wanted}`;
  if (isOfficial) {
    return [
      `rotateEvery: ${every}, and the official provider never rotates one. Write a Tailscope OAuthClient with rotateEvery: "${wanted}", or use RotatingOAuthClient.`,
    ];
  }
  const [rotateEvery, generation] = [args.value("rotateEvery"), args.value("generation")];
  if (rotateEvery === notKnown) return [];
  const length = parseLength(rotateEvery);
  if (length !== undefined && length <= limit) return [];
  if (component !== undefined && isRotated(component, generation, limit, now)) return [];
  const why =
    component !== undefined
      ? ", and its RotatingOAuthClient does not rotate it as often"
      : generation !== undefined
        ? ", and a generation alone does not rotate it"
        : "";
  return [
    `rotateEvery: ${every}${why}. Write rotateEvery: "${wanted}", or use RotatingOAuthClient.`,
  ];
}

/** A scope that a credential carries. */
interface CarriedScope {
  readonly written: string;
  /** As a message names it, after `scopes: `. */
  readonly said: string;
  /** The current scopes that it stands for; `all` if this version does not know it. */
  readonly means: readonly string[];
  readonly isKnown: boolean;
}

function readScopes(args: Judged["args"]): CarriedScope[] {
  const { texts, isOdd } = args.list("scopes");
  return [
    ...texts.map((written): CarriedScope => {
      const became = legacyScopes.get(written);
      if (became !== undefined) {
        const names = became.map((scope) => `"${scope}"`).join(" and ");
        const said = `"${written}", which is ${names},`;
        return { written, said, means: became, isKnown: true };
      }
      if (knownScopes.includes(written))
        return { written, said: `"${written}"`, means: [written], isKnown: true };
      const said = `"${sanitize(written)}" is not known to this version of Tailscope`;
      return { written, said, means: ["all"], isKnown: false };
    }),
    ...(isOdd
      ? [
          {
            written: "",
            said: "an entry is not the name of a scope",
            means: ["all"],
            isKnown: false,
          },
        ]
      : []),
  ];
}

/** Whether a flag may be on: anything but plainly off. */
function mayBeOn(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** A duration in seconds; undefined for zero, too. */
function parseLength(value: unknown): number | undefined {
  const length =
    typeof value === "string" || typeof value === "number" ? parseDuration(value) : undefined;
  return length === 0 ? undefined : length;
}
