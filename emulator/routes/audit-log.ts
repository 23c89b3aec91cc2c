/** `/tailnet/{tailnet}/logging/configuration`: who did what, and when. Source: https://tailscale.com/api#tag/logging */

import { Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import { badRequest } from "../refusal.js";
import type { AuditEntry } from "../state.js";
import type { World } from "../world.js";

export function auditLogRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/logging/configuration", (context) => {
    requireOneOf(context, "logs:configuration:read");
    const start = time("start", context.req.query("start"));
    const end = time("end", context.req.query("end"));
    const { actor, target, event } = {
      actor: context.req.queries("actor") ?? [],
      target: context.req.queries("target") ?? [],
      event: context.req.queries("event") ?? [],
    };
    const logs = world.state.log.filter((entry) => {
      const at = Date.parse(entry.eventTime);
      return (
        at >= start &&
        at <= end &&
        isAmong(actor, [entry.actor.id, entry.actor.loginName, entry.actor.displayName]) &&
        isAmong(target, [entry.target.id, entry.target.name]) &&
        isAmong(event, [eventOf(entry)])
      );
    });
    return context.json({ version: "1.1", tailnet: world.state.tailnet.name, logs });
  });
}

function time(name: string, text: string | undefined): number {
  const parsed = /^\d{4}-\d\d-\d\dT/.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  if (Number.isNaN(parsed))
    throw badRequest(`${name} must be a time in RFC 3339, for example 2026-01-31T12:00:00Z`);
  return parsed;
}

/** As filters spell it: `API_KEY.CREATE`, and `TAILNET.UPDATE.ACL` for a property. */
function eventOf({ target, action }: AuditEntry): string {
  return [target.type, action, target.property].filter(Boolean).join(".");
}

function isAmong(wanted: readonly string[], values: readonly (string | undefined)[]): boolean {
  return (
    wanted.length === 0 || values.some((value) => value !== undefined && wanted.includes(value))
  );
}
