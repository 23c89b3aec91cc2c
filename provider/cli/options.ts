/** Options that several commands take, under the same names and with the same meaning. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { formatSeconds, parseDuration } from "../access/lifetime";
import { isKeyId } from "../api/keys/id";

/** Options that choose a stack's settings, as `pulumi up` uses them. */
export function withSettingsOptions(command: Command): Command {
  return command
    .option(
      "--stack <name>",
      "the stack whose config names the deployer (default: the current one)",
    )
    .option("--connection <name>", "a connection of the stack's config tailscope:connections")
    .option("-C, --cwd <folder>", "the folder of the stack's Pulumi.yaml");
}

/** The same options, and which state to read. */
export function withStackOptions(command: Command): Command {
  return command
    .option("--stack <name>", "the stack whose state and config to use (default: the current one)")
    .option("--state <file...>", "state exported by `pulumi stack export`, - for standard input")
    .option("--connection <name>", "a connection of the stack's config tailscope:connections")
    .option("-C, --cwd <folder>", "the folder of the stack's Pulumi.yaml");
}

export function withJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON document");
}

/** Parses an option that can be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** An option that parses a duration to milliseconds; help shows its default as people write it. */
export function createDurationOption(
  flags: string,
  description: string,
  defaultMilliseconds?: number,
): Option {
  const option = new Option(flags, description).argParser(parseDurationOption);
  return defaultMilliseconds === undefined
    ? option
    : option.default(defaultMilliseconds, formatSeconds(defaultMilliseconds / 1000));
}

function parseDurationOption(text: string): number {
  const length = parseDuration(text);
  // A bare number is ambiguous: it might mean days.
  if (length !== undefined && length > 0 && !/^\d+$/.test(text)) return length * 1000;
  throw new InvalidArgumentError('Write a duration such as "7d" or "12h".');
}

/**
 * Parses an ID in Tailscale's form: only letters, digits and hyphens, so that it is safe in a path
 * or a program.
 * @example "kAbc123CNTRL", "Txyz789CNTRL-kAbc123CNTRL"
 */
export function parseCredentialId(text: string): string {
  if (isKeyId(text)) return text;
  throw new InvalidArgumentError(
    "An id consists of letters, digits and hyphens. `tailscope inventory` lists ids.",
  );
}
