/** The command `tailscope` as a process of its own. */

import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { keepEvidence } from "../evidence";

const command = fileURLToPath(new URL("../../provider/dist/cli/main.js", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What was said beside the result, without what a command waited for: that shows where a machine under load takes longer than a second.
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
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      env,
      cwd,
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

/** The same, where whoever reads the output goes away before anything is written, as `head -0` does. */
export function runUntilFirstRead(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Omit<Run, "stdout">> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      env,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr: withoutWaiting(stderr) }));
  });
}
