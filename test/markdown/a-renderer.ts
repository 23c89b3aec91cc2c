/**
 * Says before any test where cmark-gfm is. In CI, none is a failure; elsewhere the tests are
 * skipped, and counted.
 */

import type { TestProject } from "vitest/node";
import { findCmarkGfm } from "../../tools/set-up/cmark-gfm.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The path of cmark-gfm, or why there is none. */
    cmarkGfm: { path?: string; missing?: string };
  }
}

export default async function aRendererIsThere({ provide }: TestProject): Promise<void> {
  const renderer = await findCmarkGfm();
  if ("missing" in renderer && process.env["CI"])
    throw new Error(`The tests of comments need cmark-gfm: ${renderer.missing}.`);
  provide("cmarkGfm", renderer);
}
