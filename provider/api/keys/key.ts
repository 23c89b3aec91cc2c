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

/** Letters, digits and hyphens: an id can stand in a path or a program, and be nothing else there. */
export const keyIdPattern = /^[A-Za-z0-9-]+$/;

/** Whether a text has the form of a key's id, for example `"kAbc123CNTRL"` or `"Txyz789CNTRL-kAbc123CNTRL"`. */
export function isKeyId(text: string): boolean {
  return keyIdPattern.test(text);
}
