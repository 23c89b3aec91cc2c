/**
 * Escapes text from a preview for a SARIF message, which has its own syntax for links and
 * placeholders.
 */

import { sanitize } from "../../access/sanitize";

/**
 * Doubles braces (SARIF 2.1.0, 3.11.5), and separates the two halves of a link by a space (3.11.6).
 * The standard has an escape only within the text of a link; elsewhere viewers show a backslash.
 */
export function escapeMessage(text: string): string {
  return sanitize(text)
    .replace(/[{}]/g, "$&$&")
    .replace(/\](?=\()/g, "] ");
}
