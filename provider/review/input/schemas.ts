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
import { type Mismatch, optional, shapeOf } from "./shape";
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

/** @param deletedWith as the file has it, or the mark of an unknown value if it has none */
export function toState(side: "old" | "new", given: GivenState, deletedWith: unknown): State {
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

/** @param what what the document should be, for example "a preview" */
export function describeMismatch({ path, expected, unknownKeys }: Mismatch, what: string): string {
  const place = path.join(".") || "the document";
  if (unknownKeys !== undefined)
    return `${place} has ${unknownKeys.join(", ")}, which this version does not know`;
  return expected === undefined
    ? `it is not ${what}: ${place} has the wrong form`
    : `it is not ${what}: ${place} must be ${expected}`;
}
