/** What sentences about a credential are made of. */

import { inAscii } from "../../access/characters";
import { shortened } from "../../access/shown";

/** One thing about a credential's life. */
export interface Life {
  readonly sentence: string;
  /** Whether it gives somebody more than before: `"users"` where new ones may use all that the credential can do. */
  readonly widens?: "users" | "use" | "life";
}

/** A value in quotes, in ASCII, so that no letter is taken for another; a long one without its middle. */
export function inQuotes(text: string): string {
  return `"${shortened(inAscii(text), 100)}"`;
}
