/** A key as the API answers it. Source: https://tailscale.com/api#tag/keys */

import { defineSchema, type Infer } from "../lazy-schema";
import { keyIdPattern } from "./id";

export type { KeyType } from "../../access/kinds";

/**
 * A key as the API answers it. Only the id is always present: the API leaves out empty lists, and
 * may answer a revoked or expired key without scopes and capabilities.
 */
export const keySchema = defineSchema((z) => {
  /** What a machine is that joins with an auth key (`capabilities.devices.create` of the API). */
  const deviceCreate = z.object({
    reusable: z.boolean().nullish(),
    ephemeral: z.boolean().nullish(),
    preauthorized: z.boolean().nullish(),
    tags: z.array(z.string()).nullish(),
  });
  return z.object({
    id: z.string().regex(keyIdPattern, { error: "it is not an id of letters, digits and hyphens" }),
    keyType: z.string().nullish(),
    /** The secret. Only the answer to a create has it. */
    key: z.string().min(1).nullish(),
    description: z.string().nullish(),
    created: z.string().nullish(),
    updated: z.string().nullish(),
    expires: z.string().nullish(),
    expirySeconds: z.number().nullish(),
    revoked: z.string().nullish(),
    invalid: z.boolean().nullish(),
    capabilities: z
      .object({ devices: z.object({ create: deviceCreate.nullish() }).nullish() })
      .nullish(),
    scopes: z.array(z.string()).nullish(),
    tags: z.array(z.string()).nullish(),
    userId: z.string().nullish(),
    issuer: z.string().nullish(),
    subject: z.string().nullish(),
    audience: z.string().nullish(),
    customClaimRules: z.record(z.string(), z.string()).nullish(),
  });
});

export type Key = Infer<typeof keySchema>;

/** Whether the key is still valid. */
export function isActive(key: Key): boolean {
  return key.invalid !== true && (key.revoked ?? "") === "";
}
