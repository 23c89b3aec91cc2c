/**
 * Arguments that several resources share: in which tailnet a credential is, and how often it is
 * rotated.
 */

import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../access/lifetime";

export interface ConnectionArgs {
  /**
   * The deployer to use, by its name in the stack config `tailscope:connections`, so that one
   * program manages several tailnets. A change replaces the credential: the new one is created in
   * the other tailnet.
   * @default the deployer of the environment or of stack config
   */
  connection?: string | undefined;
}

export interface RotationArgs extends ConnectionArgs {
  /**
   * How often the credential is rotated: a number of seconds, or a string like `"90d"`, from one
   * minute to ten years. The next `up` after that time creates the new credential, then updates what
   * uses it, and revokes the old one last. The output `rotatesAt` is the due time.
   * `TAILSCOPE_NOW=2027-03-01T00:00:00Z pulumi preview` shows what will be due then.
   * @default never
   */
  rotateEvery?: pulumi.Input<Duration | undefined>;
  /**
   * A whole number. If it changes, the credential is replaced, and the old one is revoked *before*
   * the new one is created. Use it to rotate several credentials by your own rule, as
   * `RotatingOAuthClient` and `RotatingAuthKey` do.
   * @default none
   */
  generation?: pulumi.Input<number | undefined>;
}

/** Options of `get`. */
export interface GetOptions extends pulumi.CustomResourceOptions {
  /** The deployer to read with, by its name in the stack config `tailscope:connections`. */
  connection?: string | undefined;
}
