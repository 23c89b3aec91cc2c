/**
 * Auth keys, with which a machine joins the tailnet without a person who signs in. Source:
 * https://tailscale.com/kb/1085/auth-keys
 */

import * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../access/lifetime";
import { loadOnDemand } from "../engine/on-demand";
import type { GetOptions, RotationArgs } from "./common-arguments";
import { Credential, declare } from "./credential";

/**
 * The arguments with only the id and the secret of `mintedBy`, if it is a whole {@link
 * OAuthClient}. `check` reports what is missing.
 */
function withMinterOnly(args: AuthKeyArgs | undefined): AuthKeyArgs | undefined {
  if (args?.mintedBy === undefined) return args;
  const mintedBy = pulumi.output(args.mintedBy).apply((given) => {
    if (typeof given !== "object" || given === null) return given;
    return { clientId: given.clientId ?? "", clientSecret: given.clientSecret ?? "" };
  });
  return { ...args, mintedBy };
}

/** The arguments of an {@link AuthKey}. */
export interface AuthKeyArgs extends RotationArgs {
  /**
   * The tags of the machines that join with it, for example `["tag:ci"]`. The order does not
   * matter. Required if an OAuth client or a federated identity creates the key: then exactly its
   * own set of tags, or tags that its tags own.
   * @default none: the machines belong to the user who deploys
   * @see https://tailscale.com/kb/1068/tags
   */
  tags?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * Whether more than one machine can join with it.
   * @default false
   */
  reusable?: pulumi.Input<boolean | undefined>;
  /**
   * Whether machines that join with it are removed when they go offline.
   * @default false
   */
  ephemeral?: pulumi.Input<boolean | undefined>;
  /**
   * Whether machines that join with it need no approval.
   * @default false
   */
  preauthorized?: pulumi.Input<boolean | undefined>;
  /**
   * How long machines can join with it: a number of seconds, or a string like `"12h"` or `"P7D"`,
   * from one second to 90 days. 0 means the default.
   * @default "90d"
   */
  expiry?: pulumi.Input<Duration | undefined>;
  /**
   * What it is for: at most 50 letters, digits, hyphens, underscores and spaces.
   * @default none
   */
  description?: pulumi.Input<string | undefined>;
  /**
   * The OAuth client that creates, reads and revokes the key with its own token, so that the
   * deployer does not need `auth_keys`. Each token has just the scope that its request needs. If
   * that client is gone, the deployer's own token is used. A change of this argument alone never
   * replaces the key. Pass the {@link OAuthClient} itself. One without a secret, such as from
   * `OAuthClient.get`, is refused at preview.
   * @default the deployer
   */
  mintedBy?: pulumi.Input<
    { clientId: pulumi.Input<string>; clientSecret: pulumi.Input<string | undefined> } | undefined
  >;
  /**
   * Whether the next `up` recreates a key that is no longer valid (used up, revoked, expired).
   * @default `"always"` for a reusable key; `"never"` for a single-use one, whose machine has most
   *   likely joined
   */
  recreateIfInvalid?: pulumi.Input<"always" | "never" | undefined>;
  /**
   * How long before its expiry the key is replaced: a number of seconds, or a string like `"7d"`,
   * shorter than `expiry`. The next `up` after that time creates the new key, then updates what uses
   * it, and revokes the old key last.
   * @default never
   */
  renewBefore?: pulumi.Input<Duration | undefined>;
}

const declaration = declare<"AuthKey", AuthKeyArgs, AuthKey>("AuthKey");

/**
 * An auth key. The API cannot update one, so every change except of `mintedBy`,
 * `recreateIfInvalid`, `rotateEvery` and `renewBefore` replaces it: a new key is created before the
 * old one is revoked.
 *
 * @example
 * ```ts
 * const key = new AuthKey("runner", { tags: ["tag:ci"], ephemeral: true, reusable: true, expiry: "30d", mintedBy: ci });
 * export const joinWith = key.key; // stays a secret
 * ```
 * @see https://tailscale.com/kb/1085/auth-keys
 */
export class AuthKey extends Credential {
  /** The stored provider text refers to this by name. @internal */
  static readonly provider = loadOnDemand(
    async () => (await import("../definitions/auth-key.js")).authKey,
  );

  /** The id, for example `"k123456CNTRL"`; the same as the resource's id. */
  declare readonly keyId: pulumi.Output<string>;
  /**
   * The secret, which Tailscale shows only at creation: undefined for a key from
   * {@link AuthKey.get}.
   */
  declare readonly key: pulumi.Output<string | undefined>;
  /** The tags, sorted; undefined for none. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly reusable: pulumi.Output<boolean>;
  declare readonly ephemeral: pulumi.Output<boolean>;
  declare readonly preauthorized: pulumi.Output<boolean>;
  /** As a string, for example `"90d"`. */
  declare readonly expiry: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly createdAt: pulumi.Output<string>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly expiresAt: pulumi.Output<string>;
  /**
   * When `rotateEvery` or `renewBefore` is due, whichever is earlier: RFC 3339, UTC, in whole
   * seconds; undefined without both.
   */
  declare readonly rotatesAt: pulumi.Output<string | undefined>;
  /** The user it belongs to; undefined when it belongs to the tailnet. */
  declare readonly userId: pulumi.Output<string | undefined>;

  constructor(name: string, args?: AuthKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(declaration, name, withMinterOnly(args), opts);
  }

  /**
   * Reads an existing key without managing it. Fails if the tailnet has none with that id, or it is
   * no longer valid.
   * @see https://www.pulumi.com/docs/iac/concepts/functions/get-functions/
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: GetOptions): AuthKey {
    return new AuthKey(name, undefined, { ...opts, id });
  }
}
