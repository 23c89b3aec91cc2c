/**
 * Arguments that the program made secret. Pulumi does not tell a dynamic provider which they are,
 * so the class adds an input with their names.
 */

import { secretsKey } from "../access/internal-arguments";
import type { Failure, Properties } from "./resource";

/** The names of the arguments that the program made secret. */
export function listSecretArguments(inputs: Properties): readonly string[] {
  return filterNames(inputs[secretsKey]);
}

/** Removes from a failure every value of an argument that the program made secret. */
export function conceal({ property, reason }: Failure, inputs: Properties): Failure {
  const secrets = listSecretArguments(inputs).flatMap((name) => collectTexts(inputs[name]));
  const hide = (text: string) =>
    // The longest first, because it may contain a shorter one.
    secrets
      .sort((a, b) => b.length - a.length)
      .reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  return { property: hide(property), reason: hide(reason) };
}

/** Every text in a value, with the names of its members. */
function collectTexts(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(collectTexts)].filter(Boolean);
}

function filterNames(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
