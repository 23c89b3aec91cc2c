/** The error for a credential in plaintext in stack config. */

import { RunError } from "@pulumi/pulumi";

/**
 * A credential is in plaintext in stack config. It is thrown before anything is registered, because
 * Pulumi would copy the credential in plaintext into the state.
 */
export class ConfigError extends RunError {
  /** The key of the stack config, for example `"tailscope:oauthClientSecret"`. */
  readonly key: string;

  /** @internal */
  constructor(key: string, what: string, remedy: string) {
    super(
      `${what} is in plaintext in the stack's config, and Pulumi would copy it in plaintext into the state.\n` +
        `  ${remedy}, and then revoke this one: it has been in a file.`,
    );
    this.key = key;
  }

  override get name(): string {
    return "ConfigError";
  }
}
