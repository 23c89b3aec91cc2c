/**
 * What stands in the place of a secret that cannot be had: Tailscale shows one once, when its
 * credential is made.
 */

/** The output of an adopted credential. A sentence, so that nobody takes it for a secret. */
export const notKnownSecret =
  "not known: this credential was adopted, and Tailscale shows a secret only when it is made; rotateEvery or a replacement gets a new one";

export function isNotKnown(secret: string): boolean {
  return secret === notKnownSecret;
}
