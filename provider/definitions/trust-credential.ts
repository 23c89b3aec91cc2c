/** What the definitions of OAuth clients and federated identities share. */

import type { Key } from "../api/key";
import type { Properties } from "../engine/definition";

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
