/** The credentials that get tokens, and where each is configured. */

import type { Environment } from "../../network/proxy";

/** The page of the admin console that lists OAuth clients and federated identities. */
export const credentialsPage = "https://console.tailscale.com/admin/settings/trust-credentials";

/** Where a deployer is configured. */
export interface DeployerSource {
  readonly place: "environment" | "stack config";
  /** The name of the connection, if it has one. */
  readonly connection?: string;
}

/** A credential that gets tokens for requests: the deployer, or an OAuth client of `mintedBy`. */
export type ApiCredential = (
  | /** An OAuth client: short-lived tokens by the client-credentials grant (https://tailscale.com/kb/1215/oauth-clients). */
  {
      readonly kind: "oauthClient";
      readonly clientId: string;
      readonly clientSecret: string;
      /** The id of the tailnet that its tokens are for; absent for its own. */
      readonly tokenTailnet?: string;
    }
  /**
   * A federated identity: short-lived tokens for an identity token of the CI system (workload
   * identity federation).
   */
  | {
      readonly kind: "identityToken";
      readonly clientId: string;
      readonly identityToken: IdentityTokenSource;
    }
  /**
   * An API access token: everything that its user may do, for at most 90 days
   * (https://tailscale.com/kb/1101/api).
   */
  | { readonly kind: "accessToken"; readonly token: string }
) & {
  /** Absent for an OAuth client of `mintedBy`, which the program has. */
  readonly source?: DeployerSource;
};

/** Where identity tokens come from. A file and a runner give a new one after the last expired. */
export type IdentityTokenSource =
  /** `name` is the environment variable it was found in. */
  | { readonly kind: "value"; readonly token: string; readonly name: string }
  | { readonly kind: "file"; readonly path: string; readonly name: string }
  /** A GitHub Actions runner, which is asked for a token with this audience. */
  | {
      readonly kind: "github";
      readonly url: string;
      readonly bearer: string;
      readonly audience: string;
      readonly name: string;
    }
  /** AWS or Google Cloud, whichever this runs on, which is asked for a token with this audience. */
  | {
      readonly kind: "cloud";
      readonly audience: string;
      readonly environment: Environment;
      readonly name: string;
    };
