/** The rules of the policy pack: what an organisation lets no credential be, as plain functions. */

import { administratorScopes } from "../access/danger";
import { type Duration, formatSeconds, longestAuthKeyLifetime, seconds } from "../access/lifetime";
import { matches } from "../access/patterns";
import { covers } from "../access/scopes";
import { verdictOn } from "../access/trusted";

export type Kind = "OAuthClient" | "AuthKey" | "FederatedIdentity";

/** A credential as the engine shows it to a policy. */
export interface Judged {
  readonly kind: Kind;
  readonly name: string;
  readonly project: string;
  readonly stack: string;
  /** The arguments. Reading one that is not known yet throws, and the engine says that it could not be judged. */
  readonly props: Readonly<Record<string, unknown>>;
}

/** Why something is let through that a rule forbids, and until when. */
export interface Exception {
  /** The name of the resource in the program; `*` stands for any characters. */
  readonly credential: string;
  /** The project, where not every one is meant. */
  readonly project?: string;
  /** The scope that it may carry all the same. */
  readonly scope: string;
  /** A sentence, for whoever reviews the pack. */
  readonly reason: string;
  /** The last day, for example `"2027-03-31"`. After it the rule holds again. */
  readonly until: string;
}

/** What the credentials of a project, a stack, or both may carry. */
export interface Allowance {
  /** `*` stands for any characters. @default every project */
  readonly project?: string;
  /** `*` stands for any characters. @default every stack */
  readonly stack?: string;
  /** Tags they may carry; `*` stands for any characters, as in `"tag:ci-*"`. */
  readonly tags: readonly string[];
  /** Scopes they may carry, and with each those that it implies. */
  readonly scopes: readonly string[];
}

/** No `all`, and no `all:read` either, which reads every log. */
export function allScopes({ props }: Judged): string[] {
  return texts(props["scopes"])
    .filter((scope) => scope === "all" || scope === "all:read")
    .map(
      (scope) =>
        `scopes: "${scope}" opens every ${scope === "all" ? "operation" : "read"} of the API, those added later included. List what it needs instead, for example ["devices:core:read"].`,
    );
}

/** No scope that makes administrators, unless an exception is written down. @param today for example `"2026-11-24"` */
export function administrators(
  judged: Judged,
  exceptions: readonly Exception[],
  today: string,
): string[] {
  return texts(judged.props["scopes"])
    .filter((scope) => administratorScopes.includes(scope))
    .flatMap((scope) => {
      const meant = exceptions.filter(
        (one) =>
          one.scope === scope &&
          matches(one.credential, judged.name) &&
          (one.project === undefined || matches(one.project, judged.project)),
      );
      if (meant.some(({ until }) => until >= today)) return [];
      const ended = meant[0] && `The exception for it ended on ${meant[0].until}. `;
      return [
        `scopes: "${scope}" can make administrators, or rewrite who reaches what. ${ended ?? ""}Leave it out, or write down in the pack why it is right and until when: exceptions: [{ credential: "${judged.name}", scope: "${scope}", reason: "…", until: "YYYY-MM-DD" }].`,
      ];
    });
}

export function longLivedKeys({ kind, props }: Judged, longest: Duration): string[] {
  const limit = seconds(longest) ?? 0;
  if (kind !== "AuthKey") return [];
  const given = props["expiry"];
  const length = given === undefined ? longestAuthKeyLifetime : seconds(given as Duration); // Checked by the resource before.
  if (length !== undefined && length <= limit) return [];
  return [
    `expiry: an auth key may live ${formatSeconds(limit)} at most. Write expiry: "${formatSeconds(limit)}" or less.`,
  ];
}

export function lastingReusableKeys({ kind, props }: Judged): string[] {
  if (kind !== "AuthKey" || props["reusable"] !== true || props["ephemeral"] === true) return [];
  return [
    "ephemeral: with a reusable key any number of machines join, and nobody removes them. Write ephemeral: true, or leave reusable out.",
  ];
}

export function untaggedPreauthorizedKeys({ kind, props }: Judged): string[] {
  if (kind !== "AuthKey" || props["preauthorized"] !== true || texts(props["tags"]).length > 0)
    return [];
  return [
    'tags: with a preauthorised key machines join without approval, so they need tags that say what they may reach. Write tags: ["tag:ci"], or leave preauthorized out.',
  ];
}

export function undescribed({ props }: Judged): string[] {
  const description = props["description"];
  if (typeof description === "string" && description.trim() !== "") return [];
  return [
    'description: is missing. Write what the credential is for, for example description: "CI runners".',
  ];
}

export function disallowed(judged: Judged, table: readonly Allowance[]): string[] {
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
  const or = (allowed: readonly string[]) => (allowed.length > 0 ? allowed.join(", ") : "none");
  return [
    ...texts(judged.props["scopes"])
      .filter((scope) => !covers(scopes, scope))
      .map((scope) => `scopes: "${scope}" is not for ${where}. Allowed are ${or(scopes)}.`),
    ...texts(judged.props["tags"])
      .filter((tag) => !tags.some((pattern) => matches(pattern, tag)))
      .map((tag) => `tags: "${tag}" is not for ${where}. Allowed are ${or(tags)}.`),
  ];
}

export function strangers({ kind, props }: Judged): string[] {
  if (kind !== "FederatedIdentity") return [];
  const [issuer, subject] = [String(props["issuer"]), String(props["subject"])];
  const verdict = verdictOn({ issuer, subject, audience: "", claims: {} });
  return verdict.whose === "owner" ? [] : [`subject: ${verdict.reason}. ${verdict.instead}`];
}

/** @param longest how long a client's secret may stay the same */
export function unrotated({ kind, props }: Judged, longest: Duration): string[] {
  const limit = seconds(longest) ?? 0;
  // One of a rotating pair is made anew by its component.
  if (kind !== "OAuthClient" || props["generation"] !== undefined) return [];
  const given = props["rotateEvery"];
  const length = given === undefined ? undefined : seconds(given as Duration); // Checked by the resource before.
  if (length !== undefined && length <= limit) return [];
  return [
    `rotateEvery: a client's secret must be made anew at least every ${formatSeconds(limit)}. Write rotateEvery: "${formatSeconds(limit)}", or use RotatingOAuthClient.`,
  ];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
