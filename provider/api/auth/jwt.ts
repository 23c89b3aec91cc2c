/** What an identity token says. Tailscale verifies it, so nothing here does. */

import { z } from "zod";
import type { IdentityClaims } from "../errors";

const audience = z.union([z.string(), z.array(z.string())]);

const claims = z.object({
  iss: z.string().optional().catch(undefined),
  sub: z.string().optional().catch(undefined),
  aud: audience.optional().catch(undefined),
});

/**
 * The payload of a JWT; undefined if `token` is not one.
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-7.1
 */
export function readPayload(token: string): unknown {
  const payload = token.split(".")[1] ?? "";
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The claims that decide who accepts the token; none if `token` is not a JWT.
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 */
export function readIdentityClaims(token: string): IdentityClaims {
  const parsed = claims.safeParse(readPayload(token));
  if (!parsed.success) return {};
  const { iss, sub, aud } = parsed.data;
  return { issuer: iss, subject: sub, audience: Array.isArray(aud) ? aud.join(", ") : aud };
}
