/**
 * Puts a Pulumi CLI on the PATH of the tests that run one, and in front of it the Node that runs
 * them; and makes the stack that they copy.
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentWith } from "../../tools/set-up/index.mjs";
import { pulumiFolder } from "../../tools/set-up/pulumi-cli.mjs";
import { makeInitialisedStack } from "./initialised-stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export default async function setup(): Promise<() => void> {
  const folders = [dirname(process.execPath), await pulumiFolder(root)];
  process.env["PATH"] = environmentWith(folders).PATH;
  return makeInitialisedStack();
}
