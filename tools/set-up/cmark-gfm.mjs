/**
 * GitHub's own reader of Markdown, for the tests of comments: on PATH, where CMARK_GFM_PATH names
 * it, or Debian's package.
 */

import { findProgram } from "./debian.mjs";
import { findOnPath } from "./on-path.mjs";

/** The path of cmark-gfm, or why there is none. */
export function findCmarkGfm() {
  return findProgram("cmark-gfm", "cmark-gfm", "CMARK_GFM_PATH", () => findOnPath(["cmark-gfm"]));
}
