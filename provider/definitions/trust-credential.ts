/** What the definitions of OAuth clients and federated identities share. */

import { expandLegacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import type { AnsweredProperties, Properties } from "../engine/resource";

/** Converts a trust credential of the API to arguments and outputs. */
export function toTrustCredentialProperties(key: Key): AnsweredProperties<"OAuthClient"> {
  return {
    clientId: key.id,
    // An active credential has at least one scope, so an answer without scopes has left them out.
    ...(key.scopes?.length && { scopes: key.scopes }),
    tags: key.tags ?? [],
    description: key.description ?? "",
    createdAt: key.created ?? undefined,
    updatedAt: key.updated ?? key.created ?? undefined,
    userId: key.userId || undefined,
  };
}

/** Whether the API replaced legacy names of scopes by current names. */
export function isRenaming(name: string, asked: unknown, answered: unknown): boolean {
  if (name !== "scopes" || !Array.isArray(asked) || !Array.isArray(answered)) return false;
  const possible = new Set(expandLegacyScopes(asked));
  const kept = new Set(expandLegacyScopes(answered));
  return (
    answered.every((scope) => possible.has(scope)) &&
    asked.every((scope) => expandLegacyScopes([scope]).some((name) => kept.has(name)))
  );
}

/**
 * The body of an update: the arguments `changed` from the program, all others of `names` as the
 * tailnet has them now, so that an update never silently reverts what somebody else changed.
 */
export function mergeChanges(
  names: readonly string[],
  wanted: Properties,
  changed: readonly string[],
  now: Properties,
): Properties {
  return Object.fromEntries(
    names.map((name) => [name, (changed.includes(name) ? wanted : now)[name]]),
  );
}
