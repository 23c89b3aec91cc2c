// An OAuth client for CI, and an auth key for CI's runners that this client mints.

import { AuthKey, OAuthClient } from "tailscope";

const ci = new OAuthClient("ci", {
  scopes: ["auth_keys"],
  tags: ["tag:ci"],
  description: "CI runners",
});

const runner = new AuthKey("runner", {
  mintedBy: ci,
  tags: ["tag:ci"],
  reusable: true,
  ephemeral: true,
  preauthorized: true,
  expiry: "30d",
  description: "CI runner",
});

export const clientId = ci.clientId;
export const clientSecret = ci.clientSecret;
export const keyId = runner.keyId;
export const key = runner.key;
export const keyExpiresAt = runner.expiresAt;
