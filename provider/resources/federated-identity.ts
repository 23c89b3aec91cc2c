/**
 * Federated identities: they exchange the identity tokens of another system (GitHub Actions, GitLab
 * CI, Kubernetes, a cloud) for short-lived API tokens, so no secret is stored. Source:
 * https://tailscale.com/kb/1581/workload-identity-federation
 */

import type * as pulumi from "@pulumi/pulumi";
import { loadOnDemand } from "../engine/on-demand";
import type { GetOptions } from "./common-arguments";
import { Credential, declare, lookUp } from "./credential";
import { type TrustCredentialArgs, warnOfLegacyScopes } from "./trust-credential";

/** The arguments of a {@link FederatedIdentity}. */
export interface FederatedIdentityArgs extends TrustCredentialArgs {
  /**
   * The issuer of the identity tokens: an https URL that publishes its keys, for example
   * `"https://token.actions.githubusercontent.com"`.
   */
  issuer: pulumi.Input<string>;
  /**
   * The required `sub` claim of the tokens. `*` stands for any characters, so
   * `"repo:acme/infrastructure:*"` accepts every branch and pull request of that repository. A
   * subject that the issuer never issues is refused.
   *
   * Tailscale rewrites GitHub's subjects to the form with ids. The output then has that form, and
   * the preview shows no change.
   */
  subject: pulumi.Input<string>;
  /**
   * The required `aud` claim of the tokens.
   * @default an audience of Tailscale's own: `"api.tailscale.com/<client id>"`
   */
  audience?: pulumi.Input<string | undefined>;
  /**
   * The required values of other claims; `*` stands for any characters. A period selects a member
   * of an object, and a name that contains a period is put in double quotes: `{ ref:
   * "refs/heads/*", "user.name": "ci", '"open.id".username': "ci" }`. `sub`, `iss` and `aud` have
   * their own arguments.
   * @default none
   */
  customClaimRules?: pulumi.Input<Record<string, pulumi.Input<string>> | undefined>;
}

const declaration = declare<"FederatedIdentity", FederatedIdentityArgs, FederatedIdentity>(
  "FederatedIdentity",
);

/**
 * A federated identity. It exchanges identity tokens of another system for short-lived API tokens,
 * if their issuer, subject, audience and claims match. Every argument is updated in place, except
 * `connection`, which replaces the identity.
 *
 * @example
 * ```ts
 * new FederatedIdentity("deploy", {
 *   issuer: "https://token.actions.githubusercontent.com",
 *   subject: "repo:acme/infrastructure:ref:refs/heads/main",
 *   scopes: ["devices:core:read"],
 * });
 * ```
 * @see https://tailscale.com/kb/1581/workload-identity-federation
 */
export class FederatedIdentity extends Credential {
  /** The stored provider text refers to this by name. @internal */
  static readonly provider = loadOnDemand(
    async () => (await import("../definitions/federated-identity.js")).federatedIdentity,
  );

  /**
   * The client id for the token exchange, for example `"T123CNTRL-k456CNTRL"`; the same as the
   * resource's id.
   */
  declare readonly clientId: pulumi.Output<string>;
  declare readonly issuer: pulumi.Output<string>;
  /** The subject that Tailscale stores. It may be the form with ids of a GitHub subject. */
  declare readonly subject: pulumi.Output<string>;
  /** The one that the program asked for, or the one that Tailscale generated. */
  declare readonly audience: pulumi.Output<string>;
  declare readonly customClaimRules: pulumi.Output<Record<string, string> | undefined>;
  /** What the identity may do, sorted. */
  declare readonly scopes: pulumi.Output<string[]>;
  /** The tags it may give, sorted; undefined for none. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly description: pulumi.Output<string | undefined>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly createdAt: pulumi.Output<string>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly updatedAt: pulumi.Output<string>;
  /** The user who created it; undefined if a trust credential did. */
  declare readonly userId: pulumi.Output<string | undefined>;

  constructor(name: string, args: FederatedIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    super(declaration, name, args, opts);
    // `get` passes no arguments.
    warnOfLegacyScopes(this, args?.scopes);
  }

  /**
   * Reads an existing identity without managing it. Fails if the tailnet has none with that id, or
   * it is revoked.
   * @see https://www.pulumi.com/docs/iac/concepts/functions/get-functions/
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: GetOptions): FederatedIdentity {
    return lookUp(FederatedIdentity, name, { ...opts, id });
  }
}
