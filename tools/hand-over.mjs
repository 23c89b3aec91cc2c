/**
 * Runs another program in place of this one, with the same input, output, signals and exit code.
 */

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { constants } from "node:os";

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv, copyTo?: string }} options `copyTo` also gets the
 *   output
 * @returns {Promise<number>} the exit code
 */
export function handOver(command, args, { cwd, env, copyTo }) {
  const output = copyTo === undefined ? "inherit" : "pipe";
  // A program that writes to a pipe does not see the terminal.
  const colours = output === "pipe" && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(command, args, {
    cwd,
    env: { ...env, ...colours },
    stdio: ["inherit", output, output],
  });
  if (copyTo !== undefined) {
    const copy = createWriteStream(copyTo);
    child.stdout?.on("data", (chunk) => {
      process.stdout.write(chunk);
      copy.write(chunk);
    });
    child.stderr?.on("data", (chunk) => {
      process.stderr.write(chunk);
      copy.write(chunk);
    });
    child.once("close", () => copy.end());
  }
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    // A terminal sends Ctrl-C to both processes; the child decides when to end.
    process.on(signal, () => signal === "SIGTERM" && child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}
