/** Runs the command `tailscope` as a separate process. */

import { join } from "node:path";
import {
  type Ended,
  type ProcessOptions,
  runProcess,
  type Started,
  startProcess,
} from "./process.ts";
import { root } from "./pulumi.ts";

/** The file that Node runs. */
export const command = join(root, "provider", "bin", "tailscope.js");

export function startTailscope(args: readonly string[], options: ProcessOptions): Started {
  return startProcess(process.execPath, [command, ...args], options);
}

export function runTailscope(args: readonly string[], options: ProcessOptions): Promise<Ended> {
  return runProcess(process.execPath, [command, ...args], options);
}
