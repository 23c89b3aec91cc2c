/** Compares the state with the tailnet, both as data. Pure. */

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
  /** Both sides of each argument that differs; `"[secret]"` on both for a secret argument. */
  readonly fields: Readonly<Record<string, { readonly state: unknown; readonly tailnet: unknown }>>;
  /** Who did it, if the audit log says so. */
  readonly by?: string;
  /** When: RFC 3339. */
  readonly at?: string;
  /** Why, if the audit log says so. */
  readonly reason?: string;
}

/** The arguments of a credential that could not be compared, because the export encrypts them. */
export interface NotCompared {
  readonly urn: string;
  readonly id: string;
  readonly kind: string;
  /** Names of arguments. */
  readonly arguments: readonly string[];
}

/**
 * The arguments of a credential that the tailnet has and the export encrypts; undefined if there
 * are none.
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
  /** By the names of arguments and outputs; undefined for a resource that is no longer valid. */
  readonly properties: Properties | undefined;
  /** How it ended, and when if that is known. */
  readonly end?: { readonly what: "revoked" | "expired"; readonly at?: string };
  /** When it was last updated. */
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
 * How a resource differs from its state; undefined if it does not.
 * @param found what the tailnet has; undefined if it has none with that id
 * @param log the audit log; only entries about this resource matter
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
 * Whether `up --refresh` does not recreate a resource that is no longer valid, such as a single-use
 * key whose machine has most likely joined. If the arguments that decide it are encrypted, it is
 * reported.
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
    // A key expires by itself, and the actor in such an entry has done nothing.
    ...(last.action !== "EXPIRED" && { by: nameActor(last, descriptions) }),
    ...(reason !== undefined && { reason }),
  };
}
