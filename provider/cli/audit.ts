/** `tailscope audit`: shows the audit log's entries about credentials. */

import {
  type AuditEntry,
  type Descriptions,
  explainEntry,
  findCredentialId,
  findDescription,
  isSameCredential,
  isUse,
  nameActor,
} from "../api/audit-log";
import { collectDescriptions } from "../state/descriptions";
import { print, printJson, printTable } from "./output";
import { askForConfig, type SettingsOptions } from "./pulumi";
import { auditLogMilliseconds, readAuditLogSince, withTailnet } from "./session";
import { createSettings } from "./settings";

export interface AuditOptions extends SettingsOptions {
  readonly since: number;
  readonly json?: boolean;
}

/** Prints the audit log's entries about credentials, or about the one with the id. */
export async function audit(id: string | undefined, options: AuditOptions): Promise<void> {
  const connection = await createSettings(await askForConfig(options)).connection(
    options.connection,
  );
  const start = Date.now() - Math.min(options.since, auditLogMilliseconds);
  const { log, keys } = await withTailnet(connection, async (tailnet) => ({
    log: await readAuditLogSince(tailnet, start),
    keys: await tailnet.allKeys(),
  }));
  const descriptions = collectDescriptions({ keys, log });
  const entries = log
    .map((entry) => toAuditRow(entry, descriptions))
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
}

interface AuditRow {
  readonly entry: AuditEntry;
  /** The ID of the credential that it is about; undefined if it is about something else. */
  readonly credential: string | undefined;
  /** The credential's description, or "" if none is known. */
  readonly description: string;
  readonly did: string;
  readonly who: string;
}

function toAuditRow(entry: AuditEntry, descriptions: Descriptions): AuditRow {
  const credential = findCredentialId(entry);
  return {
    entry,
    credential,
    description: credential === undefined ? "" : findDescription(credential, descriptions),
    did: isUse(entry) ? "used" : entry.action,
    who: nameActor(entry, descriptions),
  };
}
