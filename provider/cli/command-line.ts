/** Runs a command line: what is wrong is said on standard error, and the exit code is set. */

import { CommanderError } from "commander";
import { getMessage } from "../access/error-text";
import { sanitizeData } from "../access/sanitize";
import { exitCodes } from "./failure";
import { endQuietlyWithReader, measureWidth } from "./output";
import { createProgram } from "./program";
import { wrap } from "./wrapping";

/** @param args what follows `tailscope`, for example `["drift", "--json"]` */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  endQuietlyWithReader();
  try {
    const program = await createProgram(args[0]);
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : report(error);
  }
}

/** Prints an error, and returns the exit code of a failure. */
function report(error: unknown): number {
  const lines = getMessage(error).split("\n");
  const text = `tailscope: ${lines.map(makeReadable).join("\n  ")}`;
  process.stderr.write(`${wrap(text, measureWidth(process.stderr), 0)}\n`);
  return exitCodes.failure;
}

/**
 * Makes a line of a message readable without shortening it: quoted text from outside is already
 * cut.
 */
function makeReadable(line: string): string {
  return String(sanitizeData(line)).replace(/ {2,}/g, " ").trim();
}
