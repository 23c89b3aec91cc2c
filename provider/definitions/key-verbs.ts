/** The verbs that are the same for every kind of credential. */

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
 * @param toProperties turns a key of the API into arguments and outputs
 */
export function createKeyVerbs(kind: Kind, toProperties: (key: Key) => Properties) {
  return {
    toProperties,
    async read(id: string, { mintedBy, userId }: State, tailnet: Tailnet) {
      const found = await openKeys(kind, tailnet, mintedBy).find(id, userId);
      if (found === undefined) return missing;
      return isActive(found) ? toProperties(found) : gone;
    },
    async delete(id: string, { mintedBy, expiresAt }: State, tailnet: Tailnet) {
      await openKeys(kind, tailnet, mintedBy).revoke(id, expiresAt);
    },
  };
}

/** The credentials of a kind in a tailnet. */
export function openKeys(kind: Kind, tailnet: Tailnet, minter?: Minter): Keys {
  return tailnet.keys(getKeyFacts(kind).type, minter);
}

/** What a create or an update gives to a credential. */
export function toGrants(
  kind: Kind,
  { scopes, tags }: { scopes?: string[] | undefined; tags?: string[] | undefined },
) {
  return { needs: getFacts(kind).scope, scopes, tags };
}
