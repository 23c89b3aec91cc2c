// Credentials that are recreated on a schedule. Run `pulumi up` at least once in the shortest period
// of this program.

import { AuthKey, OAuthClient, RotatingOAuthClient } from "tailscope";

// For consumers that this program updates itself. Pulumi creates the new client, then the key that
// it mints, and revokes the old client last.
const ci = new OAuthClient("ci", {
  scopes: ["auth_keys"],
  tags: ["tag:ci"],
  description: "CI runners",
  rotateEvery: "90d",
});

// Replaced a week before it expires.
const runner = new AuthKey("runner", {
  mintedBy: ci,
  tags: ["tag:ci"],
  reusable: true,
  ephemeral: true,
  expiry: "30d",
  renewBefore: "7d",
});

// For consumers that read the secret later: the previous one stays valid for another 30 days.
const exporter = new RotatingOAuthClient("exporter", {
  every: "30d",
  scopes: ["devices:core:read"],
  description: "Metrics exporter",
});

export const ciRotatesAt = ci.rotatesAt;
export const runnerRotatesAt = runner.rotatesAt;
export const runnerKey = runner.key;
export const exporterId = exporter.clientId;
export const exporterSecret = exporter.clientSecret;
export const exporterChangesAt = exporter.changesAt;
