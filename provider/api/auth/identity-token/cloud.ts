/**
 * Detects which cloud this runs on, and gets an identity token from it. The order is that of
 * Tailscale's official provider, whose `wif` package looks for an AWS instance, then for Google
 * Cloud, then for AWS containers. We recognise a container by its variables, without a request.
 * Source: https://github.com/tailscale/tailscale/blob/main/wif/wif.go
 */

import type { Environment } from "../../../network/proxy";
import { SettingsError } from "../../settings/error";
import { fetchAwsToken, hasAwsCredentials, looksLikeAws } from "./aws";
import { isAwsInstance } from "./aws-credentials";
import { fetchGoogleToken, isGoogleCloud } from "./google";

export interface Cloud {
  readonly name: "AWS" | "Google Cloud";
  fetchToken(audience: string, environment: Environment): Promise<string>;
}

const aws: Cloud = { name: "AWS", fetchToken: fetchAwsToken };
const google: Cloud = { name: "Google Cloud", fetchToken: fetchGoogleToken };

/**
 * Detects the cloud that this runs on.
 * @param asker the setting that asks for it, for messages
 * @throws SettingsError that says where we looked
 */
export async function detectCloud(environment: Environment, asker: string): Promise<Cloud> {
  if (looksLikeAws(environment)) return aws;
  const [isAws, isGoogle] = await Promise.all([
    isAwsInstance(environment),
    isGoogleCloud(environment),
  ]);
  if (isAws) return aws;
  if (isGoogle) return google;
  if (hasAwsCredentials(environment)) return aws;
  const inGithub = environment["GITHUB_ACTIONS"] === "true";
  throw new SettingsError(
    `${asker} needs an identity token from the platform, but no supported platform was found:\n` +
      `    GitHub Actions: ${inGithub ? "the job may have none; it needs `permissions: { id-token: write }`" : "this is not one of its jobs"}\n` +
      "    AWS: no instance metadata service answers, and no variable of a container or of credentials is set\n" +
      "    Google Cloud: no metadata server answers\n" +
      "  Run it on one of them, or set TAILSCALE_IDENTITY_TOKEN or TAILSCALE_IDENTITY_TOKEN_FILE.",
  );
}
