/** Lists every credential of a tailnet, managed or not. Pure. */

import { secretText } from "../access/engine-values";
import { findKind, getKeyFacts, type Kind } from "../access/kinds";
import { type AuditEntry, fileByCredential, isUse } from "../api/audit-log";
import type { Key } from "../api/keys/key";
import type { Managed } from "./exported-state";

export interface Listed {
  readonly id: string;
  readonly kind: string;
  /**
   * The URN of the resource that manages it; null if none does; absent if no state was read.
   */
  readonly managedBy?: string | null;
  /**
   * The scopes, tags and description that the tailnet has; `"[secret]"` for each that the program
   * of a stack made secret.
   */
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  readonly description: string;
  readonly created: string;
  readonly expires?: string;
  readonly userId?: string;
  /**
   * When it was last used to get a token; null if the audit log has no such entry. Absent if the
   * log could not be read, and for auth keys and API access tokens, whose use is not logged.
   */
  readonly lastUsed?: string | null;
}

/** Names the kind of a key as our resources are named, or as the API does. */
export function nameKeyKind(keyType: string | null | undefined): string {
  return findKeyKind(keyType) ?? keyType ?? "unknown";
}

/** The kind of a key of the tailnet; undefined if this version does not know it. */
export function findKeyKind(
  keyType: string | null | undefined,
): Kind | "ApiAccessToken" | undefined {
  return findKind(keyType) ?? (keyType === "api" ? "ApiAccessToken" : undefined);
}

/**
 * Whether a key is a one-hour token of a trust credential and not an API access token. Both have
 * the type `api`, but only an API access token has a user (https://tailscale.com/api, `keyType`).
 */
export function isShortLivedToken({ keyType, userId }: Key): boolean {
  return keyType === "api" && !userId;
}

/**
 * @param managed what stacks manage; undefined if no state was read
 * @param log the audit log; undefined if it could not be read
 */
export function buildInventory(
  keys: readonly Key[],
  managed: readonly Managed[] | undefined,
  log: readonly AuditEntry[] | undefined,
): Listed[] {
  const byId = managed && new Map(managed.map((one) => [one.id, one]));
  const used = log && findLastUses(log);
  return keys
    .filter((key) => !isShortLivedToken(key))
    .map((key): Listed => {
      const manager = byId?.get(key.id);
      const isSecret = (name: string) => manager?.secret.has(name) === true;
      return {
        id: key.id,
        kind: nameKeyKind(key.keyType),
        ...(byId && { managedBy: manager?.urn ?? null }),
        scopes: isSecret("scopes") ? [secretText] : (key.scopes ?? []),
        tags: isSecret("tags")
          ? [secretText]
          : (key.tags ?? key.capabilities?.devices?.create?.tags ?? []),
        description: isSecret("description") ? secretText : (key.description ?? ""),
        created: key.created ?? "",
        ...(key.expires && { expires: key.expires }),
        ...(key.userId && { userId: key.userId }),
        ...(used && takesTokens(key) && { lastUsed: used(key.id) ?? null }),
      };
    })
    .sort((a, b) => a.created.localeCompare(b.created) || a.id.localeCompare(b.id));
}

function takesTokens({ keyType }: Key): boolean {
  const kind = findKind(keyType);
  return kind !== undefined && getKeyFacts(kind).takesTokens;
}

/** When each credential was last used to get a token, by its id. */
function findLastUses(log: readonly AuditEntry[]): (id: string) => string | undefined {
  // The log is ordered by time, so the last entry wins.
  const times = new Map<string, string>();
  for (const entry of log)
    if (isUse(entry) && entry.actor.id) times.set(entry.actor.id, entry.eventTime);
  const find = fileByCredential(times, ([actor]) => actor);
  return (id) => times.get(id) ?? find(id)[0]?.[1];
}
