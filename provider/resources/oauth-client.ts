/**
 * OAuth clients: credentials of the tailnet that get short-lived API tokens for the scopes that
 * they hold. Source: https://tailscale.com/kb/1215/oauth-clients
 */

import type * as pulumi from "@pulumi/pulumi";
import { loadOnDemand } from "../engine/on-demand";
import type { GetOptions, RotationArgs } from "./common-arguments";
import { Credential, declare, lookUp } from "./credential";
import { type TrustCredentialArgs, warnOfLegacyScopes } from "./trust-credential";

/** The arguments of an {@link OAuthClient}. */
export interface OAuthClientArgs extends TrustCredentialArgs, RotationArgs {}

const declaration = declare<"OAuthClient", OAuthClientArgs, OAuthClient>("OAuthClient");

/**
 * An OAuth client of the tailnet. It belongs to no user, does not expire, and can be revoked at any
 * time.
 *
 * Scopes, tags and description are updated in place, and the secret stays the same. If somebody
 * revoked the client, the next `pulumi up --refresh` recreates it, with a new id and a new secret.
 *
 * @example
 * ```ts
 * const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "CI runners" });
 * export const id = ci.clientId;
 * export const secret = ci.clientSecret; // stays a secret
 * ```
 * @see https://tailscale.com/kb/1215/oauth-clients
 */
export class OAuthClient extends Credential {
  /** The stored provider text refers to this by name. @internal */
  static readonly provider = loadOnDemand(
    async () => (await import("../definitions/oauth-client.js")).oauthClient,
  );

  /** The id, for example `"k123456CNTRL"`; the same as the resource's id. */
  declare readonly clientId: pulumi.Output<string>;
  /**
   * The secret, which Tailscale shows only at creation: undefined for a client from
   * {@link OAuthClient.get}.
   */
  declare readonly clientSecret: pulumi.Output<string | undefined>;
  /** What the client may do, sorted. */
  declare readonly scopes: pulumi.Output<string[]>;
  /** The tags it may give, sorted; undefined for none. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly description: pulumi.Output<string | undefined>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly createdAt: pulumi.Output<string>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly updatedAt: pulumi.Output<string>;
  /** When `rotateEvery` is due: RFC 3339, UTC, in whole seconds; undefined without it. */
  declare readonly rotatesAt: pulumi.Output<string | undefined>;
  /** The user who created it; undefined if a trust credential did. */
  declare readonly userId: pulumi.Output<string | undefined>;

  constructor(name: string, args: OAuthClientArgs, opts?: pulumi.CustomResourceOptions) {
    super(declaration, name, args, opts);
    // `get` passes no arguments.
    warnOfLegacyScopes(this, args?.scopes);
  }

  /**
   * Reads an existing client without managing it. Fails if the tailnet has none with that id, or it
   * is revoked.
   * @see https://www.pulumi.com/docs/iac/concepts/functions/get-functions/
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: GetOptions): OAuthClient {
    return lookUp(OAuthClient, name, { ...opts, id });
  }
}
