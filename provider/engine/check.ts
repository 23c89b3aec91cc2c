/**
 * `check`: are these inputs right, and what is their normal form? Runs at preview, so a wrong value
 * never reaches the API.
 */

import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { holdsOutputNote, outputNoteProblem } from "../access/engine-values";
import { isInternal } from "../access/internal-arguments";
import { findNearest } from "../access/spelling";
import type { Failure, Properties, Resource } from "./resource";
import { emptyToUndefined, holdsUnknown } from "./unknowns";

export interface CheckedInputs<Inputs> {
  /**
   * Normalised, less what is absent. What is not known yet is passed on as it came and checked when
   * it is known.
   */
  readonly inputs: Properties;
  /** Those of them that are known, parsed. */
  readonly known: Partial<Inputs>;
  readonly failures: readonly Failure[];
}

/**
 * @param kept the inputs that the resource has by now. What exists may be what we would let nobody
 * ask for (an adopted credential, or one that an older version made): an argument that stays as it
 * is is not refused.
 */
export function checkInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  given: Properties,
  kept: Properties = {},
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
    } else if (isKept(definition, name, given, kept)) {
      inputs[name] = given[name];
    } else {
      failures.push(...result.error.issues.map((issue) => toFailure(name, issue)));
    }
  }
  const known = parsed as Partial<Inputs>; // Its members have been parsed by the schemas of `Inputs`, one by one.
  // A rule is about several arguments, any of which may be the one that changes.
  if (!Object.keys(shape).every((name) => isKept(definition, name, given, kept)))
    failures.push(...definition.checkTogether(known, given));
  return { inputs, known, failures };
}

/** A failure for each text in an argument that an Output was written into. */
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

function isKept<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  given: Properties,
  kept: Properties,
): boolean {
  if (Object.keys(kept).length === 0) return false;
  return isDeepStrictEqual(
    normalize(definition, name, given[name]),
    normalize(definition, name, kept[name]),
  );
}

function toFailure(name: string, issue: z.core.$ZodIssue): Failure {
  const path = issue.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("");
  return { property: `${name}${path}`, reason: issue.message };
}

/**
 * One argument's value in normal form, whether it came from a program, from the state or from the
 * API.
 */
export function normalize<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  value: unknown,
): unknown {
  const shape: Record<string, z.ZodType> = definition.inputs.shape;
  const present = emptyToUndefined(value);
  const result = shape[name]?.safeParse(present);
  // What exists in a tailnet need not be what we would let anybody ask for: then it is compared as
  // it is.
  return result?.success ? result.data : present;
}
