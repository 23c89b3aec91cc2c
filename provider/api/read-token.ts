/**
 * A token for reads that can only read. An OAuth client gives tokens for less than all that it holds;
 * how far is known in part only, so we ask in an order that ends well in every case:
 *
 * | asked for                                    | refused where                                  |
 * | -------------------------------------------- | ---------------------------------------------- |
 * | 1. every read scope that we use              | the client lacks one of them                   |
 * | 2. everything: the answer says what it holds | never                                          |
 * | 3. the read scopes that this covers          | a write scope gives no token for its read form |
 * | 4. the same, written as the client has them  | this API narrows in no way that we know        |
 *
 * What a refusal names decides nothing: it may name what the client lacks or all that was asked for
 * (facts: narrowing-refusal-names, write-narrows-to-read). Each is asked once a run.
 */

import { covers, expandLegacyScopes } from "../access/scopes";
import { TokenRefused } from "./errors";
import type { Narrowing, Token, TokenSource } from "./token";

/**
 * Finds out for which scopes reads get their token.
 *
 * @param wanted every read scope that reads here need
 * @param tell takes what a person should know: that reads use a token that can do more
 * @returns undefined where reads have to use a token for all that the client holds
 */
export async function narrowForReads(
  tokens: TokenSource,
  wanted: readonly string[],
  tell: (message: string) => void,
): Promise<Narrowing | undefined> {
  const first = await ask(wanted);
  if ("value" in first) return told(wanted, first);
  const { scopes: held } = await tokens.get();
  // All that it holds is what reads need.
  if (held?.every((scope) => wanted.includes(scope))) return undefined;
  for (const scopes of held === undefined
    ? [wanted.filter((scope) => !first.beyond.includes(scope))]
    : lessThan(held, wanted)) {
    const token = await ask(scopes);
    if ("value" in token) return told(scopes, token);
  }
  tell(
    "Tailscale gives no token for these reads alone, so they use one for all that the credential holds. A preview by an OAuth client that holds only read scopes cannot change anything.",
  );
  return undefined;

  async function ask(scopes: readonly string[]): Promise<Token | TokenRefused> {
    try {
      return await tokens.get({ scopes });
    } catch (error) {
      if (error instanceof TokenRefused) return error;
      throw error;
    }
  }

  function told(scopes: readonly string[], { beyond }: Token): Narrowing {
    const writes = scopes.filter((scope) => !scope.endsWith(":read"));
    if (beyond.length > 0) {
      tell(
        `Tailscale gave reads a token that may do more than what was asked for: ${beyond.join(", ")}. It may not know one of the scopes ${scopes.join(", ")} any more.`,
      );
    } else if (writes.length > 0) {
      tell(
        `Tailscale gives no token that can only read what ${writes.join(", ")} opens, so reads use one that can change it as well.`,
      );
    }
    return { scopes };
  }
}

/** What to ask for instead of all of `held`: the reads that it covers, then those as the client has them. */
function lessThan(held: readonly string[], wanted: readonly string[]): string[][] {
  const current = expandLegacyScopes(held);
  const covered = wanted.filter((scope) => covers(current, scope));
  return [covered, unique(covered.map((scope) => asHeld(scope, current)))].filter(
    (scopes) => scopes.length > 0 && !held.every((scope) => scopes.includes(scope)),
  );
}

/** The read scope itself where the client has it by itself, or the write scope that covers it. */
function asHeld(scope: string, held: readonly string[]): string {
  const isOwn = [scope, "all", "all:read"].some((name) => held.includes(name));
  return isOwn ? scope : scope.replace(/:read$/, "");
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)];
}
