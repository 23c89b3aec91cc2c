/** Ids of keys. Source: https://tailscale.com/api#tag/keys */

/**
 * Letters, digits and hyphens: an id can stand in a path or a program, and be nothing else there.
 */
export const keyIdPattern = /^[A-Za-z0-9-]+$/;

/**
 * Whether a text has the form of a key's id, for example `"kAbc123CNTRL"` or
 * `"Txyz789CNTRL-kAbc123CNTRL"`.
 */
export function isKeyId(text: string): boolean {
  return keyIdPattern.test(text);
}
