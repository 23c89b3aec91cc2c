/**
 * `npm run --silent env`: prints the `export` lines that make a POSIX shell use this checkout's
 * Pulumi CLI and local backend, which start faster.
 */

import { delimiter, join } from "node:path";
import { fasterStart } from "./set-up/faster.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { localBackend } from "./set-up/local-backend.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const { path } = await setUp();
  console.log(`export PATH=${quoted(path.join(delimiter))}${delimiter}"$PATH"`);
  const settings = { ...fasterStart(), ...localBackend(join(root, ".tailscope")) };
  for (const [name, value] of Object.entries(settings)) {
    console.log(value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`);
  }
});

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
