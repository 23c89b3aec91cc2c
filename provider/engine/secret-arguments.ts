/**
 * Arguments that the program made secret, of which a dynamic provider is told by an input of the
 * class's own.
 */

import { secretsKey } from "../access/internal-arguments";
import type { Failure, Properties } from "./resource";

/** The arguments that the program made secret. */
export function listSecretArguments(inputs: Properties): readonly string[] {
  return filterNames(inputs[secretsKey]);
}

/** The failure without the values of an argument that the program made secret. */
export function conceal({ property, reason }: Failure, inputs: Properties): Failure {
  const secrets = listSecretArguments(inputs).flatMap((name) => collectTexts(inputs[name]));
  const hide = (text: string) =>
    // The longest first, so that no part of one is left of another.
    secrets
      .sort((one, other) => other.length - one.length)
      .reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
  return { property: hide(property), reason: hide(reason) };
}

/** Every text in a value, and every name of its members. */
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
