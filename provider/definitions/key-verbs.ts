/** The verbs that every kind of credential has alike. */

import { getFacts, getKeyFacts, type Kind } from "../access/kinds";
import { isActive, type Key } from "../api/keys/key";
import type { Keys } from "../api/keys/keys";
import type { Minter, Tailnet } from "../api/tailnet";
import { gone, missing, type Properties } from "../engine/resource";

interface State {
  readonly mintedBy?: Minter | undefined;
  readonly userId?: string;
  readonly expiresAt?: string;
}

/**
 * @param seen a key as the API answers it, in our names
 */
export function keyVerbs(kind: Kind, seen: (key: Key) => Properties) {
  return {
    seen,
    async read(id: string, { mintedBy, userId }: State, tailnet: Tailnet) {
      const found = await keysOf(kind, tailnet, mintedBy).find(id, userId);
      if (found === undefined) return missing;
      return isActive(found) ? seen(found) : gone;
    },
    async delete(id: string, { mintedBy, expiresAt }: State, tailnet: Tailnet) {
      await keysOf(kind, tailnet, mintedBy).revoke(id, expiresAt);
    },
  };
}

/** The tailnet's credentials of a kind. */
export function keysOf(kind: Kind, tailnet: Tailnet, minter?: Minter): Keys {
  return tailnet.keys(getKeyFacts(kind).type, minter);
}

/** What making or changing one gives away. */
export function grantsOf(
  kind: Kind,
  { scopes, tags }: { scopes?: string[] | undefined; tags?: string[] | undefined },
) {
  return { needs: getFacts(kind).scope, scopes, tags };
}
