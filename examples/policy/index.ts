// An organisation's rules for the credentials of its tailnet. Pulumi checks them at every preview
// and `up` with this folder: `pulumi preview --policy-pack ../policy`.

import { policyPack } from "tailscope/policy";

policyPack("acme-tailnet", {
  // The credential that deploys the policy file, until the day when somebody reviews this.
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
  // Each team's own tags. No program can use another team's tags.
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
