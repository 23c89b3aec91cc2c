/** Ids of keys. Source: https://tailscale.com/api#tag/keys */

/** Letters, digits and hyphens: such an id is safe in a path and in a program. */
export const keyIdPattern = /^[A-Za-z0-9-]+$/;

/**
 * Whether a text has the form of a key id, for example `"kAbc123CNTRL"` or
 * `"Txyz789CNTRL-kAbc123CNTRL"`.
 */
export function isKeyId(text: string): boolean {
  return keyIdPattern.test(text);
}
