/** How `tailscope drift` is called. */

import type { Command } from "commander";
import type { DriftOptions } from "../drift/comparison";
import { withJsonOption, withStackOptions } from "../options";
import { askPulumi } from "../pulumi";

export function addDriftCommand(program: Command): void {
  withJsonOption(withStackOptions(program.command("drift")))
    .summary("compare the tailnet with the state")
    .description(
      "Compares the credentials in a stack's state with the tailnet: one list request, and one read for each credential that the list does not show. Decrypts only arguments that the program made secret, and the deployer if it is in the stack's config.",
    )
    .addHelpText(
      "after",
      `
Exit code: 0 for no drift, 2 for drift, 1 for a failure or if something could not be compared. With --connection, only the credentials of that connection are compared. The deployer needs the read scopes of the credentials, and logs:configuration:read to say who made a change.

  $ tailscope drift --stack prod
  $ pulumi stack export | tailscope drift --state - --json`,
    )
    .action(async (options: DriftOptions) => {
      const asked = askPulumi(options);
      const { openIfNeeded } = await import("../drift/early-list.js");
      const early = openIfNeeded(options, asked);
      // A file is there at once. Until the CLI has exported the state, the rest can be loaded.
      if (options.state !== undefined) await early;
      const { compareStack } = await import("../drift/comparison.js");
      await compareStack(options, asked, early);
    });
}
