/** What the definitions of OAuth clients and federated identities share. */

import { expandLegacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import type { AnsweredProperties, Properties } from "../engine/resource";

/** A trust credential as the API answers it, in our names. */
export function toTrustCredentialProperties(key: Key): AnsweredProperties<"OAuthClient"> {
  return {
    clientId: key.id,
    // An active credential has at least one scope: an answer without any says nothing about them.
    ...(key.scopes?.length && { scopes: key.scopes }),
    tags: key.tags ?? [],
    description: key.description ?? "",
    createdAt: key.created ?? undefined,
    updatedAt: key.updated ?? key.created ?? undefined,
    userId: key.userId || undefined,
  };
}

/** Whether scopes by older names were answered by those that took their place. */
export function isRenaming(name: string, asked: unknown, answered: unknown): boolean {
  if (name !== "scopes" || !Array.isArray(asked) || !Array.isArray(answered)) return false;
  const possible = new Set(expandLegacyScopes(asked));
  const kept = new Set(expandLegacyScopes(answered));
  return (
    answered.every((scope) => possible.has(scope)) &&
    asked.every((scope) => expandLegacyScopes([scope]).some((one) => kept.has(one)))
  );
}

/**
 * The body of a change: the arguments `changed` as they are wanted, and all others of `names` as
 * the tailnet has them now, so that what somebody else changed is not undone without a word.
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
