/**
 * An OAuth client whose secret changes each period, for consumers that pick up the new one later.
 */

import * as pulumi from "@pulumi/pulumi";
import { OAuthClient, type OAuthClientArgs } from "./oauth-client";
import { computePair, createSlots, defaultAnchor, type RotatingArgs } from "./rotating-pair";

/**
 * The arguments of a {@link RotatingOAuthClient}: those of an {@link OAuthClient}, the period and
 * its anchor.
 */
export interface RotatingOAuthClientArgs
  extends Omit<OAuthClientArgs, "rotateEvery" | "generation">,
    RotatingArgs {}

/**
 * Two OAuth clients, of which one is current. Once a period `up` recreates the other one, which
 * then becomes current; the previous one stays valid for one more period. So a consumer that reads
 * the secret at least once a period always has a valid one, and there are never more than two. Only
 * the clock decides which client is current.
 *
 * Run `up` at least once a period. A later run recreates both clients, one after the other.
 *
 * @example
 * ```ts
 * const ci = new RotatingOAuthClient("ci", { every: "30d", scopes: ["auth_keys"], tags: ["tag:ci"] });
 * export const secret = ci.clientSecret; // for consumers that read it once a month or more often
 * ```
 */
export class RotatingOAuthClient extends pulumi.ComponentResource {
  /** The current id. */
  readonly clientId: pulumi.Output<string>;
  /** The current secret. */
  readonly clientSecret: pulumi.Output<string | undefined>;
  /** The id of the other client, current one period ago and still valid. */
  readonly previousClientId: pulumi.Output<string>;
  /** When the other one becomes current: RFC 3339, UTC, in whole seconds. */
  readonly changesAt: pulumi.Output<string>;

  /** @throws ArgumentError if the period or its anchor is invalid */
  constructor(
    name: string,
    { every, anchor = defaultAnchor, ...args }: RotatingOAuthClientArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // The period and its anchor are inputs, so that a policy pack can see that the clients rotate.
    super("tailscope:index:RotatingOAuthClient", name, { every, anchor }, opts);
    const pair = computePair(name, { every, anchor });
    const slots = createSlots(
      this,
      name,
      pair,
      (slot, generation, options) => new OAuthClient(slot, { ...args, generation }, options),
    );
    const [current, previous] = pair.current === 0 ? slots : [slots[1], slots[0]];
    this.clientId = current.clientId;
    this.clientSecret = current.clientSecret;
    this.previousClientId = previous.clientId;
    this.changesAt = pulumi.output(pair.next);
    this.registerOutputs({
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      previousClientId: this.previousClientId,
      changesAt: this.changesAt,
    });
  }
}
