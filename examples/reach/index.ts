// The credentials of a small company. policy.hujson in this folder decides what they reach.

import { AuthKey, OAuthClient } from "tailscope";

// The pipeline. It seems to admit only its own runners.
const ci = new OAuthClient("ci", {
  scopes: ["auth_keys"],
  tags: ["tag:ci"],
  description: "Runners of the pipeline",
});

// An operator in the cluster. It gives its tags to the machines that it starts.
const operator = new OAuthClient("operator", {
  scopes: ["auth_keys", "devices:core"],
  tags: ["tag:operator"],
  description: "Operator in the cluster",
});

// The machine through which people reach the servers.
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
