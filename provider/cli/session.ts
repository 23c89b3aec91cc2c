/**
 * The data that commands work on: the tailnet as the deployer sees it, and the resources of stacks.
 */

import { type AuditEntry, auditLogScope, readAuditLog } from "../api/audit-log";
import { NotPermitted } from "../api/errors";
import { type Http, openHttp } from "../api/http";
import type { Connection } from "../api/settings/connection";
import { openTailnet, type Tailnet } from "../api/tailnet";
import { parseResources, type StoredResource } from "../state/exported-state";
import { CommandFailure } from "./failure";
import { announceWait, printAside } from "./output";
import type { Exported } from "./pulumi";
import type { Settings } from "./settings";

/**
 * Opens the tailnet for the duration of `work`, and closes its connections afterwards.
 *
 * @param opened the same tailnet, if it is already open
 */
export async function withTailnet<Result>(
  connection: Connection,
  work: (tailnet: Tailnet) => Promise<Result>,
  opened?: Tailnet,
): Promise<Result> {
  connection.notes?.forEach(printAside);
  const tailnet = opened ?? openForReads(connection);
  try {
    return await work(tailnet);
  } finally {
    await tailnet.close();
  }
}

/**
 * Opens the tailnet.
 * @param alsoReads the scopes that the token for reads has beyond those of a preview
 */
export function openForReads(
  connection: Connection,
  alsoReads: readonly string[] = [auditLogScope],
  http: Http = openHttp(connection.baseUrl, connection.timing),
): Tailnet {
  return openTailnet(connection, { warn: printAside, http, alsoReads });
}

/**
 * Opens the tailnet of the default connection and requests the token for reads, so that other work
 * can be done until the answer is there. Resolves when the request is on its way. A failure is not
 * reported: whatever needs the tailnet fails in the same way.
 *
 * @returns undefined if the settings do not name a deployer
 */
export async function openEarly(settings: Settings): Promise<Tailnet | undefined> {
  try {
    const connection = await settings.connection();
    const http = openHttp(connection.baseUrl, connection.timing);
    const tailnet = openForReads(connection, [auditLogScope], http);
    const answered = tailnet.api.mayRead(auditLogScope).catch(() => {});
    await Promise.race([http.connected, answered]);
    return tailnet;
  } catch {
    return undefined;
  }
}

/** How far back the audit log goes: https://tailscale.com/kb/1203/audit-logging */
export const auditLogMilliseconds = 90 * 86_400_000;

/**
 * The audit log since `start`. It includes current entries whose time is ahead of this machine's
 * clock.
 */
export function readAuditLogSince(tailnet: Tailnet, start: number): Promise<AuditEntry[]> {
  const tolerableSkew = 60_000;
  return announceWait(
    "Reading the audit log",
    readAuditLog(tailnet.name, tailnet.api, new Date(start), new Date(Date.now() + tolerableSkew)),
  );
}

/** The same; warns and returns undefined if the deployer may not read the log. */
export async function readAuditLogIfPermitted(
  tailnet: Tailnet,
  start: number,
  what: string,
): Promise<readonly AuditEntry[] | undefined> {
  try {
    return await readAuditLogSince(tailnet, start);
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    printAside(`${what}: the deployer cannot read the audit log. Give it ${auditLogScope}.`);
    return undefined;
  }
}

/** The resources in exports of stacks. */
export function requireResources(exports: readonly Exported[]): readonly StoredResource[] {
  return exports.flatMap(({ name, content }) => {
    const read = parseResources(content);
    if ("problem" in read)
      throw new CommandFailure(
        `${name} cannot be used: ${read.problem}.\n  Give the output of \`pulumi stack export\`.`,
      );
    return read.resources;
  });
}
