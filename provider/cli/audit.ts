/** `tailscope audit`: the audit log's entries about credentials. */

import type { Command } from "commander";
import { actorName, auditLogScope, readAuditLog } from "../api/audit-log";
import { duration, withJson } from "./options";
import { print, printJson, printTable, waitingFor } from "./output";
import { withTailnet } from "./session";

interface Options {
  readonly since: number;
  readonly json?: boolean;
}

export function auditCommand(program: Command): void {
  withJson(program.command("audit"))
    .summary("the audit log's entries about credentials")
    .description("Who created, changed, used and revoked credentials, oldest first.")
    .argument("[id]", "one credential's id")
    .option(
      "--since <duration>",
      "how far back, at most the log's 90 days",
      duration,
      7 * 86_400_000,
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. The deployer needs ${auditLogScope}.

  $ tailscope audit --since 30d kAbc123CNTRL`,
    )
    .action(async (id: string | undefined, { since, json }: Options) => {
      const all = await withTailnet((tailnet) =>
        waitingFor(
          "Reading the audit log",
          readAuditLog(tailnet.name, tailnet.actor, new Date(Date.now() - since), new Date()),
        ),
      );
      const entries = all.filter(
        ({ target }) => target.type === "API_KEY" && (id === undefined || target.id === id),
      );
      if (json) return printJson({ entries });
      if (entries.length === 0) return print("No entries about credentials in that time.");
      printTable(
        ["WHEN", "WHO", "DID", "CREDENTIAL", "ID", "DETAILS"],
        entries.map((entry) => [
          `${entry.eventTime.slice(0, 19)}Z`,
          actorName(entry),
          entry.action,
          entry.target.name ?? "",
          entry.target.id,
          entry.actionDetails ?? "",
        ]),
      );
    });
}
