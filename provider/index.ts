/** Tailscope: Tailscale's credentials as Pulumi resources. */

export type { Duration } from "./access/lifetime";
export type { Scope } from "./access/scopes";
export { AuthKey, type AuthKeyArgs } from "./resources/auth-key";
export { FederatedIdentity, type FederatedIdentityArgs } from "./resources/federated-identity";
export { OAuthClient, type OAuthClientArgs } from "./resources/oauth-client";
