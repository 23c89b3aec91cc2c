/**
 * `/tailnet/{tailnet}/logging/configuration`: who did what, and when. Source:
 * https://tailscale.com/api#tag/logging
 */

import { Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import { refuseRequest } from "../refusal.js";
import type { AuditEntry } from "../state.js";
import type { World } from "../world.js";

export function createAuditLogRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/logging/configuration", (context) => {
    requireOneOf(context, "logs:configuration:read");
    const start = parseTime("start", context.req.query("start"));
    const end = parseTime("end", context.req.query("end"));
    const filterEntries = (name: string, fits: (filter: string, entry: AuditEntry) => boolean) => {
      const filters = context.req.queries(name) ?? [];
      return (entry: AuditEntry) =>
        filters.length === 0 || filters.some((filter) => fits(filter, entry));
    };
    const logs = world.state.log
      .filter(({ eventTime }) => Date.parse(eventTime) >= start && Date.parse(eventTime) <= end)
      .filter(filterEntries("actor", isActor))
      .filter(filterEntries("target", isTarget))
      .filter(filterEntries("event", (event, entry) => event === formatEvent(entry)));
    // The tailnet's name is in "tailnetId", contrary to the API document, and an empty log is null:
    // `fact: audit-tailnet-id`.
    return context.json({
      version: "1.1",
      tailnetId: world.state.tailnet.name,
      logs: logs.length === 0 ? null : logs,
    });
  });
}

function parseTime(name: string, text: string | undefined): number {
  const parsed = /^\d{4}-\d\d-\d\dT/.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  if (Number.isNaN(parsed))
    throw refuseRequest(`${name} must be a time in RFC 3339, for example 2026-01-31T12:00:00Z`);
  return parsed;
}

/** An actor's id, or `~` and any part of a login or display name. `fact: audit-filters` */
function isActor(filter: string, { actor }: AuditEntry): boolean {
  if (!filter.startsWith("~")) return actor.id === filter;
  return isPartOf(filter.slice(1), [actor.loginName, actor.displayName]);
}

/** Any part of the target. `fact: audit-filters` */
function isTarget(filter: string, { target }: AuditEntry): boolean {
  return isPartOf(filter, [target.id, target.name, target.type, target.property]);
}

function isPartOf(part: string, texts: readonly (string | undefined)[]): boolean {
  return texts.some((text) => text?.toLowerCase().includes(part.toLowerCase()));
}

/**
 * Formats an event as filters spell it: `API_KEY.CREATE`, and `TAILNET.UPDATE.ACL` for a property.
 */
function formatEvent({ target, action }: AuditEntry): string {
  return [target.type, action, target.property].filter(Boolean).join(".");
}
