/** What the tailnet has against what the state says. Pure: both sides come as data. */

import { isDeepStrictEqual } from "node:util";
import {
  type AuditEntry,
  type Descriptions,
  explainEntry,
  isSameCredential,
  nameActor,
} from "../api/audit-log";
import { isActive, type Key } from "../api/keys/key";
import type { AnyKeyResource, AnyResource } from "../definitions/all";
import type { Properties } from "../engine/resource";
import { applyRead, recoverInputs } from "../engine/state";
import type { Managed } from "./exported-state";

export interface Drift {
  readonly urn: string;
  readonly id: string;
  readonly kind: string;
  readonly what: "revoked" | "expired" | "missing" | "changed";
  /**
   * Of each argument that differs, both sides; `"[secret]"` on both for an argument that is a
   * secret.
   */
  readonly fields: Readonly<Record<string, { readonly state: unknown; readonly tailnet: unknown }>>;
  /** Who did it, where the audit log says so. */
  readonly by?: string;
  /** When: RFC 3339. */
  readonly at?: string;
  /** Why, where the audit log says so. */
  readonly reason?: string;
}

/** What of a credential could not be compared, because it is encrypted in the export. */
export interface NotCompared {
  readonly urn: string;
  readonly id: string;
  readonly kind: string;
  /** Names of arguments. */
  readonly arguments: readonly string[];
}

/**
 * The arguments of a credential that are encrypted in its state and that the tailnet would tell;
 * undefined where there are none.
 */
export function findNotCompared(
  { urn, id, kind, hidden }: Managed,
  { answered }: AnyResource,
): NotCompared | undefined {
  const names = answered.filter((name) => hidden.has(name));
  return names.length === 0 ? undefined : { urn, id, kind, arguments: names };
}

/** What the tailnet has of a resource. */
export interface Found {
  /** In the names of arguments and outputs; undefined for what no longer opens anything. */
  readonly properties: Properties | undefined;
  /** How it ended, and when that is known. */
  readonly end?: { readonly what: "revoked" | "expired"; readonly at?: string };
  /** When it was changed last. */
  readonly updated?: string | undefined;
}

/** A credential as the API answers it. */
export function toFound(definition: AnyKeyResource, key: Key, now: number): Found {
  if (isActive(key))
    return { properties: definition.toProperties(key), updated: key.updated || undefined };
  if (key.revoked) return { properties: undefined, end: { what: "revoked", at: key.revoked } };
  const at = key.expires ?? undefined;
  const isOver = at !== undefined && Date.parse(at) <= now;
  return { properties: undefined, end: isOver ? { what: "expired", at } : { what: "revoked" } };
}

/** {@link findDrift} a credential as the API answers it. */
export function findKeyDrift(
  managed: Managed,
  definition: AnyKeyResource,
  found: Key | undefined,
  log: readonly AuditEntry[],
  now: number,
  descriptions: Descriptions = new Map(),
): Drift | undefined {
  const key = found && toFound(definition, found, now);
  return findDrift(managed, definition, key, log, descriptions);
}

/**
 * How a resource differs from its state, or undefined where it does not.
 * @param found what the tailnet has; undefined where it knows none of that id
 * @param log the audit log's entries, of which those about this resource are looked at
 */
export function findDrift(
  managed: Managed,
  definition: AnyResource,
  found: Found | undefined,
  log: readonly AuditEntry[],
  descriptions: Descriptions = new Map(),
): Drift | undefined {
  const { urn, id, kind } = managed;
  const about = { urn, id, kind };
  const entries = log.filter(
    ({ target }) => target.type === "API_KEY" && isSameCredential(target.id, id),
  );
  const findLast = (...actions: string[]) => describeLast(entries, actions, descriptions);
  if (found?.properties === undefined && isLeftAlone(managed, definition)) return undefined;
  if (found === undefined)
    return { ...about, what: "missing", fields: {}, ...findLast("REVOKE", "DELETE", "EXPIRED") };
  if (found.properties === undefined) {
    const { what = "revoked", at } = found.end ?? {};
    return {
      ...about,
      what,
      fields: {},
      ...(at !== undefined && { at }),
      ...(what === "revoked" && at !== undefined && findLast("REVOKE")),
    };
  }
  const fields = compareFields(definition, managed, found.properties);
  if (Object.keys(fields).length === 0) return undefined;
  return {
    ...about,
    what: "changed",
    fields,
    ...(found.updated !== undefined && { at: found.updated }),
    ...findLast("UPDATE"),
  };
}

/**
 * Whether `up --refresh` leaves one that no longer opens anything, as a single-use key that has
 * most likely let its machine in. Where the arguments that decide it are encrypted, it is told.
 */
function isLeftAlone({ state, hidden }: Managed, definition: AnyResource): boolean {
  if (hidden.has("reusable") || hidden.has("recreateIfInvalid")) return false;
  return definition.isRecreated?.(recoverInputs(definition, state)) === false;
}

const withheld = { state: "[secret]", tailnet: "[secret]" };

function compareFields(
  definition: AnyResource,
  { state, secret, hidden }: Managed,
  seen: Properties,
): Drift["fields"] {
  const before = recoverInputs(definition, state);
  const after = applyRead(definition, state, seen).inputs;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !hidden.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  return Object.fromEntries(
    names.map((name) => [
      name,
      secret.has(name) ? withheld : { state: before[name] ?? null, tailnet: after[name] ?? null },
    ]),
  );
}

/** The last entry with one of the actions, as who, when and why. */
function describeLast(
  entries: readonly AuditEntry[],
  actions: readonly string[],
  descriptions: Descriptions,
): Pick<Drift, "by" | "at" | "reason"> {
  const last = entries.filter(({ action }) => actions.includes(action)).at(-1);
  if (last === undefined) return {};
  const reason = explainEntry(last);
  return {
    at: last.eventTime,
    // Time ends a key, and whoever the log names there has done nothing.
    ...(last.action !== "EXPIRED" && { by: nameActor(last, descriptions) }),
    ...(reason !== undefined && { reason }),
  };
}
