/**
 * Identity tokens of outside systems, held against a federated identity: the issuer's published keys, subject, audience and
 * claims. Source: https://tailscale.com/kb/1581/workload-identity-federation, OpenID Connect Discovery 1.0
 */

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { z } from "zod";
import { classicGithubSubject } from "./github-subject.js";
import type { Key } from "./state.js";
import type { World } from "./world.js";

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Why the token is not accepted for this identity, or undefined where it is. The wordings are unconfirmed. */
export async function identityTokenProblem(
  world: World,
  identity: Key,
  jwt: string,
): Promise<string | undefined> {
  let claims: JWTPayload;
  try {
    const keys = await publishedKeys(world, identity.issuer ?? "");
    const verified = await jwtVerify(jwt, keys, {
      issuer: identity.issuer ?? "",
      audience: identity.audience ?? "",
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(world.now()),
    });
    claims = verified.payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return `identity token is not valid: ${error.message}`;
    return "identity token cannot be checked: the issuer's keys cannot be read";
  }
  const subjects = [identity.subject ?? "", classicGithubSubject(identity.subject ?? "")];
  if (!subjects.some((pattern) => matches(pattern, claims.sub ?? "")))
    return "identity token's subject does not match";
  for (const [claim, pattern] of Object.entries(identity.customClaimRules ?? {})) {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    const values = Array.isArray(value) ? value : [value];
    if (
      !values.some(
        (one) =>
          (typeof one === "string" || typeof one === "number" || typeof one === "boolean") &&
          matches(pattern, String(one)),
      )
    ) {
      return `identity token's claim ${claim} does not match`;
    }
  }
  return undefined;
}

async function publishedKeys(world: World, issuer: string) {
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

/** Whether `text` has the pattern's form, in which `*` stands for any characters. Linear: it never looks back further than one `*`. */
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
