/** The three providers as the engine's process gets them, without the Pulumi SDK, which takes a second to load. */

import { authKey } from "../provider/definitions/auth-key";
import { federatedIdentity } from "../provider/definitions/federated-identity";
import { oauthClient } from "../provider/definitions/oauth-client";
import { dynamicProvider } from "../provider/engine/dynamic-provider";

export const providers = {
  OAuthClient: dynamicProvider(oauthClient),
  AuthKey: dynamicProvider(authKey),
  FederatedIdentity: dynamicProvider(federatedIdentity),
};

export type Provider = (typeof providers)[keyof typeof providers];
