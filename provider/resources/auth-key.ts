/**
 * Auth keys: what a machine shows to join the tailnet without a person at a browser.
 * Source: https://tailscale.com/kb/1085/auth-keys
 */

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Duration, formatSeconds, longestAuthKeyLifetime, seconds } from "../access/lifetime";
import { isActive, type Key } from "../api/key";
import { Credential } from "../engine/credential";
import { type Definition, type Failure, gone, leftAlone, type Properties } from "../engine/definition";
import { dynamicProvider } from "../engine/dynamic-provider";
import { connection, description, durationBetween, flag, generation, minter, recreation, rotateEvery, tags } from "./arguments";
import type { GetOptions, RotationArgs } from "./life-arguments";

const longest = formatSeconds(longestAuthKeyLifetime);

const inputs = z.object({
  tags,
  reusable: flag,
  ephemeral: flag,
  preauthorized: flag,
  expiry: durationBetween(1, longestAuthKeyLifetime).default(longest),
  description,
  mintedBy: minter,
  recreateIfInvalid: recreation,
  rotateEvery,
  renewBefore: durationBetween(1, longestAuthKeyLifetime).optional(),
  generation,
  connection,
});

/** What an auth key is to the engine. */
export const authKey: Definition<z.output<typeof inputs>> = {
  type: "AuthKey",
  keyType: "auth",
  seen,
  inputs,
  rules: rotationFailures,
  outputs: ["keyId", "key", "createdAt", "expiresAt", "rotatesAt", "userId"],
  secrets: ["key", "mintedBy"],
  inPlace: [],
  bookkeeping: ["mintedBy", "recreateIfInvalid", "rotateEvery", "renewBefore"],
  grants: (known) => ("mintedBy" in known ? { needs: "auth_keys", tags: known.tags, minter: known.mintedBy } : undefined),

  async create(wanted, tailnet) {
    const { reusable, ephemeral, preauthorized, tags, description } = wanted;
    const made = await tailnet.keys("auth", wanted.mintedBy).createWithSecret({
      capabilities: { devices: { create: { reusable, ephemeral, preauthorized, tags } } },
      expirySeconds: seconds(wanted.expiry),
      description,
    });
    return { ...seen(made), id: made.id, key: made.key };
  },
  async read(id, state, tailnet) {
    const found = await tailnet.keys("auth", state.mintedBy).find(id);
    if (found === undefined) return gone;
    if (isActive(found)) return seen(found);
    return isRecreated(state) ? gone : leftAlone;
  },
  async delete(id, state, tailnet) {
    await tailnet.keys("auth", state.mintedBy).revoke(id);
  },
};

/** Whether a key that is no longer valid is made again; as in the official Terraform provider a single-use one has most likely let its machine in. */
export function isRecreated(state: { recreateIfInvalid?: unknown; reusable?: unknown }): boolean {
  return (state.recreateIfInvalid ?? (state.reusable ? "always" : "never")) === "always";
}

/** A key must be replaced before it expires, or nobody could join between the two. */
function rotationFailures({ expiry, rotateEvery, renewBefore }: Partial<z.output<typeof inputs>>): Failure[] {
  const life = expiry === undefined ? undefined : seconds(expiry);
  const failures: Failure[] = [];
  for (const [property, value] of Object.entries({ rotateEvery, renewBefore })) {
    const length = value === undefined ? undefined : seconds(value);
    if (life === undefined || length === undefined || length < life) continue;
    failures.push({
      property,
      reason: `"${value}" is not shorter than the key's expiry of "${expiry}": give less, or let the key live longer`,
    });
  }
  return failures;
}

function seen(key: Key): Properties {
  const create = key.capabilities?.devices?.create;
  return {
    keyId: key.id,
    ...(create && {
      tags: create.tags ?? [],
      reusable: create.reusable ?? false,
      ephemeral: create.ephemeral ?? false,
      preauthorized: create.preauthorized ?? false,
    }),
    ...(key.expirySeconds && { expiry: formatSeconds(key.expirySeconds) }),
    description: key.description ?? "",
    createdAt: key.created ?? undefined,
    expiresAt: key.expires ?? undefined,
    userId: key.userId || undefined,
  };
}

/** The id and the secret alone, where a whole {@link OAuthClient} was given. What is missing is for `check` to say. */
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
   * The tags of the machines that join with it, for example `["tag:ci"]`. The order means nothing. Needed where an OAuth
   * client or federated identity makes the key: then exactly its set of tags, or tags that those own.
   * @default none: machines belong to the user who deploys
   * @see https://tailscale.com/kb/1068/tags
   */
  tags?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whether more than one machine may join with it.
   * @default false
   */
  reusable?: pulumi.Input<boolean>;
  /**
   * Whether machines that join with it are removed when they go offline.
   * @default false
   */
  ephemeral?: pulumi.Input<boolean>;
  /**
   * Whether machines that join with it need no approval.
   * @default false
   */
  preauthorized?: pulumi.Input<boolean>;
  /**
   * How long machines may join with it: a number of seconds, or a text like `"12h"`; from one second to 90 days.
   * @default "90d"
   */
  expiry?: pulumi.Input<Duration>;
  /**
   * What it is for: at most 50 letters, digits, hyphens and spaces.
   * @default none
   */
  description?: pulumi.Input<string>;
  /**
   * The OAuth client that makes, reads and revokes the key with its own token, so that the deployer needs no `auth_keys`.
   * The token is asked for with just the scope that each request needs. Where that client is gone, the deployer's own
   * token serves. A change of this alone never replaces the key. An {@link OAuthClient} can be given as it is.
   * @default the deployer
   */
  mintedBy?: pulumi.Input<{ clientId: pulumi.Input<string>; clientSecret: pulumi.Input<string> }>;
  /**
   * Whether a key that is no longer valid (used up, revoked, expired) is made again by the next `up`.
   * @default `"always"` for a reusable key; `"never"` for a single-use one, which has most likely done its work
   */
  recreateIfInvalid?: pulumi.Input<"always" | "never">;
  /**
   * How long before its end a key is replaced, shorter than `expiry`: a number of seconds, or a text like `"7d"`. The next
   * `up` after that moment makes a new key first, then updates what uses it, and revokes the old one last.
   * @default never
   */
  renewBefore?: pulumi.Input<Duration>;
}

/**
 * An auth key. The API cannot change one, so every change but that of `mintedBy`, `recreateIfInvalid`, `rotateEvery` and `renewBefore` makes a new key
 * first and revokes the old one after.
 *
 * @example
 * ```ts
 * const key = new AuthKey("runner", { tags: ["tag:ci"], ephemeral: true, reusable: true, expiry: "30d", mintedBy: ci });
 * export const joinWith = key.key; // stays a secret
 * ```
 * @see https://tailscale.com/kb/1085/auth-keys
 */
export class AuthKey extends Credential {
  /** What the stored provider text names. @internal */
  static readonly provider = dynamicProvider(authKey);

  /** The id, for example `"k123456CNTRL"`; the same as the resource's id. */
  declare readonly keyId: pulumi.Output<string>;
  /** The secret, known from the creation alone: undefined for a key that {@link AuthKey.get} looked up. */
  declare readonly key: pulumi.Output<string>;
  /** The tags, sorted; undefined for none. */
  declare readonly tags: pulumi.Output<string[] | undefined>;
  declare readonly reusable: pulumi.Output<boolean>;
  declare readonly ephemeral: pulumi.Output<boolean>;
  declare readonly preauthorized: pulumi.Output<boolean>;
  /** As a text, for example `"90d"`. */
  declare readonly expiry: pulumi.Output<string>;
  declare readonly description: pulumi.Output<string | undefined>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly createdAt: pulumi.Output<string>;
  /** RFC 3339, UTC, in whole seconds. */
  declare readonly expiresAt: pulumi.Output<string>;
  /** When `rotateEvery` or `renewBefore` is due, the earlier of them: RFC 3339, UTC, in whole seconds; undefined without both. */
  declare readonly rotatesAt: pulumi.Output<string | undefined>;
  /** The user it belongs to; undefined when it belongs to the tailnet. */
  declare readonly userId: pulumi.Output<string | undefined>;

  constructor(name: string, args?: AuthKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(authKey, name, withMinterOnly(args), opts);
  }

  /** Reads an existing key without managing it. Fails where the tailnet has none of that id, or it is no longer valid. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: GetOptions): AuthKey {
    return new AuthKey(name, undefined, { ...opts, id });
  }
}
