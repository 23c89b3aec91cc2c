/** What is wrong with a value that does not fit its schema. */

import type { z } from "zod";

/** The first thing that is wrong, with its place; `whole` names what has none. */
export function firstProblem({ issues: [issue] }: z.ZodError, whole: string): string {
  return `${issue?.path.join(".") || whole}: ${issue?.message}`;
}

/** What is wrong with a value; undefined leaves it to zod. */
export function inOurWords({ code, input, expected }: z.core.$ZodRawIssue): string | undefined {
  if (code !== "invalid_type") return undefined;
  return input === undefined ? "it is missing" : `it is no ${expected}`;
}
