/** What the two forms of a preview have in common. */

import { z } from "zod";
import { isHidden, isUnknown } from "../../access/engine-values";
import { parseType } from "../../access/urn";
import {
  getArgument,
  isObject,
  readAnsweredArguments,
  readAskedArguments,
  toArgument,
  toArguments,
} from "./argument";
import type { Position, State } from "./step";

/**
 * Inputs and outputs, as they are: a schema of their members would lose the one that is called
 * `__proto__`.
 */
export const objectLike = z
  .unknown()
  .refine((value) => value === null || isObject(value) || isHidden(value) || isUnknown(value))
  .optional();

interface GivenState {
  readonly type: string;
  readonly urn?: string | null | undefined;
  readonly id?: string | null | undefined;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly external?: boolean | null | undefined;
  readonly delete?: boolean | null | undefined;
  readonly retainOnDelete?: boolean | null | undefined;
}

/** @param deletedWith as a file has it, or that it has not */
export function toState(side: "old" | "new", given: GivenState, deletedWith: unknown): State {
  const [inputs, outputs] = [toArguments(given.inputs), toArguments(given.outputs)];
  const types = [given.type, ...(given.urn ? [parseType(given.urn)] : [])];
  const outputCode = getArgument(outputs, "__provider");
  return {
    types: [...new Set(types)],
    ...(given.id && { id: given.id }),
    // The outputs of what is new are the engine's guess.
    arguments: side === "old" ? readAskedArguments(inputs, outputs) : inputs,
    ...(side === "old" && { answered: readAnsweredArguments(inputs, outputs) }),
    inputNames: [...inputs.named.keys()],
    // Outputs without code have none to run; inputs always have it.
    code: [getArgument(inputs, "__provider"), ...(outputCode.is === "absent" ? [] : [outputCode])],
    isExternal: given.external === true,
    isMarked: given.delete === true,
    retainOnDelete: toArgument(given.retainOnDelete === true ? true : undefined),
    deletedWith: toArgument(deletedWith),
  };
}

/** The first line of a stack trace that is in the program itself. */
export function findPosition(
  trace: readonly { sourcePosition?: string | undefined }[],
): Position | undefined {
  for (const { sourcePosition = "" } of trace) {
    const [, file, line, column] =
      /^project:\/\/\/([^#]+)#(\d+)(?:,(\d+))?$/.exec(sourcePosition) ?? [];
    if (file === undefined || file.startsWith("../") || file.includes("node_modules/")) continue;
    return { file, line: Number(line), column: Number(column ?? 1) };
  }
  return undefined;
}

const expectations: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "an object"],
  ["record", "an object"],
]);

/** @param what what the document should be, for example "a preview" */
export function describeMismatch(error: z.ZodError, what: string): string {
  const [issue] = error.issues;
  const place = issue?.path.join(".") || "the document";
  if (issue?.code === "unrecognized_keys")
    return `${place} has ${issue.keys.join(", ")}, which this version does not know`;
  const expected = issue?.code === "invalid_type" ? expectations.get(issue.expected) : undefined;
  return expected === undefined
    ? `it is not ${what}: ${place} has the wrong form`
    : `it is not ${what}: ${place} must be ${expected}`;
}
