/**
 * Text from a preview inside a SARIF message, which has a syntax of its own for links and
 * placeholders.
 */

import { sanitize } from "../../access/sanitize";

/**
 * Text as text: braces are doubled (SARIF 2.1.0, 3.11.5), and a space parts the two halves of what
 * would be a link (3.11.6). The standard has an escape within a link's text alone; elsewhere
 * viewers show a backslash as it is.
 */
export function escapeMessage(text: string): string {
  return sanitize(text)
    .replace(/[{}]/g, "$&$&")
    .replace(/\](?=\()/g, "] ");
}
