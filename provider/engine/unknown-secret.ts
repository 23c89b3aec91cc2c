/**
 * The placeholder for the secret of an adopted credential. Tailscale shows a secret only once, when
 * it creates the credential, so nobody can read it any more.
 */

/**
 * The value of the output: a sentence, so that nobody mistakes it for a secret. It is in people's
 * state, so it can never change.
 */
export const notKnownSecret =
  "not known: this credential was adopted, and Tailscale shows a secret only when it is made; rotateEvery or a replacement gets a new one";

export function isNotKnown(secret: string): boolean {
  return secret === notKnownSecret;
}
