/** The text of what was thrown, which need not be an Error. */

import { sanitize } from "./sanitize";

export function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line: ours say there what happened, and in the second what to do next. */
export function getFirstLine(error: unknown): string {
  return getMessage(error).split("\n")[0] ?? "";
}

/** The message of an error that is not ours, fit to be part of one of ours. */
export function describeError(error: unknown): string {
  return sanitize(getMessage(error));
}
