// Credentials that are made anew in time. Run `pulumi up` on a schedule, at least once in the
// shortest period here.

import { AuthKey, OAuthClient, RotatingOAuthClient } from "tailscope";

// For consumers that this program itself updates: the new client first, then the key that it mints,
// the old client last.
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

// For consumers that pick a secret up later: the one before stays valid for 30 days more.
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
