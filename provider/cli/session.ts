/** The tailnet that commands work on, as the deployer sees it. */

import { type AuditEntry, auditLogScope, readAuditLog } from "../api/audit-log";
import { NotPermitted } from "../api/errors";
import { keySchema } from "../api/keys/key";
import type { Connection } from "../api/settings/connection";
import { openTailnet, type Tailnet } from "../api/tailnet";
import { waitUntilSent } from "../network/request-sent";
import { announceWait, printAside } from "./output";
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
): Tailnet {
  return openTailnet(connection, { warn: printAside, alsoReads });
}

/** The tailnet of the default connection, whose keys are requested before it is needed. */
export interface OpenedEarly {
  readonly tailnet: Tailnet;
  /** Settles with the list. If it rejects, whatever needs the list would fail in the same way. */
  readonly listed: Promise<unknown>;
}

/**
 * Opens the tailnet of the default connection and requests the list of keys, so that other work can
 * be done until the answer is there. Resolves when the request is on its way.
 *
 * @returns undefined if the settings do not name a deployer
 */
export async function openEarly(settings: Settings): Promise<OpenedEarly | undefined> {
  try {
    const connection = await settings.connection();
    const tailnet = openForReads(connection);
    const early = { tailnet, listed: requestKeys(tailnet) };
    await announceWait("Asking Tailscale", waitForList(early.listed, connection));
    return early;
  } catch {
    return undefined;
  }
}

/** Lists the keys again, because what they are compared with is newer than the list. */
export function listAgain({ tailnet }: OpenedEarly): OpenedEarly {
  return { tailnet, listed: requestKeys(tailnet, "again") };
}

/** A failure is reported by whoever waits for the list. */
function requestKeys(tailnet: Tailnet, again?: "again"): Promise<unknown> {
  const listed = tailnet.allKeys(again);
  listed.catch(() => {});
  return listed;
}

/** Waits until the list is requested or, if that never happens, until the request for it fails. */
async function waitForList(listed: Promise<unknown>, { deployer }: Connection): Promise<void> {
  const sent = waitUntilSent(/\/keys\?all=true$/, listed);
  if (deployer.kind !== "accessToken") {
    await waitUntilSent(/\/oauth\/token/, listed);
    // What reads the answers takes as long to load as the token takes to come.
    keySchema();
  }
  await sent;
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
