/** Reads the files that a user passes to a command. */

import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { getMessage } from "../access/error-text";
import { CommandFailure } from "./failure";

/** The text of a file, or of standard input for `-`. */
export async function readFileOrInput(path: string): Promise<string> {
  if (path !== "-") return readTextFile(path);
  if (process.stdin.isTTY) {
    throw new CommandFailure(
      "Nothing is piped to standard input.\n  Pipe something to it, or name a file instead of -.",
    );
  }
  return decode(await buffer(process.stdin), "Standard input");
}

export function readTextFile(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${getMessage(error)}.`);
  }
  return decode(bytes, path);
}

/**
 * Decodes text in UTF-8, or in UTF-16 as PowerShell's `>` writes it. The byte order mark is
 * removed.
 */
function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder(detectEncoding(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new CommandFailure(
      `${name} cannot be read: it is neither in UTF-8 nor in UTF-16.\n  In PowerShell write it with \`| Out-File -Encoding utf8 FILE\`.`,
    );
  }
}

function detectEncoding([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Without a byte order mark: a zero is the other half of an ASCII character, and every file that
  // we read starts with one.
  if (second === 0 && first !== 0) return "utf-16le";
  return first === 0 && second !== 0 && second !== undefined ? "utf-16be" : "utf-8";
}
