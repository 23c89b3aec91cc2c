/** Descriptions of credentials from the tailnet's list, the state and the audit log. Pure. */

import { parseName } from "../access/urn";
import type { AuditEntry, Descriptions } from "../api/audit-log";
import type { Key } from "../api/keys/key";
import type { Managed } from "./exported-state";

/**
 * Collects descriptions, keyed by id. The list is the best source, but only has active credentials.
 * The state has those that it manages, or their resource's name if they have no description. The
 * audit log has a description from the creation of credentials that no longer exist.
 */
export function collectDescriptions({
  keys = [],
  managed = [],
  log = [],
}: {
  readonly keys?: readonly Key[] | undefined;
  readonly managed?: readonly Managed[] | undefined;
  readonly log?: readonly AuditEntry[] | undefined;
}): Descriptions {
  const known = new Map<string, string>();
  const learn = (id: string, description: unknown): void => {
    if (typeof description === "string" && description !== "") known.set(id, description);
  };
  for (const { target, old, new: after } of log)
    if (target.type === "API_KEY") learn(target.id, getDescription(after) || getDescription(old));
  for (const { id, urn, state } of managed)
    learn(id, typeof state["description"] === "string" ? state["description"] : parseName(urn));
  for (const { id, description } of keys) learn(id, description);
  return known;
}

function getDescription(value: unknown): unknown {
  return typeof value === "object" && value !== null && "description" in value
    ? value.description
    : undefined;
}
