/** A key as the API answers it. Source: https://tailscale.com/api#tag/keys */

import type { z } from "zod";
import type { keyShape } from "./schema";

export type { KeyType } from "../../access/kinds";

export type Key = z.infer<typeof keyShape>;

/** Whether the key is still valid. */
export function isActive(key: Key): boolean {
  return key.invalid !== true && (key.revoked ?? "") === "";
}
