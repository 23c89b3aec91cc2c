/** All definitions, for code that works on exported state instead of a program. */

import { findKind, isResourceType, type Kind, type ResourceType } from "../access/kinds";
import type { KeyResource, Resource } from "../engine/resource";
import { authKey } from "./auth-key";
import { federatedIdentity } from "./federated-identity";
import { oauthClient } from "./oauth-client";

/** A resource whose inputs are read by name. */
export type AnyResource = Resource<object>;
export type AnyKeyResource = KeyResource<object>;

// A definition for each resource of the table.
const all = {
  OAuthClient: oauthClient,
  FederatedIdentity: federatedIdentity,
  AuthKey: authKey,
} satisfies Readonly<Record<ResourceType, unknown>>;

// The cast holds because inputs are only read by name.
const byName = all as unknown as Readonly<
  Record<ResourceType, AnyResource> & Record<Kind, AnyKeyResource>
>;

export const definitions: Readonly<Record<ResourceType, AnyResource>> = byName;

/**
 * The definition of a resource by its type, for example `"OAuthClient"`; undefined for a type that
 * this version does not know.
 */
export function findDefinition(type: string): AnyResource | undefined {
  return isResourceType(type) ? definitions[type] : undefined;
}

/** The definition of a credential by its kind. */
export function getDefinition(kind: Kind): AnyKeyResource {
  return byName[kind];
}

/** The definition of a credential by the API's type of key. */
export function findKeyDefinition(keyType: string | null | undefined): AnyKeyResource | undefined {
  const kind = findKind(keyType);
  return kind && getDefinition(kind);
}
