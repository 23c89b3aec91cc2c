/** Schemas and conversions that the digest and the events of a preview share. */

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
import {
  boolean,
  type Mismatch,
  nullish,
  objectOf,
  optional,
  shapeOf,
  string,
  type ValueOf,
} from "./shape";
import type { Position, State } from "./step";

/**
 * Inputs and outputs, unchanged: a schema of their members would lose one with the name
 * `__proto__`.
 */
export const objectLike = optional(
  shapeOf<unknown>(
    (value) => value === null || isObject(value) || isHidden(value) || isUnknown(value),
  ),
);

/** What every state has, in the digest and in the events. */
export const stateMembers = {
  type: string,
  urn: nullish(string),
  id: nullish(string),
  inputs: objectLike,
  outputs: objectLike,
  external: nullish(boolean),
  delete: nullish(boolean),
  retainOnDelete: nullish(boolean),
};

/** The shape of a state in the events. */
export const stateShape = objectOf(stateMembers);

/** @param deletedWith as the file has it, or the mark of an unknown value if it has none */
export function toState(
  side: "old" | "new",
  given: ValueOf<typeof stateShape>,
  deletedWith: unknown,
): State {
  const [inputs, outputs] = [toArguments(given.inputs), toArguments(given.outputs)];
  const types = [given.type, ...(given.urn ? [parseType(given.urn)] : [])];
  const outputCode = getArgument(outputs, "__provider");
  return {
    types: [...new Set(types)],
    ...(given.id && { id: given.id }),
    // The outputs of a new resource are the engine's guess.
    arguments: side === "old" ? readAskedArguments(inputs, outputs) : inputs,
    ...(side === "old" && { answered: readAnsweredArguments(inputs, outputs) }),
    inputNames: [...inputs.named.keys()],
    // Outputs may lack code; inputs always have it.
    code: [getArgument(inputs, "__provider"), ...(outputCode.is === "absent" ? [] : [outputCode])],
    isExternal: given.external === true,
    isMarked: given.delete === true,
    retainOnDelete: toArgument(given.retainOnDelete === true ? true : undefined),
    deletedWith: toArgument(deletedWith),
  };
}

/** The first place of a stack trace that is in the program itself. */
export function findProgramPosition(
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

/** @param what what the document should be, for example "a preview" */
export function describeMismatch({ path, expected, unknownKeys }: Mismatch, what: string): string {
  const place = path.join(".") || "the document";
  if (unknownKeys !== undefined)
    return `${place} has ${unknownKeys.join(", ")}, which this version does not know`;
  return expected === undefined
    ? `it is not ${what}: ${place} has the wrong form`
    : `it is not ${what}: ${place} must be ${expected}`;
}
