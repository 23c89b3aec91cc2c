/** `tailscope`: runs the command that a person or a job entered. */

import { runCommandLine } from "./command-line";

void runCommandLine(process.argv.slice(2));
