/** How `tailscope adopt` is called. */

import type { Command } from "commander";
import type { AdoptOptions } from "../adopt";
import { parseCredentialId, withJsonOption, withSettingsOptions } from "../options";

export function addAdoptCommand(program: Command): void {
  withJsonOption(withSettingsOptions(program.command("adopt")))
    .summary("write a program and an import file for existing credentials")
    .description(
      "Writes a Pulumi program with one resource for each credential, and the file for `pulumi import --file`. (`pulumi import TYPE NAME ID` and the resource option `import` do not work with dynamic providers.) Changes nothing in the tailnet or in the state.",
    )
    .argument("[id...]", "the credentials' ids", (id: string, ids: string[] = []) => [
      ...ids,
      parseCredentialId(id),
    ])
    .option(
      "--all",
      "every active OAuth client, auth key and federated identity that the deployer can see, except the deployer itself",
    )
    .option(
      "--from-state <file>",
      "the credentials that the official provider manages in an exported state, under the same names; - for standard input",
    )
    .requiredOption("--out <folder>", "where to write; an existing program is not overwritten")
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. Tailscale does not reveal the secret of an existing credential: the output is undefined until rotateEvery creates a new one.

  $ tailscope inventory --unmanaged
  $ tailscope adopt kAbc123CNTRL kDef456CNTRL --out tailnet`,
    )
    .action(async (ids: string[] | undefined, options: AdoptOptions) => {
      const { adoptCredentials } = await import("../adopt.js");
      await adoptCredentials(ids ?? [], options);
    });
}
