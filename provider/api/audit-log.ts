/** The configuration audit log. Source: https://tailscale.com/api#tag/logging */

import { z } from "zod";
import type { Actor } from "./actor";

const entry = z.object({
  eventTime: z.string(),
  actor: z.object({
    id: z.string().nullish(),
    type: z.string().nullish(),
    loginName: z.string().nullish(),
    displayName: z.string().nullish(),
  }),
  target: z.object({
    id: z.string(),
    name: z.string().nullish(),
    type: z.string().nullish(),
    property: z.string().nullish(),
  }),
  action: z.string(),
  actionDetails: z.string().nullish(),
});

export type AuditEntry = z.infer<typeof entry>;

const answer = z.object({ logs: z.array(entry).nullable() });

/** The scope that opens it. */
export const auditLogScope = "logs:configuration:read";

/** The entries between two times, in their order. Needs `logs:configuration:read`. */
export async function readAuditLog(
  tailnet: string,
  actor: Actor,
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
  return (await actor.send(request, answer)).logs ?? [];
}

/** Who acted, as people know them. */
export function actorName({ actor }: AuditEntry): string {
  return actor.loginName || actor.displayName || actor.id || "unknown";
}
