/**
 * Settings that let Pulumi start faster where we control its environment. docs/faster.md has the
 * figures.
 */

import { join } from "node:path";
import { root } from "./index.mjs";

/**
 * Where Node keeps the packages' code compiled for its next processes: Pulumi's program and
 * provider, vitest's workers.
 */
export const compileCache = {
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled"),
};

const settings = {
  ...compileCache,
  // The types of our own programs are checked by `npm run types`.
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  // The set-up says which version is used.
  PULUMI_SKIP_UPDATE_CHECK: "true",
};

/**
 * The settings for a Pulumi CLI, without those that the environment has already.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Record<string, string>}
 */
export function chooseFasterStart(environment = process.env) {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => environment[name] === undefined),
  );
}
