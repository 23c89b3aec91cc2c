/** `tailscope inventory`: every credential of the tailnet, and what manages it. */

import type { Command } from "commander";
import { nameIn } from "../managed/exported-state";
import { inventory, type Listed } from "../managed/inventory";
import { CommandFailure } from "./failure";
import { duration, withJson, withStackOptions } from "./options";
import { ago, print, printJson, printTable, waitingFor } from "./output";
import { askPulumi, type StackOptions } from "./pulumi";
import { auditLogMilliseconds, auditLogSince, stackOf, withTailnet } from "./session";

interface Options extends StackOptions {
  readonly json?: boolean;
  readonly unmanaged?: boolean;
  readonly olderThan?: number;
}

export function inventoryCommand(program: Command): void {
  withJson(withStackOptions(program.command("inventory")))
    .summary("every credential of the tailnet, and what manages it")
    .description(
      "Lists OAuth clients, auth keys, federated identities and API access tokens, with the resource that manages each.",
    )
    .option("--unmanaged", "only those that no resource manages")
    .option("--older-than <duration>", "only those made longer ago, for example 90d", duration)
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. LAST USED is when a token was last taken with it, by the audit log of 90 days.

  $ tailscope inventory --unmanaged --older-than 90d
  $ tailscope inventory --state prod.json dev.json --json`,
    )
    .action(async (options: Options) => {
      const { managed, config } = await stackOf(askPulumi(options));
      const now = Date.now();
      const listed = await withTailnet(async (tailnet) => {
        const keys = await waitingFor("Listing the credentials", tailnet.allKeys());
        if (keys === undefined)
          throw new CommandFailure(
            "The deployer may list no credentials.\n  Give it oauth_keys:read, federated_keys:read, auth_keys:read, or all:read to see API access tokens, too.",
          );
        return inventory(
          keys,
          managed,
          (await auditLogSince(tailnet, now - auditLogMilliseconds)) ?? [],
        );
      }, config);
      const wanted = listed.filter(
        ({ managedBy, created }) =>
          !(options.unmanaged && managedBy !== null) &&
          !(options.olderThan !== undefined && now - Date.parse(created) < options.olderThan),
      );
      if (options.json) printJson({ credentials: wanted });
      else report(wanted, now);
    });
}

function report(listed: readonly Listed[], now: number): void {
  if (listed.length === 0) {
    print("No credentials.");
    return;
  }
  printTable(
    [
      "ID",
      "KIND",
      "DESCRIPTION",
      "SCOPES",
      "TAGS",
      "AGE",
      "EXPIRES",
      "USER",
      "LAST USED",
      "MANAGED BY",
    ],
    listed.map((one) => [
      one.id,
      one.kind,
      one.description,
      one.scopes.join(" "),
      one.tags.join(" "),
      ago(one.created, now),
      one.expires?.slice(0, 10) ?? "never",
      one.userId ?? "",
      one.lastUsed === undefined ? "" : `${ago(one.lastUsed, now)} ago`,
      one.managedBy === null ? "unmanaged" : nameIn(one.managedBy),
    ]),
  );
}
