/** The command `tailscope`, in this process or in one of its own. */

import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runInThisProcess } from "../../harness/in-process.ts";
import type { Ended } from "../../harness/process.ts";
import { compileCache } from "../../harness/quick-start.ts";
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

/** The least that a command needs of the environment: where other commands and its user are. */
const least = () => ({ PATH: process.env["PATH"], HOME: process.env["HOME"] });

/**
 * Writes a Pulumi CLI that only says its version, which is all that `doctor` asks for. Returns a
 * PATH on which it is the first one.
 */
export function writePulumiStandIn(folder: string): string {
  writeFileSync(join(folder, "pulumi"), "#!/bin/sh\necho v3.259.0\n", { mode: 0o755 });
  return `${folder}${delimiter}${process.env["PATH"]}`;
}

/** So that a process starts faster. */
const compiled = { NODE_COMPILE_CACHE: compileCache };

/**
 * Runs `tailscope` in an environment that has nothing else, by the function that its bin calls.
 * Nothing that it changes in this process outlasts it.
 *
 * @param cwd by default a folder that is in no Pulumi project
 */
export function run(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
  cwd = "/",
): Promise<Run> {
  return runHere(args, { env: { ...least(), ...environment }, cwd, input });
}

/** Runs it in this process, and keeps what it printed for the search for secrets. */
export async function runHere(
  args: readonly string[],
  options: Parameters<typeof runInThisProcess>[1],
): Promise<Run> {
  return keep(args, await runInThisProcess(args, options));
}

/** The same with its bin, in a process of its own. */
export function runAsProcess(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
  cwd = "/",
): Promise<Run> {
  const env = { ...least(), ...compiled, ...environment };
  return runKept(args, { env, cwd, input: input ?? "" });
}

/** Runs it in a process of its own, and keeps what it printed for the search for secrets. */
export async function runKept(
  args: readonly string[],
  options: Parameters<typeof runTailscope>[1],
): Promise<Run> {
  return keep(args, await runTailscope(args, options));
}

function keep(args: readonly string[], { code, stdout, stderr }: Ended): Run {
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
  const env = { ...least(), ...compiled, ...environment };
  const { process: child, ended } = startTailscope(args, { env, cwd: "/" });
  child.stdout?.destroy();
  const { code, stderr } = await ended;
  return { code, stderr: withoutWaiting(stderr) };
}
