/**
 * Keys and short-lived tokens as the keys API returns them. Source:
 * https://tailscale.com/api#tag/keys
 */

import { formatWholeSeconds } from "./clock.js";
import { type AccessToken, isActive, type Key, type KeyType } from "./state.js";
import type { World } from "./world.js";

/** A key as the API returns it. */
export interface ShownKey {
  id: string;
  keyType: KeyType;
  description?: string;
  created: string;
  updated?: string;
  expires?: string;
  expirySeconds?: number;
  revoked?: string;
  invalid?: boolean;
  userId: string;
  capabilities?: {
    devices: {
      create: { reusable: boolean; ephemeral: boolean; preauthorized: boolean; tags?: string[] };
    };
  };
  scopes?: string[];
  tags?: string[];
  issuer?: string | undefined;
  subject?: string | undefined;
  audience?: string;
  customClaimRules?: Record<string, string>;
}

/**
 * A short-lived token in the list of keys: "tokens generated using an OAuth client or federated
 * identity" are of the kind `api`.
 * @internal
 */
export function showToken({ id, created, expires, scopes, tags }: AccessToken) {
  return {
    id,
    keyType: "api",
    created: formatWholeSeconds(created),
    expires: formatWholeSeconds(expires),
    expirySeconds: Math.round((expires - created) / 1000),
    userId: "",
    scopes,
    ...(tags && { tags }),
  };
}

/**
 * The key as the API returns it, without its secret. Empty lists are left out
 * (`fact: empty-lists-left-out`); a key that is no longer valid has few members.
 * @internal
 */
export function showKey(world: World, key: Key): ShownKey {
  const active = isActive(key, world.now());
  const { tags, devices } = key;
  return {
    id: key.id,
    keyType: key.keyType,
    ...(key.description !== "" && { description: key.description }),
    created: formatWholeSeconds(key.created),
    ...(key.updated !== undefined && { updated: formatWholeSeconds(key.updated) }),
    ...(key.expires !== undefined && {
      expires: formatWholeSeconds(key.expires),
      expirySeconds: Math.round((key.expires - key.created) / 1000),
    }),
    ...(key.revoked !== undefined && { revoked: formatWholeSeconds(key.revoked) }),
    ...(!active && { invalid: true }),
    userId: key.userId ?? "",
    ...(active &&
      devices && { capabilities: { devices: { create: { ...devices, ...(tags && { tags }) } } } }),
    ...(active && !devices && { ...(key.scopes && { scopes: key.scopes }), ...(tags && { tags }) }),
    ...(key.keyType === "federated" && {
      issuer: key.issuer,
      subject: key.subject,
      ...(key.audience !== undefined && { audience: key.audience }),
      customClaimRules: key.customClaimRules ?? {},
    }),
  };
}
