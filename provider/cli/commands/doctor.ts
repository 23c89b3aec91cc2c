/** How `tailscope doctor` is called. */

import { type Command, Option } from "commander";
import { purposes } from "../../access/needs";
import type { DoctorOptions } from "../doctor";
import { withJsonOption, withSettingsOptions } from "../options";

export function addDoctorCommand(program: Command): void {
  withJsonOption(withSettingsOptions(program.command("doctor")))
    .summary("check what a deployment needs, and say how to fix what is missing")
    .description(
      "Checks versions, the deployer's credentials and their scopes, the proxy, the clock, and whether the tailnet answers.",
    )
    .addOption(
      new Option("--for <purpose>", "check only what the deployer needs for this").choices(
        Object.keys(purposes),
      ),
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 if a check failed. With --for, a missing scope that the purpose needs is a failure, and one that it can do without is a warning. If the stack's state can be read, only the kinds of credentials in it count.

  $ tailscope doctor
  $ tailscope doctor --for drift --stack prod`,
    )
    .action(async (options: DoctorOptions) => {
      const { examineDeployment } = await import("../doctor.js");
      await examineDeployment(options);
    });
}
