/** How `tailscope inventory` is called. */

import type { Command } from "commander";
import type { InventoryOptions } from "../inventory";
import { createDurationOption, withJsonOption, withStackOptions } from "../options";

export function addInventoryCommand(program: Command): void {
  withJsonOption(withStackOptions(program.command("inventory")))
    .summary("list every credential of the tailnet and what manages it")
    .description(
      "Lists OAuth clients, auth keys, federated identities and API access tokens, with the resource that manages each. Resources are known only with a selected stack, --stack or --state.",
    )
    .option("--unmanaged", "only those that no resource manages")
    .addOption(
      createDurationOption("--older-than <duration>", "only those that are older, for example 90d"),
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. LAST USED is when the credential last requested a token, according to the audit log's 90 days. The log does not record the use of auth keys and API access tokens.

  $ tailscope inventory --unmanaged --older-than 90d
  $ tailscope inventory --state prod.json dev.json --json`,
    )
    .action(async (options: InventoryOptions) => {
      const { listInventory } = await import("../inventory.js");
      await listInventory(options);
    });
}
