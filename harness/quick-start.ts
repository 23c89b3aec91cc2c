/**
 * Settings that make the engine start faster and change nothing else. Most of the time of an
 * operation goes to Node, which loads the Pulumi SDK twice, and to the engine's garbage collection.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./pulumi.ts";

/** Where Node keeps the code that it compiled, the types of TypeScript removed. */
export const compileCache = join(tmpdir(), "tailscope-test-compile-cache");

export const quickStart: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: compileCache,
  GOGC: "400",
  // `npm run types` checks the types of examples, and test/docs those of the pages' programs.
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  // The long test scripts use the unmodified SDK.
  ...(process.env["TAILSCOPE_LONG_TESTS"] === undefined && {
    NODE_OPTIONS: `--require ${JSON.stringify(join(root, "harness", "lazy-sdk.cjs"))}`,
  }),
};
