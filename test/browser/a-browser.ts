/**
 * Says before any test where the browser is. Where everything can be had, in CI, none is a failure;
 * elsewhere the tests are skipped.
 */

import type { TestProject } from "vitest/node";
import { findBrowser } from "../../tools/set-up/browser.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The browser's path, or why there is none. */
    browser: { path?: string; missing?: string };
  }
}

export default async function aBrowserIsThere({ provide }: TestProject): Promise<void> {
  const browser = await findBrowser();
  if ("missing" in browser && process.env["CI"])
    throw new Error(`The tests of pages need a browser: ${browser.missing}.`);
  provide("browser", browser);
}
