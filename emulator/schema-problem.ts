/** What is wrong with a value that does not fit its schema. */

import type { z } from "zod";

/** Describes the first problem, with its place; `whole` is the name of the whole value. */
export function describeFirstProblem({ issues: [issue] }: z.ZodError, whole: string): string {
  return `${issue?.path.join(".") || whole}: ${issue?.message}`;
}

/** Describes a missing value and one of another type; undefined leaves the message to zod. */
export function describeProblem({
  code,
  input,
  expected,
}: z.core.$ZodRawIssue): string | undefined {
  if (code !== "invalid_type") return undefined;
  return input === undefined ? "it is missing" : `expected ${expected}, got ${describeType(input)}`;
}

function describeType(input: unknown): string {
  if (input === null) return "null";
  return Array.isArray(input) ? "array" : typeof input;
}
