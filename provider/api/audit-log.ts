/**
 * The configuration audit log: its entries, and the actors and targets that they name.
 *
 * Source: https://tailscale.com/api#tag/logging. Entries of a real tailnet of 2026-07 show what
 * that page leaves open: when a trust credential gets a token, the action is `CREATE`, the target
 * type is `OAUTH_ACCESS_TOKEN` and the actor is the credential; the actor's display name is always
 * "OAuth client", whatever its description; and an entry about a credential has the kind ("Auth
 * key") as the name of its target.
 */

import type { ApiClient } from "./auth/client";
import { defineSchema, type Infer } from "./lazy-schema";

/**
 * Most entries are not about credentials. We parse only what we read, so that nothing else can make
 * the whole log unreadable.
 */
const entry = defineSchema((z) => {
  const word = z.string().nullish();
  return z.object({
    eventTime: z.string(),
    /** When the entry was written, if it was written late. */
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
    /** The values before and after the change: objects for a credential. */
    old: z.unknown().optional(),
    new: z.unknown().optional(),
  });
});

export type AuditEntry = Infer<typeof entry>;

/**
 * The documentation has a member `tailnet` next to `logs`; the API returns `tailnetId`. We read
 * neither.
 */
const answer = defineSchema((z) => z.object({ logs: z.array(entry()).nullish() }));

/** The scope that reading it needs. */
export const auditLogScope = "logs:configuration:read";

/**
 * The entries between two times, oldest first. Needs `logs:configuration:read`.
 * @see https://tailscale.com/api#tag/logging
 */
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
  // The documentation promises no order, and deferred entries arrive later than the event.
  return logs.sort((a, b) => parseEventTime(a) - parseEventTime(b));
}

function parseEventTime({ eventTime }: AuditEntry): number {
  const time = Date.parse(eventTime);
  return Number.isNaN(time) ? 0 : time;
}

const kindOfToken = "OAUTH_ACCESS_TOKEN";

/** Whether the entry says that a trust credential got a token. */
export function isUse({ action, target }: AuditEntry): boolean {
  return target.type === kindOfToken && action === "CREATE";
}

/**
 * The ID of the credential that the entry is about, or whose token it is about; undefined if it is
 * about something else.
 */
export function findCredentialId({ actor, target }: AuditEntry): string | undefined {
  if (target.type === "API_KEY") return target.id;
  if (target.type !== kindOfToken) return undefined;
  return actor.id && isTrustCredential(actor) ? actor.id : target.id;
}

/**
 * Whether two IDs belong to the same credential. The ID of a federated identity consists of the
 * tailnet's ID, a hyphen and its own part. No public entry shows whether the log has the long or
 * the short form.
 */
export function isSameCredential(a: string, b: string): boolean {
  if (a === "" || b === "") return false;
  return a === b || a.endsWith(`-${b}`) || b.endsWith(`-${a}`);
}

/**
 * Groups items by the credential that they are about, in their original order. Searching all items
 * again for each of many credentials would take minutes.
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

/** The part that both forms of an ID end with. */
function getOwnPart(id: string): string {
  return id.slice(id.lastIndexOf("-") + 1);
}

/** Descriptions of credentials, by ID. */
export type Descriptions = ReadonlyMap<string, string>;

const filedDescriptions = new WeakMap<
  Descriptions,
  (id: string) => readonly (readonly [string, string])[]
>();

/**
 * The name of a credential for people: its ID, and its description if known: `"kAbc123CNTRL (ci
 * deployer)"`.
 */
export function nameCredential(id: string, descriptions: Descriptions): string {
  const description = findDescription(id, descriptions);
  return description === "" ? id : `${id} (${description})`;
}

/** The description of a credential, or "" if none is known. */
export function findDescription(id: string, descriptions: Descriptions): string {
  const exact = descriptions.get(id);
  if (exact !== undefined) return exact;
  const find = filedDescriptions.get(descriptions) ?? fileByCredential(descriptions, ([id]) => id);
  filedDescriptions.set(descriptions, find);
  return find(id)[0]?.[1] ?? "";
}

const secretScanner = "SECRET_SCANNER";

/** The name of the actor for people: the login name of a user, the ID of a trust credential. */
export function nameActor(
  { actor }: Pick<AuditEntry, "actor">,
  descriptions: Descriptions = new Map(),
): string {
  if (actor.type === secretScanner) return "Tailscale's secret scanner";
  if (actor.id && isTrustCredential(actor)) return nameCredential(actor.id, descriptions);
  const name = actor.loginName || actor.displayName || actor.id;
  return name || (actor.type ? `unknown (${actor.type})` : "unknown");
}

/** A sentence on what an entry means beyond its action; undefined if there is nothing to add. */
export function explainEntry({ actor, action, target }: AuditEntry): string | undefined {
  // https://tailscale.com/kb/1301/secret-scanning
  return actor.type === secretScanner && target.type === "API_KEY" && action === "REVOKE"
    ? "revoked by Tailscale's secret scanner: the secret has leaked"
    : undefined;
}

/** Decides by the type, or for an unknown type by the ID, which begins with `k` for credentials. */
function isTrustCredential({ id, type, loginName }: AuditEntry["actor"]): boolean {
  if (type === "OAUTH_CLIENT" || type === "FEDERATED_IDENTITY") return true;
  return type !== "USER" && !loginName && /(^|-)k[A-Za-z0-9]+$/.test(id ?? "");
}
