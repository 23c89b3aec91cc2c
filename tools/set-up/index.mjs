/**
 * Installs everything that a fresh clone lacks, in the order in which it is needed. Runs on the
 * Node that runs npm.
 */

import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findPinnedNode } from "./node.mjs";
import { compile, installPackages } from "./packages.mjs";
import { SetUpError } from "./progress.mjs";
import { findPulumiFolder } from "./pulumi-cli.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * @typedef {object} Tools
 * @property {string} node the path of Node 24
 * @property {string[]} path the folders that a shell needs in front of its PATH
 * @property {NodeJS.ProcessEnv} env this process's environment with that PATH
 */

/**
 * The packages and Node 24: enough for tests, which compile our sources and find the Pulumi CLI
 * themselves where they need them.
 *
 * @returns {Promise<string>} the path of Node 24
 * @throws {SetUpError}
 */
export async function setUpPackages() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    throw new SetUpError(
      "looking at Node",
      `this is Node ${process.versions.node}`,
      "install Node 20 or later from https://nodejs.org.",
    );
  }
  await installPackages(root);
  return findPinnedNode(root);
}

/**
 * What runs without the Pulumi CLI: the packages, Node 24 and our own sources, compiled.
 *
 * @returns {Promise<string>} the path of Node 24
 * @throws {SetUpError}
 */
export async function setUpNode() {
  const node = await setUpPackages();
  await compile(root, node);
  return node;
}

/**
 * @returns {Promise<Tools>}
 * @throws {SetUpError}
 */
export async function setUp() {
  const node = await setUpNode();
  const path = [await findPulumiFolder(root), dirname(node)];
  return { node, path, env: createEnvironment(path) };
}

/**
 * This process's environment with these folders in front of its PATH.
 *
 * @param {readonly string[]} folders
 * @returns {NodeJS.ProcessEnv}
 */
export function createEnvironment(folders) {
  return { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };
}
