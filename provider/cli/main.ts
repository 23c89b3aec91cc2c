/** `tailscope`: runs the command that a person or a job entered. */

import { getMessage } from "../access/error-text";
import { sanitizeData } from "../access/sanitize";
import { exitCodes } from "./failure";
import { endQuietlyWithReader, roomOf } from "./output";
import { tailscope } from "./program";
import { wrapped } from "./wrapping";

endQuietlyWithReader();
tailscope(process.argv[2])
  .then((program) => program.parseAsync())
  .catch((error: unknown) => {
    const lines = getMessage(error).split("\n");
    console.error(
      wrapped(`tailscope: ${lines.map(readableLine).join("\n  ")}`, roomOf(process.stderr), 0),
    );
    process.exitCode = exitCodes.failure;
  });

/**
 * Makes a line of a message readable without shortening it: quoted text from outside is already
 * cut.
 */
function readableLine(line: string): string {
  return String(sanitizeData(line)).replace(/ {2,}/g, " ").trim();
}
