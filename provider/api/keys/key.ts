/** A key as the API answers it. Source: https://tailscale.com/api#tag/keys */

import type { z } from "zod";
import type { keyShape } from "./schema";

/** The kinds of key that are resources here, as the API names them. */
export type KeyType = "auth" | "client" | "federated";

export type Key = z.infer<typeof keyShape>;

/** Whether the key still opens anything. */
export function isActive(key: Key): boolean {
  return key.invalid !== true && (key.revoked ?? "") === "";
}
