/** What a set of scopes and tags opens, and what one credential may that another may not. */

import { type Operation, operations } from "./operations";
import { covers, expandLegacyScopes } from "./scopes";

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
 * The operations that a set of scopes opens, in the order of the catalogue. An older name opens
 * what its successors open; a name that is in no catalogue opens nothing that is known.
 */
export function listOperations(scopes: readonly string[]): readonly Operation[] {
  const held = new Set(expandLegacyScopes(scopes));
  return operations.filter(({ scope }) => covers(held, scope));
}

/** What `after` may that `before` may not. Turned round it is what is lost. */
export function computeGain(before: Power, after: Power): Gain {
  const had = new Set(listOperations(before.scopes));
  const hadTags = new Set(before.tags);
  return {
    operations: listOperations(after.scopes).filter((operation) => !had.has(operation)),
    tags: [...new Set(after.tags)].filter((tag) => !hadTags.has(tag)).sort(),
  };
}

/** What tags are for, after "may": nothing without one of these scopes. */
const usesOfTags: readonly (readonly [
  scope: string,
  use: (tags: string) => string,
  passesOn: boolean,
])[] = [
  ["auth_keys", (tags) => `create auth keys, which admit machines with ${tags}`, true],
  ["devices:core", (tags) => `put ${tags} on machines`, false],
  ["oauth_keys", (tags) => `give ${tags} to new OAuth clients`, true],
  ["federated_keys", (tags) => `give ${tags} to new federated identities`, true],
];

/**
 * What a credential with these scopes may do with `tags`, in words, and whether it may pass them
 * on; without words where tags give it nothing. Source:
 * https://tailscale.com/kb/1623/trust-credentials
 */
export function describeTagUses(
  scopes: readonly string[],
  tags: string,
): { uses: readonly string[]; passesOn: boolean } {
  const opened = new Set(listOperations(scopes).map(({ scope }): string => scope));
  const possible = usesOfTags.filter(([scope]) => opened.has(scope));
  return {
    uses: possible.map(([, use]) => use(tags)),
    passesOn: possible.some(([, , passesOn]) => passesOn),
  };
}
