/**
 * What a person sees in a terminal of 80 and of 160 columns, and what is said where the reader goes
 * away. Node can make no terminal, so each process is told that it has one.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixture, fixtureOwnerToken, fixtureTailnet } from "../engine/fixtures/fixture";
import { previewOf, step } from "../unit/a-preview";
import { as } from "./client";
import { run, runAsProcess, runUntilFirstRead, writePulumiStandIn } from "./run-command";

const commands = [
  "adopt",
  "audit",
  "comment",
  "doctor",
  "drift",
  "inventory",
  "reach",
  "review",
  "token",
];

const folder = mkdtempSync(join(tmpdir(), "tailscope-terminal-"));
const state = join(folder, "state.json");
const preview = join(folder, "preview.json");
const preload = join(folder, "terminal.cjs");
const PATH = writePulumiStandIn(folder);
const policy = resolve("examples/reach/policy.hujson");
let emulator: Emulator;

/** Each command that prints more than a line, with the credentials of a tailnet. */
const printing: readonly string[][] = [
  ["audit"],
  ["doctor"],
  ["drift", "--state", state],
  ["inventory", "--state", state],
  ["reach", "--state", state, "--policy", policy],
  ["review", preview],
  ["review", preview, "--explain", "deploy"],
];

beforeAll(async () => {
  emulator = await startEmulator({
    data: fixtureTailnet(folder),
    strictness: { userTokensList: "all", logsUpdates: true },
  });
  writeFileSync(state, fixture("state-0.1.0.json"));
  const trust = { issuer: "https://token.actions.githubusercontent.com", scopes: ["policy_file"] };
  const subject = (ref: string) => `repo:acme/infrastructure:ref:refs/heads/${ref}`;
  const before = { ...trust, subject: subject("main") };
  const after = { ...trust, subject: subject("*") };
  writeFileSync(preview, previewOf(step("update", "FederatedIdentity", "deploy", before, after)));
  writeFileSync(
    preload,
    `for (const stream of [process.stdout, process.stderr])
       Object.defineProperties(stream, {
         isTTY: { value: true },
         columns: { value: Number(process.env.OF_A_TEST_COLUMNS) },
       });`,
  );
  const api = as(emulator, fixtureOwnerToken);
  const description = "deploys the cluster in Frankfurt for the team of Ada";
  for (const scopes of [["dns"], ["dns", "devices:core", "users:read", "policy_file", "webhooks"]])
    await api("POST", "/keys", { keyType: "client", scopes, description });
  await api("POST", "/keys", {
    keyType: "federated",
    scopes: ["dns"],
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/infrastructure-of-everything:environment:production",
    description,
  });
});

afterAll(async () => {
  await emulator[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const asOwner = () => ({
  PATH,
  TAILSCALE_BASE_URL: emulator.url,
  TAILSCALE_API_KEY: fixtureOwnerToken,
});

/** What a terminal shows of it, without the colours. */
async function inTerminal(args: readonly string[], columns: number) {
  const { stdout, ...rest } = await runAsProcess(args, {
    ...asOwner(),
    NODE_OPTIONS: `--require ${JSON.stringify(preload)}`,
    OF_A_TEST_COLUMNS: String(columns),
  });
  return { ...rest, stdout: stripVTControlCharacters(stdout) };
}

test("the list of tested commands is complete", async () => {
  const { stdout } = await run(["--help"], {});
  const names = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[|\S).* {2}/gm)].map(([, name]) => name);
  expect(names.filter((name) => name !== "help").sort()).toEqual(commands);
});

test.each(commands.flatMap((name) => [80, 160].map((columns) => [name, columns] as const)))(
  "the help of %s breaks between words at %i columns",
  async (name, columns) => {
    const { stdout, code } = await inTerminal([name, "--help"], columns);
    expect(code).toBe(0);
    const narrow = stdout.split("\n");
    // Examples are to be copied.
    const tooWide = narrow.filter((line) => line.length > columns && !line.startsWith("  $ "));
    expect(tooWide).toEqual([]);
    const { stdout: wide } = await run([name, "--help"], {});
    const words = (text: string) => text.split(/\s+/).join(" ");
    expect(words(stdout)).toBe(words(wide));
  },
);

test.each(
  printing.map((args) => [args.filter((arg) => !arg.includes("/")).join(" "), args] as const),
)("%s fits 80 and 160 columns, with every id and time complete", async (_, args) => {
  const { stdout: whole } = await run(args, asOwner());
  const wholes = (text: string) =>
    [...text.matchAll(/\b(T\w+CNTRL-)?k\w+CNTRL\b|\b\d{4}-\d\d-\d\dT[\d:.]+Z/g)]
      .map(([found]) => found)
      .sort();
  for (const columns of [80, 160]) {
    const { stdout, stderr } = await inTerminal(args, columns);
    expect(stdout, stderr).not.toBe("");
    const tooWide = stdout.split("\n").filter((line) => line.length > columns);
    expect(tooWide).toEqual([]);
    expect(wholes(stdout)).toEqual(wholes(whole));
  }
});

test.each(
  [...commands.map((name) => [name, "--help"]), ...printing].map(
    (args) => [args.filter((arg) => !arg.includes("/")).join(" "), args] as const,
  ),
)("%s ends quietly if its output is closed", async (_, args) => {
  const { stderr, code } = await runUntilFirstRead(args, asOwner());
  expect(stderr).not.toMatch(/EPIPE|Error|at /);
  expect(code).toBe((await run(args, asOwner())).code);
});
