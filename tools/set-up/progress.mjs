/**
 * Shows progress of long steps, and failures. Everything goes to stderr, because stdout is for
 * results.
 */

import { spawn } from "node:child_process";

/** A step of the set-up that failed: which, why, and what to do. */
export class SetUpError extends Error {
  /**
   * @param {string} step
   * @param {string} reason
   * @param {string} remedy
   */
  constructor(step, reason, remedy) {
    super(`Set-up stopped at: ${step}\n  Reason: ${reason}\n  What to do: ${remedy}`);
  }
}

/**
 * Runs one step, saying what is happening and how long it has taken so far.
 *
 * @template Result
 * @param {string} title
 * @param {(report: (detail: string) => void) => Promise<Result>} run gets a function that says what
 *   it is at
 * @returns {Promise<Result>}
 */
export async function runStep(title, run) {
  const started = Date.now();
  const formatElapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const live = process.stderr.isTTY === true;
  let detail = "";
  const formatLine = () => `  ${title}${detail && `: ${detail}`} (${formatElapsed()})`;
  let shown = false;
  const show = () => {
    shown = true;
    process.stderr.write(
      live ? `\r\x1b[2K${formatLine().slice(0, process.stderr.columns - 1)}` : `${formatLine()}\n`,
    );
  };
  // Nothing is shown for a step of less than a second. A log gets a line every 20 seconds.
  const first = setTimeout(show, 1000);
  const timer = setInterval(show, live ? 1000 : 20_000);
  try {
    const result = await run((text) => {
      detail = text;
    });
    detail = "done";
    return result;
  } catch (error) {
    detail = "failed";
    throw error;
  } finally {
    clearTimeout(first);
    clearInterval(timer);
    if (shown || detail === "failed") show();
    if (shown && live) process.stderr.write("\n");
  }
}

/**
 * Runs a command to its end and returns what it printed to stdout.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 * @returns {Promise<string>} rejects with the last lines of its output
 */
export function run(command, args, { cwd, env, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const last = all.trimEnd().split("\n").slice(-15).join("\n    ");
      reject(new Error(`${command} ${args[0] ?? ""} ended with ${signal ?? code}:\n    ${last}`));
    });

    /** @param {string} text */
    function take(text) {
      all += text;
      const line = text.trimEnd().split("\n").at(-1);
      if (line) onLine?.(line);
    }
  });
}

/** @param {unknown} error */
export function getReason(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/**
 * Runs a command's main function; a failure ends the process and prints only its message.
 *
 * @param {() => Promise<void>} main
 */
export function runMain(main) {
  main().catch((error) => {
    const expected = error instanceof SetUpError || process.env.TAILSCOPE_DEBUG === undefined;
    console.error(expected ? `\n${getReason(error)}` : error);
    process.exitCode = 1;
  });
}
