/**
 * What OAuth clients and federated identities have in common: Tailscale calls both trust
 * credentials. Source: https://tailscale.com/kb/1623/trust-credentials
 */

import * as pulumi from "@pulumi/pulumi";
import { adviseOnLegacyScope, type Scope } from "../access/scopes";
import type { ConnectionArgs } from "./common-arguments";

/**
 * A known scope, which an editor completes, or another name: a legacy one, or one in
 * `unlistedScopes`.
 */
export type ScopeArgument = Scope | (string & {});

export interface TrustCredentialArgs extends ConnectionArgs {
  /**
   * What the credential can do, at least one scope: `"auth_keys"` reads and writes auth keys,
   * `"auth_keys:read"` only reads them. The order does not matter. A deployer can give only scopes
   * that it has itself.
   * @see https://tailscale.com/kb/1623/trust-credentials#scopes
   */
  scopes: pulumi.Input<pulumi.Input<ScopeArgument>[]>;
  /**
   * The credential's tags, for example `["tag:ci"]`. The order does not matter. Required with the
   * scopes `devices:core` and `auth_keys`. The policy file must define each tag under `tagOwners`.
   * An auth key that the credential creates has exactly this set, or tags that these tags own.
   * @default none
   * @see https://tailscale.com/kb/1068/tags
   */
  tags?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * What it is for: at most 50 letters, digits, hyphens, underscores and spaces.
   * @default none
   */
  description?: pulumi.Input<string | undefined>;
  /**
   * Scopes among `scopes` that exist although this version of Tailscope does not know them.
   * Tailscope refuses every other unknown name as a typo. The argument itself is not sent.
   * @default none
   */
  unlistedScopes?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}

/** Warns in the program's output of scopes with a legacy name. */
export function warnOfLegacyScopes(
  resource: pulumi.Resource,
  scopes: TrustCredentialArgs["scopes"] | undefined,
): void {
  // Most programs write them as plain values. Waiting for an output would take the SDK as long as
  // the rest of a resource.
  if (isWrittenOut(scopes)) warnOf(scopes);
  else pulumi.output(scopes).apply((names) => warnOf(names ?? []));

  function warnOf(names: readonly string[]): void {
    for (const name of names) {
      const advice = adviseOnLegacyScope(name);
      if (advice !== undefined) void pulumi.log.warn(`scopes: ${advice}`, resource);
    }
  }
}

function isWrittenOut(scopes: TrustCredentialArgs["scopes"] | undefined): scopes is string[] {
  return Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string");
}
