/**
 * The command `tailscope`, where a stack's program is and in the environment of its runs. It runs
 * in this process, and the CLI that it asks in one of its own.
 */

import { type Run, runHere } from "../contract/run-command";
import type { Stack } from "./stack";

/** @param environment what is set beside the stack's own; undefined unsets */
export function tailscope(
  stack: Pick<Stack, "folder" | "environment">,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  input = "",
): Promise<Run> {
  const env = { ...stack.environment, ...environment };
  // What Node reads when it starts is for the runs of the program.
  for (const name of Object.keys(env)) if (name.startsWith("NODE_")) delete env[name];
  return runHere(args, { cwd: stack.folder, env, input });
}
