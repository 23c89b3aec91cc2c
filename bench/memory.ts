/** Runs a command and watches how much memory each of its processes takes. Linux only. */

import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import type { Taken } from "./processes.ts";

/** Which process of a run it is. */
export const roles = ["engine", "language host", "program", "provider", "command"] as const;
export type Role = (typeof roles)[number];

export interface Watched extends Taken {
  /** Bytes of resident memory at the most, by process. */
  readonly peaks: Readonly<Partial<Record<Role, number>>>;
}

/** The kernel keeps the highest itself: only what grows after the last look is missed. */
const betweenLooks = 100;

/**
 * Runs a command to its end.
 *
 * @param output a file for what it prints, which is dropped otherwise
 * @throws Error where it fails, with the end of what it said
 */
export async function watch(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  output?: string,
): Promise<Watched> {
  const stdout = output === undefined ? "ignore" : openSync(output, "w");
  const child = spawn(
    "bash",
    ["--norc", "-c", 'TIMEFORMAT="%R %U %S"; time "$@"', "bash", command, ...args],
    { cwd, env, stdio: ["ignore", stdout, "pipe"] },
  );
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-10_000);
  });
  const peaks: Partial<Record<Role, number>> = {};
  const look = () => {
    for (const pid of listDescendants(child.pid ?? 0)) {
      const role = findRole(pid);
      const peak = readPeak(pid);
      if (role !== undefined && peak > 0) peaks[role] = Math.max(peaks[role] ?? 0, peak);
    }
  };
  const looking = setInterval(look, betweenLooks);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(looking);
  if (typeof stdout === "number") closeSync(stdout);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${said}`);
  const times = said.trimEnd().split("\n").at(-1) ?? "";
  const [wall = 0, user = 0, system = 0] = times.split(" ").map(Number);
  return { wall, cpu: user + system, peaks };
}

/** Bytes that a process had in memory at the most; 0 where it has ended. */
export function readPeak(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readKernelFile(`/proc/${pid}/status`))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** Seconds of all cores that a process has taken. */
export function readProcessorTime(pid: number): number {
  // The name before these fields, in brackets, can have blanks.
  const fields = readKernelFile(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const ticksInASecond = 100;
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksInASecond;
}

function listDescendants(pid: number): number[] {
  const children = listTasks(pid).flatMap((task) =>
    readKernelFile(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...listDescendants(child)]);
}

function listTasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** What a file of the kernel says; nothing where its process has ended. */
function readKernelFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function findRole(pid: number): Role | undefined {
  const [first = "", ...rest] = readKernelFile(`/proc/${pid}/cmdline`).split("\0");
  const all = rest.join(" ");
  if (/pulumi-language-nodejs/.test(first)) return "language host";
  if (/dynamic-provider/.test(all)) return "provider";
  if (/@pulumi\/pulumi\/cmd\/run/.test(all)) return "program";
  if (/(^|\/)pulumi$/.test(first)) return "engine";
  return /(^|\/)node$/.test(first) ? "command" : undefined;
}
