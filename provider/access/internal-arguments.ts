/**
 * Inputs of a resource that are no arguments of its own: what Pulumi's dynamic providers are not
 * told otherwise. Pulumi shows no property whose name begins with two underscores.
 */

/**
 * Whether the resource is made after others of the program, which may change the policy file. Only
 * `check` sees it; it is not kept.
 */
export const waitsKey = "__waitsForOthers";

/**
 * Set where the program made the resource's provider itself. Only `check` sees it; it is not kept.
 */
export const explicitProviderKey = "__explicitProvider";

/** The names of the arguments that the program made secret: the provider gets all in plaintext. */
export const secretsKey = "__secrets";

/** Whether `name` is such an input, or the provider's own text. */
export function isInternal(name: string): boolean {
  return ["__provider", waitsKey, explicitProviderKey, secretsKey].includes(name);
}
