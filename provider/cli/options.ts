/** Options that several commands take, under the same names and with the same meaning. */

import { type Command, InvalidArgumentError } from "commander";
import { seconds } from "../access/lifetime";

export function withStackOptions(command: Command): Command {
  return command
    .option("--stack <name>", "the stack whose state is meant (default: the current one)")
    .option("--state <file...>", "files of `pulumi stack export` instead of a stack")
    .option("-C, --cwd <folder>", "where the stack's Pulumi.yaml is");
}

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON document for programs");
}

/** A length of time in milliseconds. */
export function duration(text: string): number {
  const length = seconds(text);
  if (length !== undefined && length > 0) return length * 1000;
  throw new InvalidArgumentError('Write a length of time such as "7d" or "12h".');
}
