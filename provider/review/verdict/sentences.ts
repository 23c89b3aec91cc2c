/** What sentences about a credential are made of. */

import { escapeToAscii } from "../../access/characters";
import { shorten } from "../../access/sanitize";

/** One thing about a credential's life. */
export interface Life {
  readonly sentence: string;
  /**
   * What is more than before: who may use all that the credential can do, where it can do that, how
   * often, or how long.
   */
  readonly widens?: "users" | "tailnet" | "use" | "life";
}

/**
 * A value in quotes, in ASCII, so that no letter is taken for another; a long one without its
 * middle.
 */
export function inQuotes(text: string): string {
  return `"${shorten(escapeToAscii(text), 100)}"`;
}
