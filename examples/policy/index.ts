// The rules of an organisation for its tailnet's credentials. They hold at every preview and `up`
// that is given this folder: `pulumi preview --policy-pack ../policy`.

import { policyPack } from "tailscope/policy";

policyPack("acme-tailnet", {
  // Who deploys the policy file, and until somebody has to look at it again.
  "administrators-by-exception": {
    exceptions: [
      {
        urn: "urn:pulumi:prod::tailscope-quickstart::pulumi-nodejs:dynamic/tailscope:OAuthClient::policy-deployer",
        scope: "policy_file",
        reason: "Deploys the policy file from its repository",
        until: "2027-12-31",
      },
    ],
  },
  "auth-key-expiry": { longest: "30d" },
  "clients-rotate": { enforcementLevel: "advisory", longest: "90d" },
  // Each team's own tags; nobody's program carries another's.
  "allowed-tags-and-scopes": {
    table: [
      {
        project: "tailscope-quickstart",
        tags: ["tag:ci"],
        scopes: ["auth_keys", "devices:core:read", "policy_file"],
      },
      {
        project: "monitoring",
        tags: ["tag:monitoring-*"],
        scopes: ["devices:core:read", "logs:network:read"],
      },
    ],
  },
});
