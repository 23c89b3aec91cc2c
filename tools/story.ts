/**
 * The story that `npm start` tells: a real Pulumi engine creates, changes, loses, recreates and
 * destroys the Tailscale credentials of `examples/quickstart`, against the emulator. It checks each
 * of its sentences, and stops at the first that is not true.
 */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import * as oauth from "oauth4webapi";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { runProcess } from "../harness/process.ts";
import { root } from "../harness/pulumi.ts";
import { chooseFasterStart } from "./set-up/faster.mjs";
import { createLocalBackend } from "./set-up/local-backend.mjs";

const help = `npm start [-- OPTIONS]

Runs examples/quickstart against an emulated tailnet, from \`pulumi up\` to \`pulumi destroy\`.

  --keep   stop after the first step, and print the environment in which you can continue by hand
  --help   print this help`;

/**
 * A folder with a copy of the quickstart, so that the story can edit its program, and the
 * environment to run Pulumi in.
 */
interface Stage {
  readonly emulator: Emulator;
  readonly program: string;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

interface Outputs {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly keyId: string;
}

async function main(): Promise<void> {
  const { keep, help: asked } = createOptions();
  if (asked) return console.log(help);

  const local = join(root, ".tailscope");
  mkdirSync(local, { recursive: true });
  // Below the root, so that the program finds the packages that it imports.
  const folder = mkdtempSync(join(local, "story-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "quickstart");
  cpSync(join(root, "examples", "quickstart"), program, {
    recursive: true,
    filter: (path) => !/node_modules|Pulumi\..+\.yaml/.test(path),
  });

  await using emulator = await startEmulator();
  const settings = {
    ...createLocalBackend(folder),
    ...chooseFasterStart(),
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
  };
  const stage = { emulator, program, settings };
  process.stdout.write(`\nTailscope against an emulated tailnet on ${emulator.url}\n`);

  await runPulumi(stage, ["stack", "init", "dev"], { quiet: true });
  const first = await create(stage);
  // Awaited here, because the emulator ends with this function.
  if (keep) return await goOnByHand(stage);
  await use(stage, first);
  await change(stage, first);
  await lose(stage, first);
  await lookBack(stage, first);
  await destroy(stage);
  const end = styleText("green", "That's the whole story.");
  process.stdout.write(`\n${end} To try it yourself, run: npm start -- --keep\n`);
}

function createOptions() {
  try {
    return parseArgs({
      options: { keep: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

async function create(stage: Stage): Promise<Outputs> {
  narrate(
    1,
    "`pulumi up` creates an OAuth client for CI, and an auth key for its machines.",
    "The new client creates the key itself, with its own token. The key has the client's tag.",
  );
  await runPulumi(stage, ["up", "--yes", "--skip-preview"]);
  const made = await readOutputs(stage);
  assert.equal(stage.emulator.control.activeCredentials().length, 2);
  return made;
}

async function use(stage: Stage, { clientId, clientSecret }: Outputs): Promise<void> {
  narrate(
    2,
    "A standard OAuth 2.0 library uses the client's ID and secret to get a short-lived token.",
    "The token can manage auth keys, because its scope is auth_keys. It cannot do anything else.",
  );
  const token = await takeToken(stage, clientId, clientSecret);
  tell(`token valid for ${token.expires_in} seconds, scope: ${token.scope}`);

  const keys = await ask(stage, token.access_token, "GET", "/tailnet/-/keys?all=true");
  const policy = await ask(stage, token.access_token, "GET", "/tailnet/-/acl");
  assert.deepEqual([keys.status, policy.status], [200, 403]);
}

async function change(stage: Stage, first: Outputs): Promise<void> {
  narrate(
    3,
    "The program adds a scope to the client, so that it can also read devices.",
    "`pulumi preview` shows an update in place, which keeps the client's ID and secret.",
  );
  const file = join(stage.program, "index.ts");
  const before = readFileSync(file, "utf8");
  const after = before.replace(
    'scopes: ["auth_keys"]',
    'scopes: ["auth_keys", "devices:core:read"]',
  );
  assert.notEqual(after, before);
  writeFileSync(file, after);
  await runPulumi(stage, ["preview", "--diff"]);
  await runPulumi(stage, ["up", "--yes", "--skip-preview"]);
  const now = await readOutputs(stage);
  assert.deepEqual(now, first);
  const token = await takeToken(stage, now.clientId, now.clientSecret);
  tell(`same ID, same secret; the scopes of a new token: ${token.scope}`);
  assert.equal(token.scope, "auth_keys devices:core:read");
}

async function lose(stage: Stage, first: Outputs): Promise<void> {
  narrate(
    4,
    "Somebody revokes the client outside of Pulumi.",
    "The next `pulumi up --refresh` notices that, and creates a new client.",
  );
  const { status } = await ask(
    stage,
    stage.emulator.roles["it-admin"],
    "DELETE",
    `/tailnet/-/keys/${first.clientId}`,
  );
  assert.equal(status, 200);
  await runPulumi(stage, ["up", "--yes", "--skip-preview", "--refresh"]);
  const now = await readOutputs(stage);
  assert.notEqual(now.clientId, first.clientId);
  assert.equal(now.keyId, first.keyId);
  await takeToken(stage, now.clientId, now.clientSecret);
  tell(`the new client ${now.clientId} works: it got a token`);
}

async function lookBack({ emulator }: Stage, first: Outputs): Promise<void> {
  narrate(5, "The audit log shows who did what, and when the client was used.");
  const query = new URLSearchParams({
    start: new Date(Date.now() - 600_000).toISOString(),
    end: new Date(Date.now() + 1000).toISOString(),
  });
  const response = await fetch(`${emulator.url}/api/v2/tailnet/-/logging/configuration?${query}`, {
    headers: { authorization: `Bearer ${emulator.apiKey}` },
  });
  // The emulator documents this form.
  const { logs } = (await response.json()) as { logs: readonly LogEntry[] };
  for (const { eventTime, actor, action, target } of logs) {
    tell(
      `${eventTime.slice(11, 19)}  ${(actor.loginName || `${actor.displayName} (${actor.id})`).padEnd(34)} ${action.padEnd(7)} ${target.name}`,
    );
  }
  assert.ok(
    logs.some(
      ({ action, actor }) => action === "REVOKE" && actor.loginName === "it-admin@example.com",
    ),
  );
  // Using a client creates a token, and the entry identifies the client only by its ID.
  assert.ok(
    logs.some(
      ({ target, actor }) => target.type === "OAUTH_ACCESS_TOKEN" && actor.id === first.clientId,
    ),
  );
}

interface LogEntry {
  readonly eventTime: string;
  readonly actor: {
    readonly id: string;
    readonly loginName?: string;
    readonly displayName?: string;
  };
  readonly action: string;
  readonly target: { readonly name: string; readonly type: string };
}

async function destroy(stage: Stage): Promise<void> {
  narrate(6, "`pulumi destroy` revokes everything that the program created.");
  await runPulumi(stage, ["destroy", "--yes", "--skip-preview"]);
  const left = stage.emulator.control.activeCredentials();
  assert.deepEqual(left, []);
  tell("active credentials left: 0");
}

async function goOnByHand({ emulator, program, settings }: Stage): Promise<void> {
  const lines = Object.entries({ ...settings, TAILSCOPE_OWNER_TOKEN: emulator.apiKey }).map(
    ([name, value]) => (value === undefined ? `  unset ${name}` : `  export ${name}='${value}'`),
  );
  process.stdout.write(`
Now it's your turn. The emulator runs until you press Ctrl-C here, which also removes the stack. In
another terminal, run:

  cd '${root.replace(/\/$/, "")}' && eval "$(npm run --silent env)"
${lines.join("\n")}
  cd '${program}'

  pulumi stack output --show-secrets
  $EDITOR index.ts && pulumi up
  curl -u "$TAILSCOPE_OWNER_TOKEN:" "$TAILSCALE_BASE_URL/api/v2/tailnet/-/keys?all=true"
`);
  await new Promise((ended) => {
    process.once("SIGINT", ended);
    process.once("SIGTERM", ended);
  });
}

function narrate(number: number, ...lines: readonly string[]): void {
  const [first, ...rest] = lines.map((line) => styleText("bold", line));
  process.stdout.write(
    `\n${styleText(["bold", "cyan"], `${number}/6`)}  ${first}\n${rest.map((line) => `     ${line}\n`).join("")}`,
  );
}

function tell(line: string): void {
  process.stdout.write(`     ${line}\n`);
}

/** Runs Pulumi in the program's folder and shows its output without empty lines. */
async function runPulumi(
  { program, settings }: Stage,
  args: readonly string[],
  { quiet = false } = {},
): Promise<string> {
  const all = [
    ...args,
    ...(["up", "preview", "destroy"].includes(args[0] ?? "") ? ["--suppress-progress"] : []),
    "--non-interactive",
    "--color",
    process.stdout.isTTY ? "always" : "never",
  ];
  if (!quiet) tell(styleText("dim", `$ pulumi ${args.join(" ")}`));
  let pending = "";
  const { code, stdout, stderr } = await runProcess("pulumi", all, {
    cwd: program,
    env: { ...process.env, ...settings },
    ...(!quiet && {
      onStdout(text: string) {
        const lines = (pending + text).split("\n");
        pending = lines.pop() ?? "";
        for (const line of lines) if (line.trim() !== "") tell(line);
      },
      onStderr: (text: string) => void process.stderr.write(text),
    }),
  });
  if (code === 0) return stdout;
  throw new Error(`pulumi ${args[0]} ended with ${code}\n${quiet ? stderr : ""}`);
}

async function readOutputs(stage: Stage): Promise<Outputs> {
  const { clientId, clientSecret, keyId } = JSON.parse(
    await runPulumi(stage, ["stack", "output", "--json", "--show-secrets"], { quiet: true }),
  ) as Outputs; // The program's exports.
  return { clientId, clientSecret, keyId };
}

/** The client-credentials grant, sent by oauth4webapi as to any server. */
async function takeToken(
  { emulator }: Stage,
  clientId: string,
  clientSecret: string,
): Promise<oauth.TokenEndpointResponse> {
  const server: oauth.AuthorizationServer = {
    issuer: emulator.url,
    token_endpoint: `${emulator.url}/api/v2/oauth/token`,
  };
  const client: oauth.Client = { client_id: clientId };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretPost(clientSecret),
    new URLSearchParams(),
    {
      [oauth.allowInsecureRequests]: true, // The emulator is on loopback.
    },
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}

/** Sends one request to the API, and prints the result in a line. */
async function ask(
  { emulator }: Stage,
  token: string,
  method: string,
  path: string,
): Promise<Response> {
  const response = await fetch(`${emulator.url}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  // The API's form of an error; a revocation is answered with null.
  const body = JSON.parse(await response.clone().text()) as { message?: string } | null;
  tell(`${method} ${path} → ${response.status}${body?.message ? ` ${body.message}` : ""}`);
  return response;
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
