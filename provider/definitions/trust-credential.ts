/** What the definitions of OAuth clients and federated identities share. */

import type { Key } from "../api/keys/key";
import type { Properties } from "../engine/resource";

/** A trust credential as the API answers it, in our names. */
export function seenTrustCredential(key: Key): Properties {
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

/**
 * The body of a change: the arguments `changed` as they are wanted, and all others of `names` as the
 * tailnet has them now, so that what somebody else changed is not undone without a word.
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
