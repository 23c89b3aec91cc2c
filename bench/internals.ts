/**
 * Internal functions of the package that are measured separately. A test checks that each is in the
 * named module.
 */

import { join } from "node:path";
import { root } from "./processes.ts";

/** The module of each function, below `provider`. */
export const internals = {
  readPolicyFile: "policy-file/read",
  toNetwork: "reach/network",
  rememberSpreads: "reach/spread",
  readPreview: "review/input/preview",
  review: "review/review",
} as const;

/** The statement with which a script loads the compiled functions. */
export function requireInternals(...names: readonly (keyof typeof internals)[]): string {
  const formatStatement = (name: keyof typeof internals) =>
    `const { ${name} } = require(${JSON.stringify(join(root, "provider", "dist", internals[name]))});`;
  return names.map(formatStatement).join("\n");
}
