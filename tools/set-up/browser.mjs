/**
 * A Chromium for the tests of pages: the one that CHROME_PATH names, one of the usual places, or
 * Debian's package.
 */

import { existsSync } from "node:fs";
import { findProgram } from "./debian.mjs";
import { findOnPath } from "./on-path.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The path of a browser, or why there is none. */
export function findBrowser() {
  const findInstalled = () => findOnPath(names) ?? places.find((path) => existsSync(path));
  return findProgram("Chromium", "chromium", "CHROME_PATH", findInstalled);
}
