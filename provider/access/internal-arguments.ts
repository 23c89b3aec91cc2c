/**
 * Inputs that are not arguments of the resource. They pass on what Pulumi does not otherwise tell
 * a dynamic provider. Pulumi hides every property whose name begins with two underscores.
 */

/**
 * Whether the resource is created after other resources of the program, which may change the
 * policy file. Only `check` reads it, and the state does not keep it.
 */
export const waitsKey = "__waitsForOthers";

/**
 * Set if the program created the resource's provider itself. Only `check` reads it, and the state
 * does not keep it.
 */
export const explicitProviderKey = "__explicitProvider";

/**
 * The names of the arguments that the program marked as secret, because the provider receives every
 * value in plaintext.
 */
export const secretsKey = "__secrets";

/** Whether `name` is such an input, or the provider's own text. */
export function isInternal(name: string): boolean {
  return ["__provider", waitsKey, explicitProviderKey, secretsKey].includes(name);
}
