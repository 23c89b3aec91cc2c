/** The arguments `scopes` and `unlistedScopes`: which scopes exist, and which need tags. */

import { knownScopes, legacyScopes, scopesThatNeedTags } from "../../access/scopes";
import { findNearest } from "../../access/spelling";
import type { Failure } from "../../engine/resource";
import { createSetSchema, createTextSchema } from "./common";

/** Scopes of any name. Whether they exist depends on two arguments: {@link checkScopes}. */
export const scopes = createSetSchema(
  createTextSchema('a scope such as "devices:core:read"'),
  '["auth_keys"]',
).refine((members) => members.length > 0, {
  error: 'give at least one scope, for example "devices:core:read"',
});

export const unlistedScopes = createSetSchema(
  createTextSchema("the name of a scope"),
  '["new_scope"]',
).optional();

interface ScopeArguments {
  scopes?: string[] | undefined;
  tags?: string[] | undefined;
  unlistedScopes?: string[] | undefined;
}

/**
 * Finds scopes that do not exist, and scopes that need tags if there are none. `written` has the
 * scopes in the program's order, for the place in a message.
 */
export function checkScopes(known: ScopeArguments, written: { scopes?: unknown }): Failure[] {
  const order: unknown[] = Array.isArray(written.scopes) ? written.scopes : [];
  const failures = (known.scopes ?? []).flatMap((scope): Failure[] => {
    if (
      knownScopes.includes(scope) ||
      legacyScopes.has(scope) ||
      known.unlistedScopes?.includes(scope)
    )
      return [];
    const meant = findNearest(scope, knownScopes);
    return [
      {
        property: `scopes[${order.indexOf(scope)}]`,
        reason: `"${scope}" is not a scope of the Tailscale API. ${
          meant
            ? `Did you mean "${meant}"?`
            : "They are listed at https://tailscale.com/kb/1623/trust-credentials."
        } A scope newer than this version of Tailscope can be named in unlistedScopes.`,
      },
    ];
  });
  const needing = scopesThatNeedTags.filter((scope) => known.scopes?.includes(scope));
  if (needing.length > 0 && "tags" in known && (known.tags ?? []).length === 0) {
    const names = needing.map((scope) => `"${scope}"`).join(" and ");
    failures.push({
      property: "tags",
      reason: `${names} ${needing.length > 1 ? "let" : "lets"} a credential act on machines under its tags, so it needs at least one, for example "tag:ci"`,
    });
  }
  return failures;
}
