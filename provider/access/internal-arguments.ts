/**
 * Inputs of a resource that are no arguments of its own: what Pulumi's dynamic providers are not told
 * otherwise. Pulumi shows no property whose name begins with two underscores.
 */

/** Set where the resource depends on others of the program. Only `check` sees it; it is not kept. */
export const waitsKey = "__waitsForOthers";

/**
 * The option `replaceOnChanges`. Pulumi's engine looks for the names in a list of changed properties
 * that the SDK's dynamic provider has no place for, so `diff` does it.
 */
export const replaceOnChangesKey = "__replaceOnChanges";

/** The names of the arguments that the program made secret: the provider gets all in plaintext. */
export const secretsKey = "__secrets";

/** Whether `name` is such an input, or the provider's own text. */
export function isInternal(name: string): boolean {
  return ["__provider", waitsKey, replaceOnChangesKey, secretsKey].includes(name);
}
