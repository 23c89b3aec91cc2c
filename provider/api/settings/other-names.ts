/** Names that other tools for Tailscale use for the same settings. We do not read them. */

import type { Environment } from "../../network/proxy";
import type { ConfigReader } from "./places";
import { description, formatConfigKey, type Setting } from "./table";

/**
 * The official Terraform provider, gitops-pusher, get-authkey, and what guides for these write.
 * Sources: https://github.com/tailscale/terraform-provider-tailscale (tailscale/provider.go),
 * https://github.com/tailscale/tailscale (cmd/gitops-pusher, cmd/get-authkey)
 */
const variables: Readonly<Partial<Record<Setting, readonly string[]>>> = {
  apiKey: ["TS_API_KEY"],
  oauthClientId: [
    "OAUTH_CLIENT_ID",
    "TS_OAUTH_ID",
    "TS_OAUTH_CLIENT_ID",
    "TS_API_CLIENT_ID",
    "TS_CLIENT_ID",
  ],
  oauthClientSecret: [
    "OAUTH_CLIENT_SECRET",
    "TS_OAUTH_SECRET",
    "TS_OAUTH_CLIENT_SECRET",
    "TS_API_CLIENT_SECRET",
    "TS_CLIENT_SECRET",
  ],
  identityToken: ["IDENTITY_TOKEN"],
};

/** The bridge of the official provider has a namespace of its own in stack config. */
const inOfficialConfig: readonly Setting[] = ["apiKey", "oauthClientId", "oauthClientSecret"];

/** A sentence for each setting that has a value under another tool's name. */
export function findOtherNames(environment: Environment, config: ConfigReader): string[] {
  const ofEnvironment = Object.entries(variables).flatMap(([setting, names]) =>
    names
      .filter((name) => environment[name]?.trim())
      .map((name) => suggestName(name, description[setting as Setting].variable)),
  );
  const ofConfig = inOfficialConfig.flatMap((setting) => {
    const key = `tailscale:${setting}`;
    return config(key)?.trim() ? [suggestName(key, formatConfigKey(setting))] : [];
  });
  return [...ofEnvironment, ...ofConfig];
}

function suggestName(found: string, name: string): string {
  return `${found} is set, but Tailscope does not read it: if you mean it, name it ${name}.`;
}
