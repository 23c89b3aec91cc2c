/**
 * A token for reads that can only read. An OAuth client can get tokens for fewer scopes than it
 * holds. It is only partly documented for which ones, so we try these requests in order, and one of
 * them succeeds in every case:
 *
 * | asked for                                   | refused if                                     |
 * | ------------------------------------------- | ---------------------------------------------- |
 * | 1. every read scope that we use             | the client lacks one of them                   |
 * | 2. those that the refusal did not name      | it named all that was asked for                |
 * | 3. everything, where 2. gave nothing        | never                                          |
 * | 4. the read scopes that the client covers   | a write scope gives no token for its read form |
 * | 5. the same, spelled as the client has them | this API narrows in no way that we know        |
 *
 * The client's own key says what the client holds, and every token may read it; so does the answer
 * to 3. What a refusal names proves nothing: it may name what the client lacks, what it has in
 * another form, or everything (facts: narrowing-refusal-names, write-narrows-to-read). We ask for
 * each once a run.
 */

import { isSameSet } from "../../access/same-set";
import { covers, expandLegacyScopes } from "../../access/scopes";
import { TokenRefused } from "../errors";
import type { Narrowing, Token, TokenSource } from "./token";

/** What finding the scopes of the token for reads requires. */
export interface Narrowed {
  /** Every scope that reads need. */
  readonly wanted: readonly string[];
  /** Reads, with `token`, which scopes its client holds; undefined if that fails. */
  holds(token: Token): Promise<readonly string[] | undefined>;
  /** Called with a sentence for a person if the token for reads can do more than read. */
  tell(message: string): void;
}

/**
 * Finds the scopes of the token for reads.
 *
 * @returns undefined if reads must use a token for everything that the client holds
 */
export async function narrowForReads(
  tokens: TokenSource,
  { wanted, holds, tell }: Narrowed,
): Promise<Narrowing | undefined> {
  const first = await requestToken(wanted);
  if ("value" in first) return checkWidth(wanted, first);
  const rest = wanted.filter((scope) => !first.beyond.includes(scope));
  const second = rest.length > 0 && rest.length < wanted.length ? await requestToken(rest) : first;
  const held = "value" in second ? await holds(second) : (await tokens.get()).scopes;
  if (held === undefined) {
    // We know at most the scopes of the token.
    if ("value" in second) return checkWidth(rest, second);
  } else if (held.every((scope) => wanted.includes(scope))) {
    // Reads need everything that it holds.
    return "value" in second && isSameSet(rest, held) ? { scopes: rest } : undefined;
  }
  for (const scopes of listNarrower(held ?? [], wanted)) {
    const token = isSameSet(scopes, rest) ? second : await requestToken(scopes);
    if ("value" in token) return checkWidth(scopes, token);
  }
  tell(
    "Tailscale gives no token for these reads alone, so they use one for everything that the credential holds. A preview by an OAuth client that holds only read scopes cannot change anything.",
  );
  return undefined;

  async function requestToken(scopes: readonly string[]): Promise<Token | TokenRefused> {
    try {
      return await tokens.get({ scopes });
    } catch (error) {
      if (error instanceof TokenRefused) return error;
      throw error;
    }
  }

  function checkWidth(scopes: readonly string[], { beyond }: Token): Narrowing {
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

/**
 * What to ask for instead of all of `held`: the read scopes that it covers, then the same as the
 * client spells them.
 */
function listNarrower(held: readonly string[], wanted: readonly string[]): string[][] {
  const current = expandLegacyScopes(held);
  const covered = wanted.filter((scope) => covers(current, scope));
  return [covered, removeDuplicates(covered.map((scope) => spellAsHeld(scope, current)))].filter(
    (scopes) => scopes.length > 0 && !held.every((scope) => scopes.includes(scope)),
  );
}

/** The read scope itself if the client holds it, else the write scope that covers it. */
function spellAsHeld(scope: string, held: readonly string[]): string {
  const isOwn = [scope, "all", "all:read"].some((name) => held.includes(name));
  return isOwn ? scope : scope.replace(/:read$/, "");
}

function removeDuplicates(scopes: readonly string[]): string[] {
  return [...new Set(scopes)];
}
