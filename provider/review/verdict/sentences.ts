/** Parts of sentences about a credential. */

import { escapeToAscii } from "../../access/characters";
import { shorten } from "../../access/sanitize";

/** One fact about a credential's life. */
export interface LifeFact {
  readonly sentence: string;
  /**
   * What is more than before: who may use all that the credential can do, where it can do that, how
   * often, or how long.
   */
  readonly widens?: "users" | "tailnet" | "use" | "life";
}

/** Quotes text in ASCII, so that no character looks like another. A long text loses its middle. */
export function quoteInAscii(text: string): string {
  return `"${shorten(escapeToAscii(text), 100)}"`;
}
