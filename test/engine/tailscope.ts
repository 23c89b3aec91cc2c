/** The command `tailscope`, where a stack's program is and in the environment of its runs. */

import { type Run, runKept } from "../contract/run-command";
import type { Stack } from "./stack";

/** @param environment what is set beside the stack's own; undefined unsets */
export function tailscope(
  stack: Pick<Stack, "folder" | "environment">,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  input = "",
): Promise<Run> {
  const env = { ...stack.environment, ...environment };
  return runKept(args, { cwd: stack.folder, env, input });
}
