// The credentials of a small company. What they get to is decided by policy.hujson beside it.

import { AuthKey, OAuthClient } from "tailscope";

// The pipeline: it admits its own runners, and nothing else as it seems.
const ci = new OAuthClient("ci", {
  scopes: ["auth_keys"],
  tags: ["tag:ci"],
  description: "Runners of the pipeline",
});

// An operator in the cluster, which gives its tags to the machines that it starts.
const operator = new OAuthClient("operator", {
  scopes: ["auth_keys", "devices:core"],
  tags: ["tag:operator"],
  description: "Operator in the cluster",
});

// The machine by which people get to the servers.
const bastion = new AuthKey("bastion", {
  tags: ["tag:bastion"],
  preauthorized: true,
  expiry: "1d",
  recreateIfInvalid: "never",
  description: "Bastion",
});

export const clientId = ci.clientId;
export const clientSecret = ci.clientSecret;
export const others = [operator.clientId, bastion.keyId];
