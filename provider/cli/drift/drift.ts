/** `tailscope drift`: what the tailnet has against what the state says. */

import type { Command } from "commander";
import { withJson, withStackOptions } from "../options";
import { askPulumi } from "../pulumi";
import type { DriftOptions } from "./comparison";

export function driftCommand(program: Command): void {
  withJson(withStackOptions(program.command("drift")))
    .summary("what the tailnet has against what the state says")
    .description(
      "Compares the credentials in a stack's state with the tailnet: one list, and one read for each that it does not show. Nothing is decrypted but arguments that the program made secret, and the deployer where it is in the stack's config.",
    )
    .addHelpText(
      "after",
      `
Exit code: 0 for no drift, 2 for drift, 1 for a failure, and where there is no drift and something could not be compared. With --connection the credentials of that connection alone are compared. The deployer needs the read scopes of the credentials, and logs:configuration:read to say who did it.

  $ tailscope drift --stack prod
  $ pulumi stack export | tailscope drift --state - --json`,
    )
    .action(async (options: DriftOptions) => {
      const asked = askPulumi(options);
      const { compare } = await import("./comparison.js");
      await compare(options, asked);
    });
}
