/** How `tailscope audit` is called. */

import type { Command } from "commander";
import type { AuditOptions } from "../audit";
import {
  createDurationOption,
  parseCredentialId,
  withJsonOption,
  withSettingsOptions,
} from "../options";

export function addAuditCommand(program: Command): void {
  withJsonOption(withSettingsOptions(program.command("audit")))
    .summary("show the audit log's entries about credentials")
    .description("Shows who created, changed, used and revoked credentials, oldest first.")
    .argument(
      "[id]",
      "a credential's id: shows what was done to it, and what it did to credentials",
      parseCredentialId,
    )
    .addOption(
      createDurationOption(
        "--since <duration>",
        "how far to look back, at most the log's 90 days",
        7 * 86_400_000,
      ),
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. The deployer needs logs:configuration:read. With the read scopes of credentials, their descriptions are shown too.

  $ tailscope audit --since 30d kAbc123CNTRL`,
    )
    .action(async (id: string | undefined, options: AuditOptions) => {
      const { audit } = await import("../audit.js");
      await audit(id, options);
    });
}
