/**
 * Tailscale's credentials as Pulumi resources.
 *
 * @module tailscope
 */

import "./refuse-old-node";

export type { Duration } from "./access/lifetime";
export type { Scope } from "./access/scopes";
export { ArgumentError } from "./resources/argument-error";
export { AuthKey, type AuthKeyArgs } from "./resources/auth-key";
export { ConfigError } from "./resources/config-error";
export { FederatedIdentity, type FederatedIdentityArgs } from "./resources/federated-identity";
export { OAuthClient, type OAuthClientArgs } from "./resources/oauth-client";
export { PackageError } from "./resources/package-error";
export { findRequestErrors, RequestError } from "./resources/request-error";
export { RotatingAuthKey, type RotatingAuthKeyArgs } from "./resources/rotating-auth-key";
export {
  RotatingOAuthClient,
  type RotatingOAuthClientArgs,
} from "./resources/rotating-oauth-client";
export {
  type GenericTrust,
  type GithubTrust,
  type GitlabTrust,
  type KubernetesTrust,
  type Trust,
  trust,
} from "./resources/trust";
