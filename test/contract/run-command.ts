/** The command `tailscope` as a process of its own. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTailscope, startTailscope } from "../../harness/tailscope.ts";
import { keepEvidence } from "../evidence.ts";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What was said beside the result, without what a command waited for: that shows where a machine
 * under load takes longer than a second.
 */
export function withoutWaiting(stderr: string): string {
  return stderr.replace(/^.* …\n/gm, "");
}

/** Runs `tailscope` in an environment that has nothing else. */
export function run(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
  cwd?: string,
): Promise<Run> {
  const cache = join(tmpdir(), "tailscope-test-compile-cache");
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    NODE_COMPILE_CACHE: cache,
    ...environment,
  };
  return runKept(args, { env, cwd, input: input ?? "" });
}

/** Runs it, and keeps what it printed for the search for secrets. */
export async function runKept(
  args: readonly string[],
  options: Parameters<typeof runTailscope>[1],
): Promise<Run> {
  const { code, stdout, stderr } = await runTailscope(args, options);
  // The one command that prints a secret because that is what it is for.
  if (args[0] !== "token") keepEvidence("commands", stdout + stderr);
  return { code, stdout, stderr: withoutWaiting(stderr) };
}

/**
 * The same, where whoever reads the output goes away before anything is written, as `head -0` does.
 */
export async function runUntilFirstRead(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Omit<Run, "stdout">> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
  const { process: child, ended } = startTailscope(args, { env, cwd: "/" });
  child.stdout?.destroy();
  const { code, stderr } = await ended;
  return { code, stderr: withoutWaiting(stderr) };
}
