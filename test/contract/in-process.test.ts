/**
 * The command in this process is the command in a process of its own: each command gives the same
 * either way, and a run sees nothing of the run before.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parse } from "acorn";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandLine, runInThisProcess } from "../../harness/in-process.ts";
import { root } from "../../harness/pulumi.ts";
import { fixture, fixtureOwnerToken, fixtureTailnet } from "../engine/fixtures/fixture";
import { company } from "../reach/a-company";
import { previewOf, step } from "../unit/a-preview";
import { type Platform, startPlatform } from "./platform";
import { run, runAsProcess, writePulumiStandIn } from "./run-command";

const folders: string[] = [];
let emulator: Emulator;
/** Its audit log, where each token leaves an entry, is shown by no case. */
let another: Emulator;
let platform: Platform;
let path: string;

beforeAll(async () => {
  emulator = await startEmulator({
    data: fixtureTailnet(makeFolder()),
    strictness: { userTokensList: "all", logsUpdates: true },
  });
  const { deployment } = JSON.parse(fixture("state-0.1.0.json")) as {
    deployment: { resources: { urn: string; id: string }[] };
  };
  const ci = deployment.resources.find(({ urn }) => urn.endsWith("OAuthClient::ci"));
  emulator.control.change(ci?.id ?? "", { scopes: ["users"] });
  another = await startEmulator();
  path = writePulumiStandIn(makeFolder());
  platform = await startPlatform("gitlab", "of-this-job-0123456789");
  // It is there already, so that every run says the same.
  platform.notes.push({ id: 1, author: "project-bot", body: review });
});

afterAll(async () => {
  await Promise.all([emulator.close(), another.close()]);
  await platform[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const review = "<!-- tailscope review -->\n### none\n";

const preview = previewOf(
  step("create", "OAuthClient", "ci", undefined, { scopes: ["auth_keys"], tags: ["tag:ci"] }),
);

/** A folder with the files that the command lines below name, and no Pulumi project. */
function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tailscope-in-process-")));
  folders.push(folder);
  writeFileSync(join(folder, "state.json"), fixture("state-0.1.0.json"));
  writeFileSync(join(folder, "policy.hujson"), company);
  writeFileSync(join(folder, "review.md"), review);
  writeFileSync(join(folder, "preview.json"), preview);
  return folder;
}

const asOwner = () => ({
  PATH: path,
  TAILSCALE_BASE_URL: emulator.url,
  TAILSCALE_API_KEY: fixtureOwnerToken,
});

const asClient = () => ({
  TAILSCALE_BASE_URL: another.url,
  TAILSCALE_OAUTH_CLIENT_ID: another.clientId,
  TAILSCALE_OAUTH_CLIENT_SECRET: another.clientSecret,
});

const inJob = () => ({
  GITLAB_CI: "true",
  CI_API_V4_URL: platform.url,
  CI_PROJECT_ID: "42",
  CI_MERGE_REQUEST_IID: "7",
  GITLAB_TOKEN: "of-this-job-0123456789",
});

interface Case {
  readonly args: readonly string[];
  readonly environment?: (() => Record<string, string>) | undefined;
  readonly input?: string | undefined;
  readonly code: number;
}

/** Each command as it works and as it fails, with every exit code. */
const cases: readonly Case[] = [
  { args: ["adopt", "--all", "--out", "adopted"], environment: asOwner, code: 0 },
  { args: ["adopt", "--out", "adopted"], environment: asOwner, code: 1 },
  { args: ["audit", "--json"], environment: asOwner, code: 0 },
  { args: ["audit", "../x"], environment: asOwner, code: 1 },
  { args: ["comment", "review.md"], environment: inJob, code: 0 },
  { args: ["comment", "policy.hujson"], environment: inJob, code: 1 },
  { args: ["doctor", "--for", "drift"], environment: asOwner, code: 0 },
  { args: ["doctor", "--json"], environment: () => ({ PATH: path }), code: 1 },
  { args: ["drift", "--state", "state.json"], environment: asOwner, code: 2 },
  { args: ["drift", "--state", "-", "-"], environment: asOwner, input: "{}", code: 1 },
  { args: ["inventory", "--state", "state.json", "--json"], environment: asOwner, code: 0 },
  { args: ["inventory"], code: 1 },
  { args: ["reach", "--policy", "policy.hujson", "--preview", "preview.json"], code: 0 },
  { args: ["reach", "--policy", "nowhere.hujson", "--devices"], environment: asOwner, code: 1 },
  { args: ["review"], input: preview, code: 0 },
  { args: ["review", "--fail-on", "any", "--format", "markdown"], input: preview, code: 2 },
  { args: ["review"], code: 1 },
  { args: ["token", "--scope", "dns:read"], environment: asClient, code: 0 },
  { args: ["token", "--scope", "dns:read"], environment: asOwner, code: 1 },
  { args: ["--help"], code: 0 },
  { args: ["--version"], code: 0 },
  { args: ["help", "reach"], code: 0 },
  { args: ["remove"], code: 1 },
  { args: ["drift", "--sate", "state.json"], code: 1 },
];

const start = ({ args, environment, input }: Omit<Case, "code">, by = run) =>
  by(args, environment?.() ?? {}, input, makeFolder());

/** Without what differs between two runs: a token, the folder, how far two clocks are apart. */
function withoutChance<Said extends { readonly stdout: string }>(said: Said): Said {
  const stdout = said.stdout
    .replace(/tskey-api-\S+/, "[token]")
    .replace(/-?\d+ s\b/, "[time]")
    .replace(/tailscope-in-process-\w+/, "[folder]");
  return { ...said, stdout };
}

describe("the same as in a process of its own", () => {
  test.each(cases)(
    "tailscope $args exits $code in this process as in its own",
    async ({ args, environment, input, code }) => {
      const here = await start({ args, environment, input });
      const there = await start({ args, environment, input }, runAsProcess);
      expect(withoutChance(here)).toEqual(withoutChance(there));
      expect(here.code).toBe(code);
      expect(here.stdout + here.stderr).not.toBe("");
    },
  );

  test("a run in this process is the same whatever runs before it or waits for it", async () => {
    const alone = [];
    for (const one of cases) alone.push(await start(one));
    const together = await Promise.all(cases.toReversed().map((one) => start(one)));
    expect(together.toReversed().map(withoutChance)).toEqual(alone.map(withoutChance));
  });
});

describe("a run", () => {
  /** What a command can see of this process. */
  const look = async () => ({
    argv: process.argv.slice(2),
    env: { ...process.env },
    cwd: process.cwd(),
    exitCode: process.exitCode,
    input: await text(process.stdin),
    isTerminal: [process.stdin, process.stdout, process.stderr].map(({ isTTY }) => isTTY),
  });

  const looking: CommandLine = async () => console.log(JSON.stringify(await look()));

  /** Changes all that it can. */
  const changing: CommandLine = async () => {
    process.env["TAILSCALE_API_KEY"] = "of another run";
    delete process.env["PATH"];
    process.argv.push("--more");
    process.exitCode = 2;
    process.chdir("/");
    process.stdout.write("of another run");
    process.stderr.write("of another run");
    process.stdout.on("error", () => {});
  };

  test("a run sees its own arguments, environment, folder and input, and nothing of the previous run", async () => {
    const cwd = makeFolder();
    const given = { env: { PATH: "/nowhere" }, cwd, input: "input" };
    await runInThisProcess(["one"], { ...given, input: "unread" }, changing);
    const { code, stdout, stderr, text } = await runInThisProcess(["two"], given, looking);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(text).toBe(stdout);
    const ofEmulator = Object.entries(process.env).filter(([name]) =>
      name.startsWith("TAILSCOPE_EMULATOR_"),
    );
    expect(JSON.parse(stdout)).toEqual({
      argv: ["two"],
      env: { PATH: "/nowhere", ...Object.fromEntries(ofEmulator) },
      cwd,
      input: "input",
      isTerminal: [null, null, null],
    });
  });

  test("a run begins without an exit code, whatever this process has", async () => {
    const own = process.exitCode;
    process.exitCode = 3;
    try {
      expect((await runInThisProcess([], { env: {} }, async () => {})).code).toBe(0);
      expect(process.exitCode).toBe(3);
    } finally {
      process.exitCode = own;
    }
  });

  test.each<[string, CommandLine]>([
    ["it changes everything", changing],
    ["it throws", () => changing([]).then(() => Promise.reject(new Error("thrown")))],
  ])("a run leaves this process unchanged if %s", async (_, commandLine) => {
    const see = () => ({
      argv: [...process.argv],
      env: { ...process.env },
      cwd: process.cwd(),
      exitCode: process.exitCode,
      streams: [process.stdin, process.stdout, process.stderr, console],
      listeners: process.stdout.listenerCount("error"),
    });
    const before = see();
    await runInThisProcess([], { env: {}, cwd: makeFolder() }, commandLine).catch(() => {});
    const after = see();
    expect(after).toEqual(before);
    for (const [at, stream] of before.streams.entries()) expect(after.streams[at]).toBe(stream);
  });

  test("a run ends with the child processes that it started, as a process does", async () => {
    const leaving: CommandLine = async () => {
      const child = spawn("/bin/sh", ["-c", "read line; echo $line"], {
        stdio: ["pipe", "pipe", "ignore"],
      });
      child.stdout.on("data", (said) => process.stdout.write(said));
      child.stdin.end("of the child\n");
    };
    const ended = await runInThisProcess([], { env: {} }, leaving);
    expect(ended).toMatchObject({ code: 0, stdout: "of the child\n" });
  });

  test("a run ends with the requests that it sent, as a process does", async () => {
    let isAnswered = false;
    const server = createServer((_, response) => {
      setImmediate(() => {
        isAnswered = true;
        response.end();
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // It listens on a port.
    try {
      const leaving: CommandLine = async () => void fetch(`http://127.0.0.1:${port}`);
      await runInThisProcess([], { env: {} }, leaving);
      expect(isAnswered).toBe(true);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("a run with a setting that Node reads when it starts is refused", async () => {
    await expect(runInThisProcess([], { env: { NODE_EXTRA_CA_CERTS: "x" } })).rejects.toThrow(
      "Node reads NODE_EXTRA_CA_CERTS when it starts: run a process of its own.",
    );
  });

  test("a run that leaves a listener is refused", async () => {
    const listener = () => {};
    const listening: CommandLine = async () => {
      process.on("SIGUSR2", listener);
    };
    try {
      await expect(runInThisProcess(["x"], { env: {} }, listening)).rejects.toThrow(
        "tailscope x left listeners: SIGUSR2 0.",
      );
    } finally {
      process.off("SIGUSR2", listener);
    }
  });
});

/** A node of a syntax tree, with the parts that are looked at here. */
interface Node {
  readonly type: string;
  readonly kind?: string;
  readonly name?: string;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly id?: Node;
  readonly init?: Node | null;
}

const isFunction = ({ type }: Node) => type.includes("Function");

/** The nodes below a value; those that `isLeftOut` are not entered. */
function* listNodes(value: unknown, isLeftOut = (_: Node) => false): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* listNodes(one, isLeftOut);
  else if (typeof value === "object" && value !== null && "type" in value) {
    const node = value as Node; // In acorn's trees nothing else has a type.
    if (isLeftOut(node)) return;
    yield node;
    for (const part of Object.values(value)) yield* listNodes(part, isLeftOut);
  }
}

const changesCollection = /^(add|clear|delete|pop|push|reverse|set|shift|sort|splice|unshift)$/;

/** What a file reads of the process while it is loaded, and what it keeps and changes later. */
function listShared(code: string): string[] {
  const { body } = parse(code, { ecmaVersion: "latest" });
  const loaded = [...listNodes(body, isFunction)];
  const reads = loaded.filter((node) => node.object?.name === "process");
  const variables = loaded.filter(({ kind }) => kind === "let");
  // A weak map belongs to its keys, which belong to a run.
  const constants = loaded.flatMap(({ type, id, init }) =>
    type === "VariableDeclarator" && !init?.callee?.name?.startsWith("Weak") ? [id?.name] : [],
  );
  const changed = [...listNodes(body)].filter(
    ({ callee }) =>
      changesCollection.test(callee?.property?.name ?? "") &&
      (constants.includes(callee?.object?.name) || callee?.object?.object?.name === "exports"),
  );
  return [
    ...reads.map(({ property }) => `process.${property?.name}`),
    ...variables.map(() => "let"),
    ...changed.map(({ callee }) => `${callee?.object?.name}.${callee?.property?.name}`),
  ];
}

test.each([
  ["let found = false;", ["let"]],
  ["const seen = new Set(); exports.see = (one) => seen.add(one);", ["seen.add"]],
  ["const names = []; function name(one) { names.push(one); }", ["names.push"]],
  ["const folder = process.cwd();", ["process.cwd"]],
  ["const names = [1]; const seen = () => { let one = new Set(); one.add(process.argv); };", []],
  ["const lengths = new WeakMap(); exports.keep = (one) => lengths.set(one, one.length);", []],
])("a file with %s shares %j with the next run", (code, shared) => {
  expect(listShared(code)).toEqual(shared);
});

test("no file that a command loads keeps what it could show to the next run", async () => {
  for (const one of cases) await start(one);
  const dist = join(root, "provider", "dist");
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) =>
    file.startsWith(dist),
  );
  for (const one of ["state/drift.js", "api/http.js", "reach/spread.js", "pull-request/gitlab.js"])
    expect(loaded).toContain(join(dist, one));
  for (const file of loaded) expect(listShared(readFileSync(file, "utf8")), file).toEqual([]);
});
