/**
 * What makes a run of the engine start sooner, and changes nothing else of it: most of an operation
 * is Node loading the Pulumi SDK, twice, and the engine collecting garbage.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./pulumi.ts";

export const quickStart: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: join(tmpdir(), "tailscope-test-compile-cache"),
  GOGC: "400",
  // `npm run types` checks the types of examples, and test/docs those of the pages' programs.
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  // The scripts that take their time have the SDK as it is.
  ...(process.env["TAILSCOPE_LONG_TESTS"] === undefined && {
    NODE_OPTIONS: `--require ${JSON.stringify(join(root, "harness", "lazy-sdk.cjs"))}`,
  }),
};
