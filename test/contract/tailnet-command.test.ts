/** `npm run test:tailnet` as a process: what it refuses, prints, writes and cleans up. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, describe, expect, test, vi } from "vitest";
import { compileCache } from "../../harness/quick-start.ts";
import { keepEvidence } from "../evidence";
import type { Ask } from "../tailnet/wire.ts";
import { ask } from "./ask";
import { differences, differently } from "./differences";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(root, "node_modules", "node", "bin", "node");
const program = join(root, "test", "tailnet", "main.ts");

// Each run is some 400 requests, and a test has up to three runs.
vi.setConfig({ testTimeout: 120_000 });

/** An emulator in one of the worlds, without the time for which new clients do not work. */
async function startWorld(strictness: "lenient" | "strict"): Promise<Emulator> {
  const emulator = await startEmulator({ strictness });
  emulator.control.setUnknowns({ freshClientMilliseconds: 0 });
  return emulator;
}

const samples = mkdtempSync(join(tmpdir(), "tailscope-samples-"));
afterAll(() => rmSync(samples, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function start(environment: Readonly<Record<string, string>>, args: readonly string[]): Started {
  const { PATH, HOME } = process.env;
  const child = spawn(node, [program, "--wait", "1", "--samples", samples, ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      keepEvidence("commands", texts.stdout + texts.stderr);
      resolve({ code, signal, ...texts });
    });
  });
  return { child, ended };
}

const asOwner = ({ url, apiKey }: Emulator) => ({
  TAILSCALE_BASE_URL: url,
  TAILSCALE_API_KEY: apiKey,
});

const asClient = ({ url, clientId, clientSecret }: Emulator) => ({
  TAILSCALE_BASE_URL: url,
  TAILSCALE_OAUTH_CLIENT_ID: clientId,
  TAILSCALE_OAUTH_CLIENT_SECRET: clientSecret,
});

const command = (environment: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  start(environment, args).ended;

const named = ["--yes-this-tailnet", "example.com"];

/** Stands in front of an emulator; `ask` is how it is asked. */
async function startProxy(
  emulator: Emulator,
  ask: Ask,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { host: _, "content-length": __, connection: ___, ...headers } = request.headers;
    const got = await ask(`${emulator.url}${request.url}`, {
      method: request.method as "GET", // Or another of those that are sent.
      headers: headers as Record<string, string>, // None of those that are sent comes twice.
      ...(body !== "" && { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined);
    if (got === undefined) return response.destroy();
    const { "content-length": length, ...answered } = Object.fromEntries(got.headers);
    response.writeHead(got.status, answered).end(await got.text());
    return length;
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const isCreate = (address: string, method: string) =>
  method === "POST" && address.endsWith("/keys");

test("a tailnet that is in use is refused, and only reads were sent", async () => {
  await using emulator = await startWorld("lenient");
  const { code, stdout, stderr } = await command(asOwner(emulator), "--write");
  expect(stderr).toMatch(/^This tailnet does not look like a throwaway, so nothing was tried:$/m);
  expect(stderr).toContain("--yes-this-tailnet NAME");
  expect([code, stdout]).toEqual([1, ""]);
  expect(emulator.control.takeRequests().filter(({ method }) => method !== "GET")).toEqual([]);
});

test("without --write the run changes nothing, and says what it could not check", async () => {
  await using emulator = await startWorld("lenient");
  emulator.control.takeRequests();
  const { code, stdout } = await command(asOwner(emulator), ...named);
  expect(code).toBe(0);
  const harmless = /^(GET .*|POST \/oauth\/token(-exchange)?|POST \/tailnet\/-\/acl\/validate)$/;
  for (const { method, path } of emulator.control.takeRequests())
    expect(`${method} ${path}`).toMatch(harmless);
  expect(stdout).toMatch(/^confirmed +bad-secret-is-401 +A wrong client secret/m);
  expect(stdout).toMatch(
    /^not testable +put-keeps-the-secret .*\n +it makes credentials for this/m,
  );
  expect(stdout).toMatch(/^answered +wrong-tailnet-status .*\n(.*\n)? +unknown until now → 403/m);
  expect(stdout).toMatch(/evidence: .*ansible-tailscale-admin.*\(2026-09-28\)/);
  expect(stdout).toMatch(/^\d+ confirmed, 0 contradicted, \d+ answered, \d+ not testable here$/m);
});

test.each(["lenient", "strict"] as const)(
  "in the %s world --write checks everything and leaves nothing, --json has the results, and no secret, id or name of the tailnet is printed or is in a sample",
  async (strictness) => {
    await using emulator = await startWorld(strictness);
    const { code, stdout, stderr } = await command(
      asOwner(emulator),
      ...named,
      "--write",
      "--json",
    );
    const report = JSON.parse(stdout) as {
      counts: Record<string, number>;
      facts: { id: string; outcome: string; evidence: object[]; details: string[] }[];
    };
    expect(code).toBe(0);
    expect(report.counts).toMatchObject({ contradicted: 0, failed: 0 });
    expect(report.facts.find(({ id }) => id === "own-key-is-readable")).toMatchObject({
      outcome: "confirmed",
      evidence: expect.arrayContaining([expect.objectContaining({ url: expect.any(String) })]),
    });
    expect(emulator.control.activeCredentials()).toEqual([]);

    const details = report.facts.flatMap((fact) => fact.details).join("\n");
    const files = readdirSync(samples).map((file) => readFileSync(join(samples, file), "utf8"));
    expect(files.length).toBeGreaterThan(50);
    for (const text of [details, stderr, ...files]) {
      const secrets = text.match(/tskey-[a-z]+-(?!\[secret\])\S*/g) ?? [];
      const ids = text.match(/\b[kTu]\w+CNTRL\b/g)?.filter((id) => !id.includes("Invented"));
      expect([...secrets, ...(ids ?? [])]).toEqual([]);
    }
  },
);

test("a contradicted fact is shown with the answer, without secrets, and the run exits with 2", async () => {
  await using emulator = await startWorld("lenient");
  const ask = differently(differences["secret-is-shown-once"]);
  await using proxy = await startProxy(emulator, ask);
  const environment = { ...asOwner(emulator), TAILSCALE_BASE_URL: proxy.url };
  const { code, stdout } = await command(environment, ...named, "--write");
  expect(stdout).toMatch(/^contradicted +secret-is-shown-once +Only the answer/m);
  expect(stdout).toMatch(/^ +GET \/tailnet\/-\/keys\/kInvented\w+: 200\s+\{"id":"kInvented/m);
  expect(stdout).toContain('"key":"tskey-client-[secret]"');
  expect(code).toBe(2);
});

describe("what it made is removed", () => {
  /** Kills the command with `signal` once `isReached` says so of a create that went through. */
  async function interrupted(
    emulator: Emulator,
    signal: NodeJS.Signals,
    isReached: (creates: number, description: string) => boolean,
  ): Promise<Ended> {
    let creates = 0;
    let started: Started | undefined;
    await using proxy = await startProxy(emulator, async (input, init) => {
      const got = await ask(input, init);
      if (!isCreate(input, init.method) || got.status !== 200) return got;
      creates++;
      const { description } = JSON.parse(String(init.body)) as { description: string };
      if (!isReached(creates, description)) return got;
      started?.child.kill(signal);
      // It never hears of this one where it is killed at once.
      if (signal === "SIGKILL") await started?.ended;
      return got;
    });
    const environment = { ...asOwner(emulator), TAILSCALE_BASE_URL: proxy.url };
    started = start(environment, [...named, "--write"]);
    return await started.ended;
  }

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "what a run created is removed after a failure at %s",
    async (signal) => {
      await using emulator = await startWorld("lenient");
      const { code, stdout, stderr } = await interrupted(emulator, signal, (n) => n === 20);
      expect(stderr).toContain("Removing what was made");
      expect([code, stdout]).toEqual([{ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal], ""]);
      expect(emulator.control.activeCredentials()).toEqual([]);
    },
  );

  test.each([
    ["the first credential", 1],
    ["the fortieth", 40],
  ])("what a run created is removed by the next run if it was killed at %s", async (_, reached) => {
    await using emulator = await startWorld("lenient");
    const { signal } = await interrupted(emulator, "SIGKILL", (n) => n === reached);
    expect(signal).toBe("SIGKILL");
    const { length } = emulator.control.activeCredentials();
    expect(length).toBeGreaterThan(0);

    const look = await command(asOwner(emulator), ...named);
    expect(look.stderr).toContain(`An earlier run left ${length} credential`);
    expect(emulator.control.activeCredentials()).toHaveLength(length);

    const { code, stderr } = await command(asOwner(emulator), ...named, "--write");
    expect(stderr).toMatch(/^Removed \d+ credentials? that an earlier run left\.$/m);
    expect(code).toBe(0);
    expect(emulator.control.activeCredentials()).toEqual([]);
  });

  test("what a client created and a user's token does not list is removed by the next run", async () => {
    await using emulator = await startWorld("strict");
    let seen = 0;
    await interrupted(emulator, "SIGKILL", (_, description) => {
      if (description.endsWith("user-token-list")) seen++;
      return seen === 3;
    });
    const left = emulator.control.activeCredentials();
    expect(left.filter(({ userId }) => userId === "")).toHaveLength(1);
    const { code } = await command(asOwner(emulator), ...named, "--write");
    expect(code).toBe(0);
    expect(emulator.control.activeCredentials()).toEqual([]);
  });

  test("what cannot be removed is named, with the API's message", async () => {
    await using emulator = await startWorld("lenient");
    let deletions = 0;
    await using proxy = await startProxy(emulator, async (input, init) => {
      if (init.method !== "DELETE" || ++deletions <= 10) return ask(input, init);
      return Response.json({ message: "not today" }, { status: 403 });
    });
    const environment = { ...asOwner(emulator), TAILSCALE_BASE_URL: proxy.url };
    const { code, stderr } = await command(environment, ...named, "--write");
    const left = emulator.control.activeCredentials();
    expect(left.length).toBeGreaterThan(10);
    for (const { id } of left) expect(stderr).toContain(`${id} (403 not today)`);
    expect(stderr).toContain("Revoke them in the console");
    expect(code).toBe(1);
  });

  test("a run creates nothing more if it cannot remove what it created", async () => {
    await using emulator = await startWorld("lenient");
    await using proxy = await startProxy(emulator, async (input, init) => {
      if (init.method !== "DELETE") return ask(input, init);
      return Response.json({ message: "not today" }, { status: 403 });
    });
    const environment = { ...asOwner(emulator), TAILSCALE_BASE_URL: proxy.url };
    const { code, stderr } = await command(environment, ...named, "--write");
    const [only, ...others] = emulator.control.activeCredentials();
    expect(others).toEqual([]);
    expect(stderr).toContain("Nothing was tried, because it could not be removed.");
    expect(stderr).toContain(`Could not be removed: ${only?.id} (403 not today).`);
    expect(code).toBe(1);
  });
});

test.each([
  [["--wat"], /Unknown option '--wat'/],
  [["--wait", "soon"], /--wait: write a whole number of seconds/],
  [["here"], /Unexpected argument 'here'/],
])("the command line %j is refused with what is right", async (args, message) => {
  const { code, stderr } = await command({ TAILSCALE_API_KEY: "tskey-api-kX-y" }, ...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
});

test.each([
  ["no credential", {}, /No credentials for Tailscale/],
  [
    "an address that is neither https nor loopback",
    { TAILSCALE_API_KEY: "tskey-api-kX-y", TAILSCALE_BASE_URL: "http://api.example.com" },
    /neither https nor loopback/,
  ],
  [
    "an identity token",
    { TAILSCALE_OAUTH_CLIENT_ID: "kX", TAILSCALE_IDENTITY_TOKEN: "x" },
    /An identity token cannot be used here/,
  ],
])("%s is refused before anything is sent", async (_, environment, message) => {
  const { code, stderr } = await command(environment);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
});

test("a credential that the API does not accept is reported as such", async () => {
  await using emulator = await startWorld("lenient");
  const environment = {
    ...asClient(emulator),
    TAILSCALE_OAUTH_CLIENT_SECRET: `tskey-client-${emulator.clientId}-wrong`,
  };
  const { code, stderr } = await command(environment);
  expect(stderr).toContain("the OAuth client gets no token: API token invalid");
  expect(code).toBe(1);
});

test("npm run test:tailnet needs no Pulumi CLI, and passes its options on", async () => {
  const tools = mkdtempSync(join(tmpdir(), "tailscope-tools-"));
  // Node and a shell, and nothing else: neither Pulumi nor Go, wherever this machine has them.
  symlinkSync(process.execPath, join(tools, "node"));
  symlinkSync("/bin/sh", join(tools, "sh"));
  try {
    const launcher = join(root, "tools", "tailnet.mjs");
    const started = spawn(process.execPath, [launcher, "--help"], {
      env: { HOME: tools, PATH: tools },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    for await (const chunk of started.stdout) stdout += chunk;
    expect(stdout).toMatch(/^npm run test:tailnet -- \[OPTIONS\]$/m);
    for (const option of ["write", "yes-this-tailnet", "wait", "samples", "json"])
      expect(stdout).toContain(`--${option}`);
  } finally {
    rmSync(tools, { recursive: true, force: true });
  }
});
