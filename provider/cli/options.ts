/** Options that several commands take, under the same names and with the same meaning. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { formatSeconds, seconds } from "../access/lifetime";
import { isKeyId } from "../api/keys/id";

/** Options that say whose settings are meant: those of `pulumi up` for that stack. */
export function withSettingsOptions(command: Command): Command {
  return command
    .option("--stack <name>", "the stack whose config says who deploys (default: the current one)")
    .option("--connection <name>", "a connection of the stack's config tailscope:connections")
    .option("-C, --cwd <folder>", "where the stack's Pulumi.yaml is");
}

/** Options that say which stacks' state is meant as well. */
export function withStackOptions(command: Command): Command {
  return command
    .option(
      "--stack <name>",
      "the stack whose state and config are meant (default: the current one)",
    )
    .option(
      "--state <file...>",
      "files of `pulumi stack export` as the state, - for standard input",
    )
    .option("--connection <name>", "a connection of the stack's config tailscope:connections")
    .option("-C, --cwd <folder>", "where the stack's Pulumi.yaml is");
}

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON document for programs");
}

/** An option that takes a length of time, in milliseconds; help shows it as people write it. */
export function durationOption(
  flags: string,
  description: string,
  defaultMilliseconds?: number,
): Option {
  const option = new Option(flags, description).argParser(duration);
  return defaultMilliseconds === undefined
    ? option
    : option.default(defaultMilliseconds, formatSeconds(defaultMilliseconds / 1000));
}

function duration(text: string): number {
  const length = seconds(text);
  // A number alone could be meant in days.
  if (length !== undefined && length > 0 && !/^\d+$/.test(text)) return length * 1000;
  throw new InvalidArgumentError('Write a length of time such as "7d" or "12h".');
}

/**
 * An id as Tailscale gives them: letters, digits and hyphens, so that it can be nothing else in a path or a program.
 * @example "kAbc123CNTRL", "Txyz789CNTRL-kAbc123CNTRL"
 */
export function credentialId(text: string): string {
  if (isKeyId(text)) return text;
  throw new InvalidArgumentError(
    "An id has letters, digits and hyphens alone. `tailscope inventory` lists them.",
  );
}
