/** The command `tailscope`, where a stack's program is and in the environment of its runs. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { withoutWaiting } from "../contract/run-command";
import { keepEvidence } from "../evidence";
import type { Stack } from "./stack";

const command = fileURLToPath(new URL("../../provider/dist/cli/main.js", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param environment what is set beside the stack's own; undefined unsets */
export function tailscope(
  stack: Pick<Stack, "folder" | "environment">,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  input?: string,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: stack.folder,
      env: { ...stack.environment, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {}).end(input);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      // The one command that prints a secret because that is what it is for.
      if (args[0] !== "token") keepEvidence("commands", stdout + stderr);
      resolve({ code, stdout, stderr: withoutWaiting(stderr) });
    });
  });
}
