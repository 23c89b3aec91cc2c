/**
 * The command `tailscope`, where a stack's program is and in the environment of its runs. It runs
 * in this process, and the CLI that it asks in one of its own.
 */

import { quickStart } from "../../harness/quick-start";
import { type Run, runHere, runKept } from "../contract/run-command";
import type { Stack } from "./stack";

/** @param environment what is set beside the stack's own; undefined unsets */
export function tailscope(
  stack: Pick<Stack, "folder" | "environment">,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  input = "",
): Promise<Run> {
  const env = { ...stack.environment, ...environment };
  const options = { cwd: stack.folder, env, input };
  const read = Object.keys(env).filter((name) => name.startsWith("NODE_"));
  // Node reads these when it starts.
  if (read.some((name) => !(name in quickStart))) return runKept(args, options);
  for (const name of read) delete env[name];
  return runHere(args, options);
}
