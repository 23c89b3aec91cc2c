/**
 * `check`: whether inputs are valid, and their normal form. It runs at preview, so an invalid value
 * never reaches the API.
 */

import type { z } from "zod";
import { holdsOutputNote, outputNoteProblem } from "../access/engine-values";
import { isInternal } from "../access/internal-arguments";
import { findNearest } from "../access/spelling";
import { emptyToUndefined, isSameArgument } from "./normal-form";
import type { Failure, Properties, Resource } from "./resource";
import { holdsUnknown } from "./unknowns";

export interface CheckedInputs<Inputs> {
  /**
   * In normal form, without those that are absent. An unknown value is passed on as it came: it is
   * checked once it is known.
   */
  readonly inputs: Properties;
  /** The known ones, parsed. */
  readonly known: Partial<Inputs>;
  readonly failures: readonly Failure[];
}

/**
 * Checks the inputs of a resource.
 * @param current the inputs that the resource has now. An argument that does not change is not
 *   refused: an adopted credential, or one that an older version created, may have what this
 *   version would not accept.
 */
export function checkInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  given: Properties,
  current: Properties = {},
): CheckedInputs<Inputs> {
  const shape: Record<string, z.ZodType> = definition.inputs.shape;
  const failures: Failure[] = [];
  const inputs: Properties = {};
  const parsed: Properties = {};

  for (const name of Object.keys(given)) {
    if (name in shape || isInternal(name)) continue;
    const meant = findNearest(name, Object.keys(shape));
    failures.push({
      property: name || '""',
      reason: `"${name}" is not an argument of ${definition.type}. ${meant ? `Did you mean "${meant}"?` : `It takes ${Object.keys(shape).join(", ")}.`}`,
    });
  }
  for (const [name, schema] of Object.entries(shape)) {
    if (holdsUnknown(given[name])) {
      inputs[name] = given[name];
      continue;
    }
    const notes = findOutputNotes(name, given[name]);
    if (notes.length > 0) {
      failures.push(...notes);
      continue;
    }
    const result = schema.safeParse(emptyToUndefined(given[name]));
    if (result.success) {
      if (result.data !== undefined) inputs[name] = result.data;
      parsed[name] = result.data;
    } else if (isUnchanged(definition, name, given, current)) {
      inputs[name] = given[name];
    } else {
      failures.push(...result.error.issues.map((issue) => toFailure(name, issue)));
    }
  }
  const known = parsed as Partial<Inputs>; // Each member was parsed by its schema of `Inputs`.
  // A rule is about several arguments, so it holds as soon as one of them changes.
  if (!Object.keys(shape).every((name) => isUnchanged(definition, name, given, current)))
    failures.push(...definition.checkTogether(known, given));
  return { inputs, known, failures };
}

/** A failure for each text that an Output was put into, as in `` `tag:${output}` ``. */
function findOutputNotes(property: string, value: unknown): Failure[] {
  if (typeof value === "string")
    return holdsOutputNote(value) ? [{ property, reason: outputNoteProblem }] : [];
  if (Array.isArray(value))
    return value.flatMap((member, index) => findOutputNotes(`${property}[${index}]`, member));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    findOutputNotes(`${property}.${name}`, member),
  );
}

function isUnchanged<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  given: Properties,
  current: Properties,
): boolean {
  if (Object.keys(current).length === 0) return false;
  return isSameArgument(definition, name, given[name], current[name]);
}

function toFailure(name: string, issue: z.core.$ZodIssue): Failure {
  const path = issue.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("");
  return { property: `${name}${path}`, reason: issue.message };
}
