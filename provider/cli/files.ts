/** Files that commands are given. */

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CommandFailure } from "./failure";

/** The text of a file, or of standard input for `-`. */
export async function textOf(path: string): Promise<string> {
  return path === "-" ? text(process.stdin) : readText(path);
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandFailure(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
