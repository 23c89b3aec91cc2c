/** All commands of `tailscope`, as one. */

import { Command } from "commander";
import { version } from "../api/version";
import { adoptCommand } from "./adopt";
import { auditCommand } from "./audit";
import { commentCommand } from "./comment";
import { doctorCommand } from "./doctor";
import { driftCommand } from "./drift";
import { inventoryCommand } from "./inventory";
import { reviewCommand } from "./review";
import { tokenCommand } from "./token";

/** Makes the command with all that belongs to it; nothing is read or run yet. */
export function tailscope(): Command {
  const program = new Command("tailscope")
    .description("Tailscale's credentials: what a change gives, what is there, what differs from the state, who did it.")
    .version(version)
    .addHelpText(
      "after",
      `
The deployer comes from the environment: TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_OAUTH_CLIENT_SECRET, TAILSCALE_API_KEY, or
TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_IDENTITY_TOKEN; with --stack from the stack's config, too.`,
    );

  for (const add of [
    reviewCommand,
    commentCommand,
    driftCommand,
    inventoryCommand,
    adoptCommand,
    auditCommand,
    tokenCommand,
    doctorCommand,
  ])
    add(program);
  return program;
}
