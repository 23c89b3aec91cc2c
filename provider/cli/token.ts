/** `tailscope token`: print a short-lived token for a script. */

import type { Command } from "commander";
import { knownScopes, legacyScopes } from "../access/scopes";
import { findNearest } from "../access/spelling";
import { narrowToken } from "../api/auth/token";
import { openHttp } from "../api/http";
import { CommandFailure } from "./failure";
import { withJson, withSettingsOptions } from "./options";
import { printVerbatim, waitingFor } from "./output";
import { askForConfig, type SettingsOptions } from "./pulumi";
import { settingsFrom } from "./settings";

interface Options extends SettingsOptions {
  readonly scope: readonly string[];
  readonly tags?: readonly string[];
  readonly json?: boolean;
}

export function tokenCommand(program: Command): void {
  withJson(withSettingsOptions(program.command("token")))
    .summary("print a short-lived token for a script")
    .description(
      "Prints a token of the deployer's OAuth client, valid for one hour and narrowed to the given scopes and tags. Standard output has nothing else.",
    )
    .requiredOption("--scope <scope...>", "its scopes, for example devices:core:read")
    .option("--tags <tag...>", "the tags it may assign: tags that the client's own tags own")
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure.

  $ TOKEN=$(tailscope token --scope auth_keys --tags tag:ci)`,
    )
    .action(async ({ scope, tags = [], json, ...options }: Options) => {
      for (const name of scope) {
        if (knownScopes.includes(name) || legacyScopes.has(name)) continue;
        const meant = findNearest(name, knownScopes);
        throw new CommandFailure(
          `"${name}" is not a scope of the Tailscale API. ${meant ? `Did you mean "${meant}"?` : "They are listed at https://tailscale.com/kb/1623/trust-credentials."}`,
        );
      }
      const { deployer, baseUrl, timing } = await settingsFrom(
        await askForConfig(options),
      ).connection(options.connection);
      if (deployer.kind !== "oauthClient") {
        throw new CommandFailure(
          "Only an OAuth client can request narrowed tokens, and the deployer is not one.\n  Set TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.",
        );
      }
      const http = openHttp(baseUrl, timing);
      try {
        const token = await waitingFor(
          "Asking for a token",
          narrowToken(http, deployer, { scopes: scope, tags }),
        );
        // This is the only result that is a secret, so it is printed unchanged.
        printVerbatim(json ? JSON.stringify({ token }, undefined, 2) : token);
      } finally {
        await http.close();
      }
    });
}
