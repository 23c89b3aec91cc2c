/** What a set of scopes and tags allows, and what one credential can do that another cannot. */

import { type Operation, operations } from "./operations";
import { covers, expandLegacyScopes } from "./scopes";

/** The part of a credential that decides what it can do. */
export interface Power {
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
}

/** What one credential can do and another cannot. */
export interface Gain {
  readonly operations: readonly Operation[];
  readonly tags: readonly string[];
}

/**
 * The operations that a set of scopes allows, in the order of the catalogue. An older name allows
 * what its successors allow. We know of no operation for a name that is not in the catalogue.
 */
export function listOperations(scopes: readonly string[]): readonly Operation[] {
  const held = new Set(expandLegacyScopes(scopes));
  return operations.filter(({ scope }) => covers(held, scope));
}

/** What `after` can do that `before` cannot. Swap the arguments to get what is lost. */
export function computeGain(before: Power, after: Power): Gain {
  const had = new Set(listOperations(before.scopes));
  const hadTags = new Set(before.tags);
  return {
    operations: listOperations(after.scopes).filter((operation) => !had.has(operation)),
    tags: [...new Set(after.tags)].filter((tag) => !hadTags.has(tag)).sort(),
  };
}

/**
 * What tags are used for, worded to follow "may". Without one of these scopes, tags have no use.
 */
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
 * Describes what a credential with these scopes can do with `tags`, and whether it can pass them
 * on. There is no description if the tags give it nothing. Source:
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
