/** A Chromium for the tests of pages: the one that CHROME_PATH names, one of the usual places, or Debian's package. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { reasonOf, run, step } from "./progress.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The path of a browser, or why there is none. */
export async function findBrowser() {
  const named = process.env.CHROME_PATH;
  if (named)
    return existsSync(named)
      ? { path: named }
      : { missing: `CHROME_PATH names ${named}, which is not there` };
  const found = installed();
  if (found) return { path: found };
  // Only root may install packages, and only Debian and its kin have this one.
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    return { missing: "there is no Chromium: install one, or name it with CHROME_PATH" };
  }
  try {
    await step("installing Chromium from Debian's packages, once", async () => {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await run("apt-get", ["update", "-qq"], { env });
      await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
        env,
      });
    });
  } catch (error) {
    return { missing: `Chromium could not be installed: ${reasonOf(error)}` };
  }
  const path = installed();
  return path ? { path } : { missing: "Debian's chromium package has no chromium in it" };
}

function installed() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...places].find(
    (path) => existsSync(path),
  );
}
