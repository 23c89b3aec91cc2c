/** A key as the API answers it. Source: https://tailscale.com/api#tag/keys */

import type { Infer } from "../lazy-schema";
import type { keySchema } from "./schema";

export type { KeyType } from "../../access/kinds";

export type Key = Infer<typeof keySchema>;

/** Whether the key is still valid. */
export function isActive(key: Key): boolean {
  return key.invalid !== true && (key.revoked ?? "") === "";
}
