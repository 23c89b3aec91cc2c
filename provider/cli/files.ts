/** Files that commands are given. */

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CommandFailure } from "./failure";

/** The text of a file, or of standard input for `-`. */
export async function textOf(path: string): Promise<string> {
  if (path !== "-") return readText(path);
  if (process.stdin.isTTY)
    throw new CommandFailure(
      "Nothing is piped to standard input.\n  Pipe something to it, or name a file instead of -.",
    );
  return text(process.stdin);
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
