/** What the tailnet has against what the state says. Pure: both sides come as data. */

import { isDeepStrictEqual } from "node:util";
import { type AuditEntry, actorName } from "../api/audit-log";
import { isActive, type Key } from "../api/key";
import type { AnyDefinition } from "../definitions/all";
import { isRecreated } from "../definitions/auth-key";
import type { Properties } from "../engine/definition";
import { inputsOf, stateAfterRead } from "../engine/state";
import type { Managed } from "./exported-state";

export interface Drift {
  readonly urn: string;
  readonly id: string;
  readonly kind: string;
  readonly what: "revoked" | "expired" | "missing" | "changed";
  /** Of each argument that differs, both sides. */
  readonly fields: Readonly<Record<string, { readonly state: unknown; readonly tailnet: unknown }>>;
  /** Who did it, where the audit log says so. */
  readonly by?: string;
  /** When: RFC 3339. */
  readonly at?: string;
}

/**
 * How a credential differs from its state, or undefined where it does not.
 * @param found the key as the API answers it; undefined where it knows none of that id
 * @param log the audit log's entries, of which those about this credential are looked at
 */
export function driftOf(
  managed: Managed,
  definition: AnyDefinition,
  found: Key | undefined,
  log: readonly AuditEntry[],
  now: number,
): Drift | undefined {
  const { urn, id, kind, state } = managed;
  const about = { urn, id, kind };
  const entries = log.filter(({ target }) => target.id === id);
  if (found === undefined)
    return { ...about, what: "missing", fields: {}, ...told(entries, ["REVOKE", "DELETE"]) };
  if (!isActive(found)) {
    // As `up --refresh` sees it: a single-use key that is no longer valid has most likely done its work.
    if (kind === "AuthKey" && !isRecreated(state)) return undefined;
    if (found.revoked)
      return {
        ...about,
        what: "revoked",
        fields: {},
        at: found.revoked,
        ...told(entries, ["REVOKE"]),
      };
    const expires = found.expires ?? undefined;
    const isOver = expires !== undefined && Date.parse(expires) <= now;
    return {
      ...about,
      what: isOver ? "expired" : "revoked",
      fields: {},
      ...(isOver && { at: expires }),
    };
  }
  const fields = changedFields(definition, state, definition.seen(found));
  if (Object.keys(fields).length === 0) return undefined;
  return {
    ...about,
    what: "changed",
    fields,
    ...(found.updated && { at: found.updated }),
    ...told(entries, ["UPDATE"]),
  };
}

function changedFields(
  definition: AnyDefinition,
  state: Properties,
  seen: Properties,
): Drift["fields"] {
  const before = inputsOf(definition, state);
  const after = stateAfterRead(definition, state, seen).inputs;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
  return Object.fromEntries(
    names.map((name) => [name, { state: before[name] ?? null, tailnet: after[name] ?? null }]),
  );
}

/** The last entry with one of the actions, as who and when. */
function told(
  entries: readonly AuditEntry[],
  actions: readonly string[],
): { by?: string; at?: string } {
  const last = entries.filter(({ action }) => actions.includes(action)).at(-1);
  return last === undefined ? {} : { by: actorName(last), at: last.eventTime };
}
