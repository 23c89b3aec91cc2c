/** Notes each run of the Pulumi CLI where `npm test` asks for it, for `npm run test:times`. */

import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

const file = process.env["TAILSCOPE_ENGINE_RUNS"];

/** @param started the clock of `performance` when it began */
export function noteRun(args: readonly string[], started: number): void {
  if (file === undefined) return;
  const seconds = (performance.now() - started) / 1000;
  const verb = ["stack", "config"].includes(args[0] ?? "") ? args.slice(0, 2) : args.slice(0, 1);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${seconds.toFixed(2)} ${verb.join(" ")}\n`);
}
