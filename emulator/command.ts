/** The command line of `tailscope-emulator`. */

import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { isLoopback } from "./server.js";
import { worldNames } from "./unknowns.js";

const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

/**
 * Parses the command line. An address that is not loopback, a wrong port or an unreadable file gets
 * an error that says what to write.
 */
export function createCommand(): Command {
  return new Command("tailscope-emulator")
    .description(
      "The credentials part of the Tailscale API on loopback: OAuth clients, auth keys, federated identities, tokens.",
    )
    .version(version)
    .option("--host <address>", "the loopback address to listen on", requireLoopback, "127.0.0.1")
    .option("--port <number>", "the port; 0 chooses a free one", createNumberParser(65_535), 0)
    .option("--data <file>", "store the tailnet in this file, so that it survives a restart")
    .option(
      "--latency <milliseconds>",
      "how long each answer takes, at least",
      createNumberParser(600_000),
      0,
    )
    .option(
      "--policy <file>",
      "the policy file (HuJSON) that a fresh tailnet starts with",
      readText,
    )
    .option(
      "--rewrite-github-subjects",
      "rewrite GitHub subjects to the form with ids, as Tailscale does for some tailnets",
      false,
    )
    .addOption(
      new Option(
        "--strictness <world>",
        "how to behave where the real API is undocumented: what is easiest for clients, or what is hardest",
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
A start with fresh data creates and prints these credentials: the owner's API access token, an OAuth client with the scope
"all", and one API access token for each role. Ctrl-C or SIGTERM stops the emulator.

  $ tailscope-emulator --port 8080 --data tailnet.json
  $ curl -u "$TAILSCALE_API_KEY:" http://127.0.0.1:8080/api/v2/tailnet/-/keys?all=true`,
    );
}

/** The parsed options. */
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

function createNumberParser(largest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= largest) return value;
    throw new InvalidArgumentError(`Write a whole number from 0 to ${largest}.`);
  };
}

function requireLoopback(text: string): string {
  if (isLoopback(text)) return text;
  throw new InvalidArgumentError(
    "The emulator listens on loopback only: write 127.0.0.1, ::1 or localhost.",
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
