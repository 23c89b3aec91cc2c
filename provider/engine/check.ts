/** `check`: are these inputs right, and what is their normal form? Runs at preview, so a wrong value never reaches the API. */

import type { z } from "zod";
import { nearest } from "../access/spelling";
import type { Definition, Failure, Properties } from "./definition";
import { absentIfEmpty, holdsUnknown } from "./unknowns";

export interface Checked<Inputs> {
  /** Normalised, less what is absent. What is not known yet is passed on as it came and checked when it is known. */
  readonly inputs: Properties;
  /** Those of them that are known, parsed. */
  readonly known: Partial<Inputs>;
  readonly failures: readonly Failure[];
}

export function checkInputs<Inputs extends object>(
  definition: Definition<Inputs>,
  given: Properties,
): Checked<Inputs> {
  const shape: Record<string, z.ZodType> = definition.inputs.shape;
  const failures: Failure[] = [];
  const inputs: Properties = {};
  const parsed: Properties = {};

  for (const name of Object.keys(given)) {
    if (name in shape || name === "__provider") continue;
    const meant = nearest(name, Object.keys(shape));
    failures.push({
      property: name || '""',
      reason: `"${name}" is no argument of ${definition.type}. ${meant ? `Did you mean "${meant}"?` : `It takes ${Object.keys(shape).join(", ")}.`}`,
    });
  }
  for (const [name, schema] of Object.entries(shape)) {
    if (holdsUnknown(given[name])) {
      inputs[name] = given[name];
      continue;
    }
    const result = schema.safeParse(absentIfEmpty(given[name]));
    if (result.success) {
      if (result.data !== undefined) inputs[name] = result.data;
      parsed[name] = result.data;
    } else {
      failures.push(...result.error.issues.map((issue) => failureOf(name, issue)));
    }
  }
  const known = parsed as Partial<Inputs>; // Its members have been parsed by the schemas of `Inputs`, one by one.
  failures.push(...definition.rules(known, given));
  return { inputs, known, failures };
}

function failureOf(name: string, issue: z.core.$ZodIssue): Failure {
  const path = issue.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("");
  return { property: `${name}${path}`, reason: issue.message };
}

/** One argument's value in normal form, whether it came from a program, from the state or from the API. */
export function canonical<Inputs extends object>(
  definition: Definition<Inputs>,
  name: string,
  value: unknown,
): unknown {
  const shape: Record<string, z.ZodType> = definition.inputs.shape;
  const present = absentIfEmpty(value);
  const result = shape[name]?.safeParse(present);
  // What exists in a tailnet need not be what we would let anybody ask for: then it is compared as it is.
  return result?.success ? result.data : present;
}
