// The same client in two tailnets. Pulumi.yaml defines each connection. The state holds only its
// name.

import { OAuthClient } from "tailscope";

const clients = ["prod", "staging"].map(
  (connection) =>
    new OAuthClient(`exporter-${connection}`, {
      connection,
      scopes: ["devices:core:read"],
      description: "Metrics exporter",
    }),
);

export const ids = clients.map((client) => client.clientId);
