// The same client in two tailnets. Each connection is named in Pulumi.yaml; the name is all of it
// that the state holds.

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
