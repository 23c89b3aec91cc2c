/**
 * Starts the browser of the run before any test. Where everything can be had, in CI, none is a
 * failure; elsewhere the tests are skipped.
 */

import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { findBrowser } from "../../tools/set-up/browser.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the browser listens, or why there is none. */
    browser: { endpoint?: string; missing?: string };
  }
}

export default async function aBrowserIsThere({ provide }: TestProject) {
  const browser = await findBrowser();
  if ("missing" in browser) {
    if (process.env["CI"])
      throw new Error(`The tests of pages need a browser: ${browser.missing}.`);
    return provide("browser", browser);
  }
  // Loopback alone: whoever reaches it controls the browser.
  const server = await chromium.launchServer({ executablePath: browser.path, host: "127.0.0.1" });
  provide("browser", { endpoint: server.wsEndpoint() });
  return () => server.close();
}
