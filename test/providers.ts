/** The three providers as the engine's process gets them, without the Pulumi SDK, which takes a second to load. */

// What runs while these load is no test's: otherwise mutants there would count as reached by the one test that came first.
import "../provider/api/tailnet";
import { authKey } from "../provider/definitions/auth-key";
import { federatedIdentity } from "../provider/definitions/federated-identity";
import { oauthClient } from "../provider/definitions/oauth-client";
import "../provider/engine/dynamic-provider";
import { onDemand } from "../provider/engine/on-demand";

export const providers = {
  OAuthClient: onDemand(async () => oauthClient),
  AuthKey: onDemand(async () => authKey),
  FederatedIdentity: onDemand(async () => federatedIdentity),
};

export type Provider = (typeof providers)[keyof typeof providers];
