/** The command line of `tailscope-emulator`. */

import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { isLoopback } from "./server.js";
import { worldNames } from "./unknowns.js";

const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

/**
 * Reads its command line; what is no loopback address, no port, no readable file is refused with
 * what would be.
 */
export function emulatorCommand(): Command {
  return new Command("tailscope-emulator")
    .description(
      "The credentials part of the Tailscale API on loopback: OAuth clients, auth keys, federated identities, tokens.",
    )
    .version(version)
    .option("--host <address>", "a loopback address", loopback, "127.0.0.1")
    .option("--port <number>", "0 takes any that is free", wholeNumber(65_535), 0)
    .option("--data <file>", "keep the tailnet in this file, so that it survives a restart")
    .option(
      "--latency <milliseconds>",
      "how long each answer takes at least",
      wholeNumber(600_000),
      0,
    )
    .option(
      "--policy <file>",
      "the policy file (HuJSON) that a fresh tailnet starts with",
      readText,
    )
    .option(
      "--rewrite-github-subjects",
      "rewrite subjects of GitHub to the form with ids, as Tailscale does for some",
      false,
    )
    .addOption(
      new Option(
        "--strictness <world>",
        "what it does where nobody knows what Tailscale does: what suits clients, or what is hardest",
      ).choices(worldNames),
    )
    .option(
      "--json",
      "print one JSON object with the address and the credentials, and nothing else",
      false,
    )
    .addHelpText(
      "after",
      `
A start with fresh data makes the credentials that it prints: the owner's API access token, an OAuth client with the scope
"all", and one API access token for each role. Ctrl-C or SIGTERM ends it.

  $ tailscope-emulator --port 8080 --data tailnet.json
  $ curl -u "$TAILSCALE_API_KEY:" http://127.0.0.1:8080/api/v2/tailnet/-/keys?all=true`,
    );
}

/** What it reads. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly data?: string;
  readonly latency: number;
  readonly policy?: string;
  readonly rewriteGithubSubjects: boolean;
  readonly strictness?: (typeof worldNames)[number];
  readonly json: boolean;
}

function wholeNumber(largest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= largest) return value;
    throw new InvalidArgumentError(`Write a whole number from 0 to ${largest}.`);
  };
}

function loopback(text: string): string {
  if (isLoopback(text)) return text;
  throw new InvalidArgumentError("It listens on loopback only: write 127.0.0.1, ::1 or localhost.");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
