/** How `tailscope token` is called. */

import type { Command } from "commander";
import { withJsonOption, withSettingsOptions } from "../options";
import type { TokenOptions } from "../token";

export function addTokenCommand(program: Command): void {
  withJsonOption(withSettingsOptions(program.command("token")))
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
    .action(async (options: TokenOptions) => {
      const { printToken } = await import("../token.js");
      await printToken(options);
    });
}
