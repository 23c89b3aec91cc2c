/**
 * Checks identity tokens of other systems against a federated identity: the issuer's published
 * keys, subject, audience and claims. Source:
 * https://tailscale.com/kb/1581/workload-identity-federation, OpenID Connect Discovery 1.0
 */

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { z } from "zod";
import type { Key } from "./state.js";
import type { World } from "./world.js";

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Whether the token is accepted for this identity. The API gives the same answer for every reason;
 * only the console shows which it was. The subject must match as it is stored, so a token without
 * GitHub's ids does not match one with them: `fact: classic-token-matches-ids`.
 */
export async function acceptsIdentityToken(
  world: World,
  identity: Key,
  jwt: string,
): Promise<boolean> {
  const { issuer, audience, subject, customClaimRules = {} } = identity;
  // No token matches an audience that a PUT has cleared.
  if (!issuer || !audience || !subject) return false;
  const claims = await verifyClaims(world, jwt, issuer, audience);
  return (
    claims !== undefined &&
    matches(subject, claims.sub ?? "") &&
    Object.entries(customClaimRules).every(([name, pattern]) =>
      getValues(claims, name).some((value) => matches(pattern, value)),
    )
  );
}

async function verifyClaims(
  world: World,
  jwt: string,
  issuer: string,
  audience: string,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(jwt, await fetchKeys(world, issuer), {
      issuer,
      audience,
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(world.now()),
    });
    return payload;
  } catch {
    return undefined;
  }
}

/**
 * The keys that an issuer publishes, by its discovery document.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
async function fetchKeys(world: World, issuer: string) {
  const given = world.issuerKeys.get(issuer);
  if (given !== undefined) return createLocalJWKSet(given as JSONWebKeySet); // jose checks its form.
  const document = await world.fetch(
    `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    { redirect: "error" },
  );
  const { issuer: named, jwks_uri } = discoveryDocument.parse(await document.json());
  if (named !== issuer) throw new Error(`the discovery document of ${issuer} speaks for ${named}`);
  return createRemoteJWKSet(new URL(jwks_uri), { [customFetch]: world.fetch });
}

/** The values of the claim that a rule names, as strings; empty if it is absent or an object. */
function getValues(claims: JWTPayload, name: string): string[] {
  let value: unknown = claims;
  for (const part of parseClaimPath(name)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return [];
    value = (value as Record<string, unknown>)[part]; // An object that has it, see the line above.
  }
  return [value].flat().filter(isSimple).map(String);
}

function isSimple(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/**
 * Parses the path to a claim: a dot selects a member, and a name that contains dots is put in
 * double quotes, for example `"open.id".username`. `fact: nested-claims`
 */
export function parseClaimPath(name: string): string[] {
  return [...name.matchAll(/"([^"]*)"|[^."]+/g)].map(([part, quoted]) => quoted ?? part);
}

/**
 * Whether `text` has the pattern's form, in which `*` stands for any characters. Linear: it never
 * looks back further than one `*`.
 */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let position = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return position <= end;
}
