/** A policy file that is known to be accepted. */

import type { PolicyFile } from "../../provider/policy-file/model";
import { type ReadOptions, readPolicyFile } from "../../provider/policy-file/read";

/** Of a text, or of what its JSON says. */
export function understand(file: unknown, options?: ReadOptions): PolicyFile {
  const reading = readPolicyFile(typeof file === "string" ? file : JSON.stringify(file), options);
  if ("refused" in reading) throw new Error(JSON.stringify(reading.refused));
  return reading.policy;
}
