/**
 * Identity tokens of the CI system or cloud that the run is in, for workload identity federation.
 * They replace a stored secret. Source: https://tailscale.com/kb/1581/workload-identity-federation
 */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { describeError } from "../../access/error-text";
import { sanitize } from "../../access/sanitize";
import type { IdentityTokenSource } from "../settings/credential";
import { SettingsError } from "../settings/error";
import { detectCloud } from "./identity-token/cloud";
import { fetchGithubToken } from "./identity-token/github";
import { readPayload } from "./jwt";

const claims = z.object({ exp: z.number() });

/**
 * An identity token that has not expired.
 * @throws SettingsError if there is none, it is not a token, or it has expired
 */
export async function readIdentityToken(
  source: IdentityTokenSource,
  now: () => number = Date.now,
): Promise<string> {
  const { text, from } = await readSource(source);
  const token = text.trim();
  const end = readExpiry(token);
  if (end === undefined) {
    throw new SettingsError(
      `What ${from} gives is not an identity token: it is not a JWT with an expiry (exp).\n  Use the token that the CI system issues, for example one of GitLab's id_tokens.`,
    );
  }
  if (end * 1000 <= now()) {
    throw new SettingsError(
      `The identity token of ${from} expired at ${new Date(end * 1000).toISOString()}.\n  Get a new one from the CI system, and deploy before it expires.`,
    );
  }
  return token;
}

/**
 * Where identity tokens come from, in words; for a cloud, which one it is.
 * @throws SettingsError if there is no cloud
 */
export async function describeTokenOrigin(source: IdentityTokenSource): Promise<string> {
  if (source.kind !== "cloud") return source.name;
  return `${(await detectCloud(source.environment, source.name)).name}, for ${source.name}`;
}

async function readSource(source: IdentityTokenSource): Promise<{ text: string; from: string }> {
  switch (source.kind) {
    case "value":
      return { text: source.token, from: source.name };
    case "file":
      return { text: await readTokenFile(source.path, source.name), from: source.name };
    case "github":
      return {
        text: await fetchGithubToken(source.url, source.bearer, source.audience),
        from: source.name,
      };
    case "cloud": {
      const cloud = await detectCloud(source.environment, source.name);
      return {
        text: await cloud.fetchToken(source.audience, source.environment),
        from: cloud.name,
      };
    }
  }
}

async function readTokenFile(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new SettingsError(
      `The identity token file ${sanitize(path)} (${name}) cannot be read: ${describeError(error)}.\n  Check that the CI job writes it before it deploys.`,
    );
  }
}

/** When a JWT expires, in seconds since 1970. Tailscale verifies it, so nothing here does. */
function readExpiry(token: string): number | undefined {
  // A text without a signature part is not a JWT.
  if (token.split(".")[2] === undefined) return undefined;
  return claims.safeParse(readPayload(token)).data?.exp;
}
