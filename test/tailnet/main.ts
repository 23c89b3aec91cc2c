/** `npm run test:tailnet`: which of the facts in facts.ts hold for a real tailnet. */

import { rmSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { redactSecrets } from "../../provider/dist/access/sanitize.js";
import { knownScopes } from "../../provider/dist/access/scopes.js";
import { type Connection, readConnection } from "../../provider/dist/api/settings/connection.js";
import { SettingsError } from "../../provider/dist/api/settings/error.js";
import { openRoute, type Route } from "../../provider/dist/network/dispatcher.js";
import { openInventor } from "./inventions.ts";
import { countsOf, rowsOf, summaryOf, tableOf } from "./report.ts";
import { Refused, run, stillThere } from "./run.ts";
import { samplesOf, writeSamples } from "./samples.ts";
import type { Self } from "./session.ts";
import { type Ask, type Clock, Unanswered } from "./wire.ts";

const samplesFolder = fileURLToPath(new URL("../../coverage/tailnet-samples", import.meta.url));

const help = `npm run test:tailnet -- [OPTIONS]

Asks the Tailscale API which of the facts hold that Tailscope relies on (docs/api-facts.md). Use a tailnet
that is empty and that nobody needs. As whom it asks, it reads from the environment:

  TAILSCALE_API_KEY                      a user's API access token, or
  TAILSCALE_OAUTH_CLIENT_SECRET          the secret of an OAuth client with the scope "all"
  TAILSCALE_BASE_URL, TAILSCALE_TAILNET  as everywhere

Without --write it changes nothing. Some facts need both a user's token and an OAuth client: run it twice.
Tags can be tried where the policy file has two: "tagOwners": { "tag:one": [], "tag:two": [] }.

  --write                    make OAuth clients, federated identities and auth keys whose description begins
                             with "tailscope test", and remove them. What a run that was killed has left
                             is removed first, so never run it twice at a time
  --yes-this-tailnet NAME    use a tailnet that has devices, or credentials of others. NAME is its name or
                             id, as the console's general settings show it; the API is asked whether it is
  --wait SECONDS             for how long to wait for entries of the audit log (60)
  --samples DIR              where to write what the API answered, with invented values in the place of
                             ids, names, times and secrets (coverage/tailnet-samples)
  --json                     print one JSON document in the place of the table
  --help                     print this

It ends with 0 where all that could be tried is confirmed or answered, with 2 where something is
contradicted, and with 1 where it could not try, or could not remove what it made.`;

interface Options {
  readonly write: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly wait: number;
  readonly samples: string;
  readonly approved: string | undefined;
}

/** What a person wrote is wrong. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      write: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      wait: { type: "string", default: "60" },
      samples: { type: "string", default: samplesFolder },
      "yes-this-tailnet": { type: "string" },
    },
  });
  const wait = Number(values.wait);
  if (!/^\d+$/.test(values.wait) || wait > 3600)
    throw new UsageError("--wait: write a whole number of seconds from 0 to 3600.");
  return {
    write: values.write,
    json: values.json,
    help: values.help,
    wait,
    samples: values.samples,
    approved: values["yes-this-tailnet"],
  };
}

function selfFrom({ deployer }: Connection): Self {
  if (deployer.kind === "accessToken") {
    const id = /^tskey-api-([A-Za-z0-9]+)-/.exec(deployer.token)?.[1];
    return { kind: "user", id, token: deployer.token };
  }
  if (deployer.kind === "oauthClient") {
    const { clientId: id, clientSecret: secret, tokenTailnet } = deployer;
    return { kind: "client", id, secret, ...(tokenTailnet !== undefined && { tokenTailnet }) };
  }
  throw new UsageError(
    "An identity token cannot be used here: set TAILSCALE_API_KEY, or an OAuth client's id and secret.",
  );
}

const clock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) =>
    delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};

/** For how long one answer is waited for, in milliseconds. */
const timeout = 30_000;

const aside = (line: string) => process.stderr.write(`${line}\n`);

/** Ends the run early at the first signal, and at once at the second. */
function interruptions(): { readonly signal: AbortSignal; received(): NodeJS.Signals | undefined } {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (first !== undefined) {
        aside("\nEnded at once. The next run with --write removes what is left.");
        process.exit(128 + constants.signals[name]);
      }
      first = name;
      aside("\nRemoving what was made …");
      controller.abort();
    });
  }
  return { signal: controller.signal, received: () => first };
}

const askBy = async (
  { dispatcher }: Route,
  address: string,
  { method, headers, body, signal }: Parameters<Ask>[1],
): ReturnType<Ask> => {
  const { origin, pathname, search } = new URL(address);
  const path = `${pathname}${search}`;
  const got = await dispatcher.request({
    origin,
    path,
    method,
    headers,
    body: body ?? null,
    signal,
  });
  return {
    status: got.statusCode,
    headers: Object.entries(got.headers).map(([name, value]) => [name, String(value ?? "")]),
    text: () => got.body.text(),
  };
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(help);
  const connection = readConnection(process.env, () => undefined);
  const self = selfFrom(connection);
  for (const note of connection.notes ?? []) aside(note);
  const way = openRoute(connection.baseUrl, timeout);
  const inventor = openInventor();
  inventor.keepSecret(self.kind === "user" ? self.token : self.secret);
  const { signal, received } = interruptions();
  const isLive = process.stderr.isTTY;
  const done = await run({
    baseUrl: connection.baseUrl,
    tailnet: connection.tailnet,
    self,
    writes: options.write,
    ...(options.approved !== undefined && { approved: options.approved }),
    logPatience: options.wait * 1000,
    catalogue: knownScopes,
    clock,
    interruption: signal,
    // By the proxy that the environment names, as everything else of Tailscope's.
    ask: (address, init) => askBy(way, address, init),
    say: aside,
    begins: ({ id }) => isLive && process.stderr.write(`\r\x1b[2K  ${id} …`),
  });
  await way.close();
  if (isLive) process.stderr.write("\r\x1b[2K");

  const rows = rowsOf(done.results, inventor);
  const counts = countsOf(rows);
  if (!done.isInterrupted) {
    const date = new Date().toISOString().slice(0, 10);
    const source = `npm run test:tailnet, ${connection.baseUrl}`;
    const { history } = done;
    const samples = samplesOf(done.results, { history, self, inventor, source, date });
    if (options.samples === samplesFolder) rmSync(samplesFolder, { recursive: true, force: true });
    writeSamples(options.samples, samples);
    if (options.json)
      console.log(JSON.stringify({ source, date, counts, facts: rows }, undefined, 2));
    else console.log(`${tableOf(rows, process.stdout.columns ?? 100)}\n\n${summaryOf(rows)}`);
    aside(`${samples.size} samples of answers are in ${options.samples}.`);
  }
  if (done.left.size > 0) aside(printable(stillThere(done.left)));
  const interruptedBy = received();
  if (interruptedBy !== undefined) process.exitCode = 128 + constants.signals[interruptedBy];
  else if (counts.failed > 0 || done.left.size > 0) process.exitCode = 1;
  else if (counts.contradicted > 0) process.exitCode = 2;
}

/** Text from outside without what a terminal would obey, and without secrets. */
function printable(text: string): string {
  return redactSecrets(
    text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => (one === "\n" ? one : " ")),
  );
}

/** What a person should read of an error. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))
    return `${error.message}\nRun it with --help for the options.`;
  const isExpected = [Refused, UsageError, Unanswered, SettingsError].some(
    (kind) => error instanceof kind,
  );
  return isExpected ? error.message : (error.stack ?? error.message);
}

main().catch((error: unknown) => {
  aside(printable(messageOf(error)));
  process.exitCode = 1;
});
