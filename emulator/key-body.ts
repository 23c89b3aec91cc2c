/** The bodies of creates and changes of keys. Source: https://tailscale.com/api#tag/keys */

import type { Context } from "hono";
import { z } from "zod";
import type { Env } from "./authentication.js";
import { refuseRequest } from "./refusal.js";
import { parseBody } from "./request-body.js";
import type { KeyType } from "./state.js";
import { ninetyDays } from "./state.js";

const names = z.array(z.string()).nullish();

const description = z.string().nullish();

const flag = z.boolean().nullish();

export const authBody = z.object({
  keyType: z.literal("auth").nullish(),
  capabilities: z.object({
    devices: z.object({
      create: z
        .object({ reusable: flag, ephemeral: flag, preauthorized: flag, tags: names })
        .nullish(),
    }),
  }),
  // `fact: expiry-over-90-days`
  expirySeconds: z
    .int()
    .min(0)
    .max(ninetyDays, "expirySeconds must be at most 7776000 (90 days)")
    .nullish(),
  description,
});

const trustMembers = { scopes: names, tags: names, description };

export const clientBody = z.object({ keyType: z.literal("client"), ...trustMembers });

export const federatedBody = z.object({
  keyType: z.literal("federated"),
  ...trustMembers,
  issuer: z.url({ protocol: /^https$/, error: "issuer must be an https URL" }),
  subject: z.string().min(1, "subject is required"),
  audience: z.string().nullish(),
  customClaimRules: z
    .record(z.string(), z.string())
    .refine(
      (rules) => !["sub", "iss", "aud"].some((claim) => claim in rules),
      "customClaimRules may not contain sub, iss or aud",
    )
    .nullish(),
});

/** Members that only some kinds have: another kind refuses them. `fact: foreign-member-wording` */
const membersOf: Record<Exclude<KeyType, "api">, readonly string[]> = {
  auth: ["capabilities", "expirySeconds"],
  client: ["scopes", "tags"],
  federated: ["scopes", "tags", "issuer", "subject", "audience", "customClaimRules"],
};

export type TrustBody = z.infer<typeof clientBody> | z.infer<typeof federatedBody>;

export const creatable = z.looseObject({
  keyType: z.enum(["auth", "client", "federated"]).nullish(),
});

export const changeable = z.looseObject({ keyType: z.string().nullish() });

/** The longest description; a longer one is cut. `fact: description-over-50-is-cut` */
const longestDescription = 50;

/**
 * The description as it is stored. `fact: description-characters`, and beyond ASCII `fact:
 * description-non-ascii`
 */
export function normalizeDescription(text: string | null | undefined): string {
  if (!/^[\p{L}\p{M}\p{N} _-]*$/u.test(text ?? ""))
    throw refuseRequest("keys: description had invalid characters");
  return [...(text ?? "")].slice(0, longestDescription).join("");
}

/**
 * The body of a create. One that is not JSON gets the same answer as one without capabilities.
 * `fact: auth-key-needs-capabilities`
 */
export async function readKeyBody(context: Context<Env>): Promise<unknown> {
  try {
    return JSON.parse(await context.req.text());
  } catch {
    throw refuseNoCapabilities();
  }
}

export const refuseNoCapabilities = () =>
  refuseRequest("exactly one capability scope must be populated");

export function hasCapabilities(body: unknown): boolean {
  return z.object({ capabilities: z.object({ devices: z.object({}) }) }).safeParse(body).success;
}

export function refuseForeignMembers(kind: keyof typeof membersOf, body: unknown): void {
  const all = new Set(Object.values(membersOf).flat());
  for (const [name, value] of Object.entries(parseBody(z.looseObject({}), body))) {
    if (all.has(name) && !membersOf[kind].includes(name) && !isEmpty(value))
      throw refuseRequest(`keys: ${name} cannot be set for a key of type "${kind}"`);
  }
}

/** Absent, null, zero and empty are the same to the API. */
function isEmpty(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}
