/** Runs a program in this one's place: its input, output, signals and exit code are ours. */

import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>} the exit code
 */
export function handOver(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    // A terminal sends Ctrl-C to both; the child decides when it is over.
    process.on(signal, () => signal === "SIGTERM" && child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
