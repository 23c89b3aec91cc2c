/** The message of a thrown value, which need not be an Error. */

import { sanitize } from "./sanitize";

export function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The first line of the message. In our errors it says what happened; the second line says what to
 * do next.
 */
export function getFirstLine(error: unknown): string {
  return getMessage(error).split("\n")[0] ?? "";
}

/** The message of an error that is not ours, cleaned so that it can be part of one of ours. */
export function describeError(error: unknown): string {
  return sanitize(getMessage(error));
}
