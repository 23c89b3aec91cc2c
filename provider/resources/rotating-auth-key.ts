/** An auth key that changes each period, for consumers that pick up the new one later. */

import * as pulumi from "@pulumi/pulumi";
import {
  type Duration,
  formatSeconds,
  longestAuthKeyLifetime,
  parseDuration,
} from "../access/lifetime";
import { AuthKey, type AuthKeyArgs } from "./auth-key";
import { computePair, createSlots, type RotatingArgs } from "./rotating-pair";

/**
 * The arguments of a {@link RotatingAuthKey}: those of an {@link AuthKey}, the period and its
 * anchor.
 */
export interface RotatingAuthKeyArgs
  extends Omit<AuthKeyArgs, "expiry" | "rotateEvery" | "renewBefore" | "generation">,
    RotatingArgs {
  /**
   * How long a key lives: at least two periods, one as the current key and one as the previous one.
   * @default `"90d"`
   */
  expiry?: Duration | undefined;
}

/**
 * Two auth keys, of which one is current. Once a period `up` recreates the other one, which then
 * becomes current; the previous one stays valid for one more period. So a consumer that reads the
 * key at least once a period always has a valid one, and there are never more than two. Only the
 * clock decides which key is current.
 *
 * @example
 * ```ts
 * const runner = new RotatingAuthKey("runner", { every: "30d", tags: ["tag:ci"], reusable: true, ephemeral: true });
 * export const key = runner.key;
 * ```
 */
export class RotatingAuthKey extends pulumi.ComponentResource {
  /** The current id. */
  readonly keyId: pulumi.Output<string>;
  /** The current secret. */
  readonly key: pulumi.Output<string | undefined>;
  /** The id of the other key, current one period ago and still valid. */
  readonly previousKeyId: pulumi.Output<string>;
  /** When the other key becomes current: RFC 3339, UTC, in whole seconds. */
  readonly changesAt: pulumi.Output<string>;

  /**
   * @throws ArgumentError if the period or its anchor is invalid, or two periods are longer than
   *   the life of a key
   */
  constructor(
    name: string,
    { every, anchor, ...args }: RotatingAuthKeyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tailscope:index:RotatingAuthKey", name, {}, opts);
    const life = parseDuration(args.expiry ?? longestAuthKeyLifetime);
    const longest =
      life === undefined ? undefined : { seconds: Math.floor(life / 2), why: explainTwice(life) };
    const pair = computePair(name, { every, ...(anchor !== undefined && { anchor }) }, longest);
    const slots = createSlots(
      this,
      name,
      pair,
      (slot, generation, options) => new AuthKey(slot, { ...args, generation }, options),
    );
    const [current, previous] = pair.current === 0 ? slots : [slots[1], slots[0]];
    this.keyId = current.keyId;
    this.key = current.key;
    this.previousKeyId = previous.keyId;
    this.changesAt = pulumi.output(pair.next);
    this.registerOutputs({
      keyId: this.keyId,
      key: this.key,
      previousKeyId: this.previousKeyId,
      changesAt: this.changesAt,
    });
  }
}

function explainTwice(life: number): string {
  return `a key that lives ${formatSeconds(life)} must stay valid for one period more after the one in which it is current`;
}
