/**
 * Puts a Pulumi CLI on the PATH of the tests that run one, and in front of it the Node that runs
 * them; and makes the stack that they copy.
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createEnvironment } from "../../tools/set-up/index.mjs";
import { findPulumiFolder } from "../../tools/set-up/pulumi-cli.mjs";
import { makeInitialisedStack } from "./initialised-stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export default async function setup(): Promise<() => void> {
  const folders = [dirname(process.execPath), await findPulumiFolder(root)];
  process.env["PATH"] = createEnvironment(folders).PATH;
  return makeInitialisedStack();
}
