/** All resources, as data, for what works on exported state instead of a program. */

import type { Definition } from "../engine/resource";
import { authKey } from "./auth-key";
import { federatedIdentity } from "./federated-identity";
import { oauthClient } from "./oauth-client";

/** A definition whose inputs are looked at by name alone. */
export type AnyDefinition = Definition<object>;

// Each is a definition of its own inputs; by name they are all the same.
const all = [oauthClient, authKey, federatedIdentity] as unknown as readonly AnyDefinition[];

/** The definition of a resource by its type, for example `"OAuthClient"`. */
export function definitionOf(type: string): AnyDefinition | undefined {
  return all.find((definition) => definition.type === type);
}

/** The definition of a resource by the kind of key that it is to the API. */
export function definitionOfKey(keyType: string | null | undefined): AnyDefinition | undefined {
  return all.find((definition) => definition.keyType === keyType);
}
