/** What a set of scopes and tags opens, and what one credential may that another may not. */

import { type Operation, operations } from "./operations";
import { covers, legacyScopes } from "./scopes";

/** A credential, as far as its power goes. */
export interface Power {
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
}

/** What one credential may and another may not. */
export interface Gain {
  readonly operations: readonly Operation[];
  readonly tags: readonly string[];
}

/**
 * The operations that a set of scopes opens, in the order of the catalogue. An older name opens what its successors open; a
 * name that is in no catalogue opens nothing that is known.
 */
export function operationsOf(scopes: readonly string[]): readonly Operation[] {
  const held = new Set(scopes.flatMap((scope) => [scope, ...(legacyScopes.get(scope) ?? [])]));
  return operations.filter(({ scope }) => covers(held, scope));
}

/** What `after` may that `before` may not. Turned round it is what is lost. */
export function gained(before: Power, after: Power): Gain {
  const had = new Set(operationsOf(before.scopes));
  const hadTags = new Set(before.tags);
  return {
    operations: operationsOf(after.scopes).filter((operation) => !had.has(operation)),
    tags: [...new Set(after.tags)].filter((tag) => !hadTags.has(tag)).sort(),
  };
}

/** What a credential's tags are for, after "may": nothing without one of these scopes. */
const usesOfTags = [
  ["auth_keys", "admit machines under its tags"],
  ["devices:core", "put its tags on machines"],
  ["oauth_keys", "give its tags to further OAuth clients"],
  ["federated_keys", "give its tags to further federated identities"],
] as const;

/**
 * What a credential with these scopes may do with its tags; empty where tags give it nothing.
 * Source: https://tailscale.com/kb/1623/trust-credentials
 */
export function usesOfTagsWith(scopes: readonly string[]): readonly string[] {
  const opened = new Set(operationsOf(scopes).map(({ scope }) => scope));
  return usesOfTags.filter(([scope]) => opened.has(scope)).map(([, use]) => use);
}
