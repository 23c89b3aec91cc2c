/** `tailscope audit`: the audit log's entries about credentials. */

import type { Command } from "commander";
import {
  type AuditEntry,
  auditLogScope,
  type Descriptions,
  explainEntry,
  findCredentialId,
  findDescription,
  isSameCredential,
  isUse,
  nameActor,
} from "../api/audit-log";
import { descriptionsFrom } from "../state/descriptions";
import { credentialId, durationOption, withJson, withSettingsOptions } from "./options";
import { print, printJson, printTable } from "./output";
import { askForConfig, type SettingsOptions } from "./pulumi";
import { auditLogMilliseconds, readAuditLogSince, withTailnet } from "./session";
import { settingsFrom } from "./settings";

interface Options extends SettingsOptions {
  readonly since: number;
  readonly json?: boolean;
}

export function auditCommand(program: Command): void {
  withJson(withSettingsOptions(program.command("audit")))
    .summary("the audit log's entries about credentials")
    .description("Who created, changed, used and revoked credentials, oldest first.")
    .argument(
      "[id]",
      "a credential's id: shows what was done to it, and what it did to credentials",
      credentialId,
    )
    .addOption(
      durationOption(
        "--since <duration>",
        "how far back, at most the log's 90 days",
        7 * 86_400_000,
      ),
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. The deployer needs ${auditLogScope}. With the read scopes of credentials, their descriptions are shown too.

  $ tailscope audit --since 30d kAbc123CNTRL`,
    )
    .action(async (id: string | undefined, options: Options) => {
      const connection = await settingsFrom(await askForConfig(options)).connection(
        options.connection,
      );
      const start = Date.now() - Math.min(options.since, auditLogMilliseconds);
      const { log, keys } = await withTailnet(connection, async (tailnet) => ({
        log: await readAuditLogSince(tailnet, start),
        keys: await tailnet.allKeys(),
      }));
      const descriptions = descriptionsFrom({ keys, log });
      const entries = log
        .map((entry) => told(entry, descriptions))
        .filter(
          ({ credential, entry }) =>
            credential !== undefined &&
            (id === undefined ||
              isSameCredential(credential, id) ||
              isSameCredential(entry.actor.id ?? "", id)),
        );
      if (options.json)
        return printJson({
          entries: entries.map(({ entry, ...more }) => ({ ...entry, ...more })),
        });
      if (entries.length === 0)
        return print("The audit log has no entries about credentials in that time.");
      printTable(
        [
          { title: "WHEN", isWhole: true },
          { title: "WHO", importance: 1 },
          "DID",
          "CREDENTIAL",
          "ID",
          { title: "DETAILS", importance: -1 },
        ],
        entries.map(({ entry, did, who, credential = "", description }) => [
          `${entry.eventTime.slice(0, 19)}Z`,
          who,
          did,
          description || (isUse(entry) ? "" : (entry.target.name ?? "")),
          credential,
          explainEntry(entry) ?? entry.actionDetails ?? "",
        ]),
      );
    });
}

interface Told {
  readonly entry: AuditEntry;
  /** The id of the credential that it is about; undefined where it is about something else. */
  readonly credential: string | undefined;
  /** The credential's description, or "" where none is known. */
  readonly description: string;
  readonly did: string;
  readonly who: string;
}

function told(entry: AuditEntry, descriptions: Descriptions): Told {
  const credential = findCredentialId(entry);
  return {
    entry,
    credential,
    description: credential === undefined ? "" : findDescription(credential, descriptions),
    did: isUse(entry) ? "used" : entry.action,
    who: nameActor(entry, descriptions),
  };
}
