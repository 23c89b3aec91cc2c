/** `tailscope token`: prints a short-lived token for a script. */

import { knownScopes, legacyScopes } from "../access/scopes";
import { findNearest } from "../access/spelling";
import { narrowToken } from "../api/auth/token";
import { openHttp } from "../api/http";
import { CommandFailure } from "./failure";
import { announceWait, printVerbatim } from "./output";
import { askForConfig, type SettingsOptions } from "./pulumi";
import { createSettings } from "./settings";

export interface TokenOptions extends SettingsOptions {
  readonly scope: readonly string[];
  readonly tags?: readonly string[];
  readonly json?: boolean;
}

/** Prints a token and nothing else. */
export async function printToken({
  scope,
  tags = [],
  json,
  ...options
}: TokenOptions): Promise<void> {
  for (const name of scope) {
    if (knownScopes.includes(name) || legacyScopes.has(name)) continue;
    const meant = findNearest(name, knownScopes);
    throw new CommandFailure(
      `"${name}" is not a scope of the Tailscale API. ${meant ? `Did you mean "${meant}"?` : "They are listed at https://tailscale.com/kb/1623/trust-credentials."}`,
    );
  }
  const { deployer, baseUrl, timing } = await createSettings(
    await askForConfig(options),
  ).connection(options.connection);
  if (deployer.kind !== "oauthClient") {
    throw new CommandFailure(
      "Only an OAuth client can request narrowed tokens, and the deployer is not one.\n  Set TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.",
    );
  }
  const http = openHttp(baseUrl, timing);
  try {
    const token = await announceWait(
      "Asking for a token",
      narrowToken(http, deployer, { scopes: scope, tags }),
    );
    // This is the only result of a command that is a secret, so it is printed unchanged.
    printVerbatim(json ? JSON.stringify({ token }, undefined, 2) : token);
  } finally {
    await http.close();
  }
}
