/** Every credential of a tailnet, managed or not. Pure. */

import type { AuditEntry } from "../api/audit-log";
import type { Key } from "../api/key";
import type { Managed } from "./exported-state";

export interface Listed {
  readonly id: string;
  readonly kind: string;
  /** The URN of the resource that manages it; null for none. */
  readonly managedBy: string | null;
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  readonly description: string;
  readonly created: string;
  readonly expires?: string;
  readonly userId?: string;
  /** When a token was last taken with it, where the audit log says so. */
  readonly lastUsed?: string;
}

const kinds: ReadonlyMap<string, string> = new Map([
  ["auth", "AuthKey"],
  ["client", "OAuthClient"],
  ["federated", "FederatedIdentity"],
  ["api", "ApiAccessToken"],
]);

/** The kind of a key, in the names of our resources. */
export function kindOf(keyType: string | null | undefined): string {
  return kinds.get(keyType ?? "") ?? keyType ?? "unknown";
}

export function inventory(
  keys: readonly Key[],
  managed: readonly Managed[],
  log: readonly AuditEntry[],
): Listed[] {
  const urns = new Map(managed.map(({ id, urn }) => [id, urn]));
  const used = new Map<string, string>();
  // In order of time, so the last one stays.
  for (const { action, actor, eventTime } of log)
    if (action === "LOGIN" && actor.id) used.set(actor.id, eventTime);
  return keys
    .map((key): Listed => {
      const lastUsed = used.get(key.id);
      return {
        id: key.id,
        kind: kindOf(key.keyType),
        managedBy: urns.get(key.id) ?? null,
        scopes: key.scopes ?? [],
        tags: key.tags ?? key.capabilities?.devices?.create?.tags ?? [],
        description: key.description ?? "",
        created: key.created ?? "",
        ...(key.expires && { expires: key.expires }),
        ...(key.userId && { userId: key.userId }),
        ...(lastUsed !== undefined && { lastUsed }),
      };
    })
    .sort(
      (one, other) => one.created.localeCompare(other.created) || one.id.localeCompare(other.id),
    );
}
