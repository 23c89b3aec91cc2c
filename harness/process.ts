/** Runs a command, and captures its output. */

import { type ChildProcess, spawn } from "node:child_process";

export interface Ended {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they arrived, as a person sees them. */
  readonly text: string;
}

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Its standard input; if absent, standard input is closed. */
  readonly input?: string | undefined;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a command that the caller can kill. */
export function startProcess(
  command: string,
  args: readonly string[],
  { cwd, env, input, onStdout, onStderr }: ProcessOptions = {},
): Started {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // A command may end before it has read everything.
  child.stdin?.on("error", () => {}).end(input);
  let stdout = "";
  let stderr = "";
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    text += chunk;
    onStdout?.(chunk);
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    text += chunk;
    onStderr?.(chunk);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      const finish = () => resolve({ code, stdout, stderr, text });
      // A child process that outlives a killed command keeps the pipes open.
      if (code === null) finish();
      else child.once("close", finish);
    });
  });
  return { process: child, ended };
}

/** Runs a command until it ends, no matter how it ends. */
export function runProcess(
  command: string,
  args: readonly string[],
  options?: ProcessOptions,
): Promise<Ended> {
  return startProcess(command, args, options).ended;
}
