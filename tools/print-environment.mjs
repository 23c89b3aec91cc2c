/**
 * `npm run --silent env`: prints the `export` lines that make a POSIX shell use this checkout's
 * Pulumi CLI and local backend, which start faster.
 */

import { delimiter, join } from "node:path";
import { chooseFasterStart } from "./set-up/faster.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { createLocalBackend } from "./set-up/local-backend.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const { path } = await setUp();
  console.log(`export PATH=${quote(path.join(delimiter))}${delimiter}"$PATH"`);
  const settings = { ...chooseFasterStart(), ...createLocalBackend(join(root, ".tailscope")) };
  for (const [name, value] of Object.entries(settings)) {
    console.log(value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`);
  }
});

/** @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
