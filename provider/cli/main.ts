/** `tailscope`: runs what a person or a job typed. */

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

/** A line of a message, whole: what it quotes from outside is cut already. */
function readableLine(line: string): string {
  return String(sanitizeData(line)).replace(/ {2,}/g, " ").trim();
}
