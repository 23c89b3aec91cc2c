/** `tailscope`: runs what a person or a job typed. */

import { shown } from "../access/shown";
import { exitCodes } from "./failure";
import { tailscope } from "./program";

tailscope(process.argv[2])
  .then((program) => program.parseAsync())
  .catch((error: unknown) => {
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    console.error(`tailscope: ${lines.map(shown).join("\n  ")}`);
    process.exitCode = exitCodes.failure;
  });
