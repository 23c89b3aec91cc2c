/**
 * The configuration audit log: its entries, and whom and what they name.
 *
 * Source: https://tailscale.com/api#tag/logging. Entries of a real tailnet of 2026-07 show what
 * that page leaves open: a trust credential takes a token by `CREATE` on the target type
 * `OAUTH_ACCESS_TOKEN`, with the credential as actor; its display name is "OAuth client" whatever
 * its description is; and an entry about a credential names the kind ("Auth key") as its target.
 */

import { z } from "zod";
import type { ApiClient } from "./auth/client";

const word = z.string().nullish();

/**
 * Entries about other things than credentials are many, so only what is read here can make the
 * whole log unreadable.
 */
const entry = z.object({
  eventTime: z.string(),
  /** When an entry was written, if that was late. */
  deferredAt: word,
  actor: z
    .object({ id: word, type: word, loginName: word, displayName: word })
    .nullish()
    .transform((actor) => actor ?? {}),
  target: z
    .object({
      id: word.transform((id) => id ?? ""),
      name: word,
      type: word,
      property: word,
    })
    .nullish()
    .transform((target) => target ?? { id: "" }),
  action: z.string(),
  actionDetails: word,
  /** What was there before, and after: an object for a credential. */
  old: z.unknown().optional(),
  new: z.unknown().optional(),
});

export type AuditEntry = z.infer<typeof entry>;

/**
 * The page names the member beside `logs` `tailnet`; the API answers `tailnetId`. Neither is read.
 */
const answer = z.object({ logs: z.array(entry).nullish() });

/** The scope that opens it. */
export const auditLogScope = "logs:configuration:read";

/** The entries between two times, oldest first. Needs `logs:configuration:read`. */
export async function readAuditLog(
  tailnet: string,
  api: ApiClient,
  start: Date,
  end: Date,
): Promise<AuditEntry[]> {
  const query = new URLSearchParams({ start: start.toISOString(), end: end.toISOString() });
  const path = `/tailnet/${encodeURIComponent(tailnet)}/logging/configuration?${query}`;
  const request = {
    doing: "read the audit log",
    method: "GET",
    path,
    needs: auditLogScope,
  } as const;
  const logs = (await api.send(request, answer)).logs ?? [];
  // No page promises an order, and what was deferred comes later than it happened.
  return logs.sort((a, b) => parseTime(a) - parseTime(b));
}

function parseTime({ eventTime }: AuditEntry): number {
  const time = Date.parse(eventTime);
  return Number.isNaN(time) ? 0 : time;
}

const kindOfToken = "OAUTH_ACCESS_TOKEN";

/** Whether the entry says that a trust credential got a token. */
export function isUse({ action, target }: AuditEntry): boolean {
  return target.type === kindOfToken && action === "CREATE";
}

/**
 * The id of the credential that the entry is about, or whose token it is about; undefined where it
 * is about something else.
 */
export function findCredentialId({ actor, target }: AuditEntry): string | undefined {
  if (target.type === "API_KEY") return target.id;
  if (target.type !== kindOfToken) return undefined;
  return actor.id && isTrustCredential(actor) ? actor.id : target.id;
}

/**
 * Whether two ids are the same credential's. The id of a federated identity is its tailnet's id, a
 * hyphen and its own; no public entry shows which of the two forms the log has.
 */
export function isSameCredential(a: string, b: string): boolean {
  if (a === "" || b === "") return false;
  return a === b || a.endsWith(`-${b}`) || b.endsWith(`-${a}`);
}

/**
 * Files items by the credentials that they are about, and gives those of one in the order in which
 * they came: going through all of them for each of many credentials would take minutes.
 */
export function fileByCredential<Item>(
  items: Iterable<Item>,
  getId: (item: Item) => string,
): (id: string) => readonly Item[] {
  const files = new Map<string, Item[]>();
  for (const item of items) {
    const name = getOwnPart(getId(item));
    const file = files.get(name);
    if (file === undefined) files.set(name, [item]);
    else file.push(item);
  }
  return (id) =>
    (files.get(getOwnPart(id)) ?? []).filter((item) => isSameCredential(getId(item), id));
}

/** What both forms of an id end with. */
function getOwnPart(id: string): string {
  return id.slice(id.lastIndexOf("-") + 1);
}

/** Descriptions of credentials by their ids. */
export type Descriptions = ReadonlyMap<string, string>;

const filedDescriptions = new WeakMap<
  Descriptions,
  (id: string) => readonly (readonly [string, string])[]
>();

/**
 * A credential as people know it: its id, and its description where that is known: `"kAbc123CNTRL
 * (ci deployer)"`.
 */
export function nameCredential(id: string, descriptions: Descriptions): string {
  const description = findDescription(id, descriptions);
  return description === "" ? id : `${id} (${description})`;
}

/** The description of a credential, or "" where none is known. */
export function findDescription(id: string, descriptions: Descriptions): string {
  const exact = descriptions.get(id);
  if (exact !== undefined) return exact;
  const find = filedDescriptions.get(descriptions) ?? fileByCredential(descriptions, ([id]) => id);
  filedDescriptions.set(descriptions, find);
  return find(id)[0]?.[1] ?? "";
}

const secretScanner = "SECRET_SCANNER";

/** Who acted, as people know them: a user by login name, a trust credential by its id. */
export function nameActor(
  { actor }: Pick<AuditEntry, "actor">,
  descriptions: Descriptions = new Map(),
): string {
  if (actor.type === secretScanner) return "Tailscale's secret scanner";
  if (actor.id && isTrustCredential(actor)) return nameCredential(actor.id, descriptions);
  const name = actor.loginName || actor.displayName || actor.id;
  return name || (actor.type ? `unknown (${actor.type})` : "unknown");
}

/**
 * What an entry means beyond its action, in a sentence; undefined where there is nothing to add.
 */
export function explainEntry({ actor, action, target }: AuditEntry): string | undefined {
  // https://tailscale.com/kb/1301/secret-scanning
  return actor.type === secretScanner && target.type === "API_KEY" && action === "REVOKE"
    ? "revoked by Tailscale's secret scanner: the secret has leaked"
    : undefined;
}

/** By the type, or where that is a new one by the id, which begins with `k` for credentials. */
function isTrustCredential({ id, type, loginName }: AuditEntry["actor"]): boolean {
  if (type === "OAUTH_CLIENT" || type === "FEDERATED_IDENTITY") return true;
  return type !== "USER" && !loginName && /(^|-)k[A-Za-z0-9]+$/.test(id ?? "");
}
