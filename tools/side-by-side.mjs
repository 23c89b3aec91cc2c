/** Runs commands in parallel, and shows the output of those that fail. */

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * @typedef {object} Task
 * @property {string} name the name in its line of output
 * @property {string[]} args the arguments for Node
 */

/**
 * Runs tasks in order, as many at a time as there are processors, and prints a line when each ends.
 *
 * @param {string} node the Node that runs them
 * @param {readonly Task[]} tasks
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string[]>} the names of the tasks that failed
 */
export async function runSideBySide(node, tasks, options) {
  const waiting = [...tasks];
  /** @type {string[]} */
  const failed = [];
  async function work() {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const started = Date.now();
      const { code, text } = await runCollecting(node, task.args, options);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (code === 0) {
        console.log(`  ${task.name}: passed (${seconds} s)`);
      } else {
        failed.push(task.name);
        console.error(`  ${task.name}: failed (${seconds} s)\n${text}`);
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

/**
 * Runs a command, and returns its exit code and all its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, text: string }>}
 */
function runCollecting(command, args, { cwd, env }) {
  const colours = process.stderr.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(command, args, {
    cwd,
    env: { ...env, ...colours },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, text }));
  });
}
