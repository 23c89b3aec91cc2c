/** `tailscope`: runs the command that a person or a job entered. */

import { getMessage } from "../access/error-text";
import { sanitizeData } from "../access/sanitize";
import { exitCodes } from "./failure";
import { endQuietlyWithReader, measureWidth } from "./output";
import { createProgram } from "./program";
import { wrap } from "./wrapping";

endQuietlyWithReader();
createProgram(process.argv[2])
  .then((program) => program.parseAsync())
  .catch((error: unknown) => {
    const lines = getMessage(error).split("\n");
    console.error(
      wrap(`tailscope: ${lines.map(makeReadable).join("\n  ")}`, measureWidth(process.stderr), 0),
    );
    process.exitCode = exitCodes.failure;
  });

/**
 * Makes a line of a message readable without shortening it: quoted text from outside is already
 * cut.
 */
function makeReadable(line: string): string {
  return String(sanitizeData(line)).replace(/ {2,}/g, " ").trim();
}
