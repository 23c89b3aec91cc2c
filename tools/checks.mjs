/**
 * The checks that do not run the product: lint (Biome, and the dependencies between folders) and
 * types.
 */

import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { compileCache } from "./set-up/faster.mjs";
import { createEnvironment, root } from "./set-up/index.mjs";
import { runSideBySide } from "./side-by-side.mjs";

/** @typedef {import("./side-by-side.mjs").Task} Task */

/** @param {string[]} path below node_modules */
const locatePackageFile = (...path) => join(root, "node_modules", ...path);

const tsc = locatePackageFile("typescript", "bin", "tsc");

/** @type {readonly Task[]} */
const lint = [
  {
    name: "lint",
    args: [
      locatePackageFile("@biomejs", "biome", "bin", "biome"),
      "check",
      "--error-on-warnings",
      ".",
    ],
  },
  {
    name: "arrows between folders",
    args: [
      locatePackageFile("dependency-cruiser", "bin", "dependency-cruiser.mjs"),
      ...[
        "--config",
        ".dependency-cruiser.mjs",
        "provider",
        "emulator",
        "harness",
        "test/oracle",
        "test/tailnet",
      ],
    ],
  },
];

/**
 * Type-checks a folder that has no compiled output. The compiler caches its results, so the next
 * run only checks what has changed.
 *
 * @param {string} folder
 * @returns {Task}
 */
function createTypesTask(folder) {
  const memory = locatePackageFile(".cache", "types", `${folder.replaceAll("/", "-")}.tsbuildinfo`);
  return {
    name: `types of ${folder}`,
    args: [tsc, "-p", folder, "--incremental", "--tsBuildInfoFile", memory],
  };
}

const examples = readdirSync(join(root, "examples"))
  .map((name) => `examples/${name}`)
  .filter((folder) => existsSync(join(root, folder, "tsconfig.json")));

/** Longest first. The packages themselves are compiled earlier, and these read the output. */
const types = ["test", "harness", "tools", "bench", ...examples].map(createTypesTask);

/** The tasks, by the name of the script that runs them. */
export const checks = { lint, types };

/**
 * Runs tasks and reports which ones failed.
 *
 * @param {string} node the path of Node 24
 * @param {readonly Task[]} tasks
 * @returns {Promise<boolean>} whether all tasks passed
 */
export async function runChecks(node, tasks) {
  const env = { ...createEnvironment([dirname(node)]), ...compileCache };
  const failed = await runSideBySide(node, tasks, { cwd: root, env });
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}.`);
  return failed.length === 0;
}
