/**
 * The parts of the package that are measured by themselves, which no user can call. A test holds
 * that each is where it is said to be.
 */

import { join } from "node:path";
import { root } from "./processes.ts";

/** By name the module, below `provider`. */
export const internals = {
  readPolicyFile: "policy-file/read",
  toNetwork: "reach/network",
  rememberSpreads: "reach/spread",
  readPreview: "review/input/preview",
  review: "review/review",
} as const;

/** The statement with which a script gets them, compiled. */
export function requireInternals(...names: readonly (keyof typeof internals)[]): string {
  const formatStatement = (name: keyof typeof internals) =>
    `const { ${name} } = require(${JSON.stringify(join(root, "provider", "dist", internals[name]))});`;
  return names.map(formatStatement).join("\n");
}
