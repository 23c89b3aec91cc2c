/** `tailscope-emulator` as a command, in a process of its own. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Emulator } from "tailscope-emulator";
import { afterEach, expect, test } from "vitest";
import { as, makeClient, takeToken } from "./client";

const command = fileURLToPath(new URL("../../emulator/dist/cli.js", import.meta.url));
const running: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  let stdout = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.includes("\n")) resolve(stdout.split("\n")[0] ?? "");
    });
    ended.then(({ code }) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  firstLine.catch(() => {});
  return { child, firstLine, ended };
}

/** Waits until it serves, and ends it. */
async function stopped({ child, firstLine, ended }: ReturnType<typeof start>): Promise<void> {
  await firstLine;
  child.kill("SIGTERM");
  await ended;
}

function dataFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-emulator-"));
  folders.push(folder);
  return join(folder, "tailnet.json");
}

test("--json prints one JSON object for any client on the first line, and SIGTERM ends the emulator cleanly", async () => {
  const { child, firstLine, ended } = start("--json", "--port", "0");
  const emulator = JSON.parse(await firstLine) as Emulator;
  expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(Object.keys(emulator.roles).sort()).toEqual([
    "admin",
    "auditor",
    "billing-admin",
    "it-admin",
    "member",
    "network-admin",
    "owner",
  ]);
  expect(emulator.apiKey).toBe(emulator.roles.owner);
  const { access_token, scope } = await takeToken(emulator, {
    id: emulator.clientId,
    key: emulator.clientSecret,
  });
  expect(scope).toBe("all");
  const { keys } = (await as(emulator, access_token)("GET", "/keys?all=true")).body;
  expect(keys.filter(({ userId }: { userId: string }) => userId !== "")).toHaveLength(8);
  expect((await as(emulator, emulator.roles.member)("GET", "/keys")).status).toBe(403);
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(/^\{.*\}\n$/),
  });
});

test("each start with fresh data creates new credentials", async () => {
  const [one, two] = [
    JSON.parse(await start("--json").firstLine),
    JSON.parse(await start("--json").firstLine),
  ];
  expect(one.apiKey).not.toBe(two.apiKey);
  expect(one.clientSecret).not.toBe(two.clientSecret);
});

test("with --data the tailnet survives a restart, even after SIGKILL, in a file that only its owner can read", async () => {
  const data = dataFile();
  const first = start("--json", "--data", data);
  const before = JSON.parse(await first.firstLine) as Emulator;
  const client = await makeClient(before, ["users:read"]);
  const { access_token } = await takeToken(before, client);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(statSync(data).mode & 0o077).toBe(0);
  expect(existsSync(`${data}.next`)).toBe(false);
  expect(readFileSync(data, "utf8"), "of what it handed out later it keeps the hash").not.toContain(
    client.key,
  );

  const after = JSON.parse(await start("--json", "--data", data).firstLine) as Emulator;
  expect(after).toMatchObject({
    tailnet: before.tailnet,
    apiKey: before.apiKey,
    clientSecret: before.clientSecret,
  });
  expect((await as(after, access_token)("GET", "/users")).status).toBe(200);
  expect((await takeToken(after, client)).scope).toBe("users:read");
});

test("with --data a file from before tokens had ids is read without its tokens", async () => {
  const data = dataFile();
  const first = start("--json", "--data", data);
  const before = JSON.parse(await first.firstLine) as Emulator;
  const client = await makeClient(before, ["users:read"]);
  const { access_token } = await takeToken(before, client);
  first.child.kill("SIGKILL");
  await first.ended;
  const state = JSON.parse(readFileSync(data, "utf8")) as { tokens: { id?: string }[] };
  for (const token of state.tokens) delete token.id;
  writeFileSync(data, JSON.stringify(state));

  const after = JSON.parse(await start("--json", "--data", data).firstLine) as Emulator;
  expect((await as(after, access_token)("GET", "/users")).status).toBe(401);
  const next = await takeToken(after, client);
  expect((await as(after, next.access_token)("GET", "/users")).status).toBe(200);
});

test("with --latency each answer takes at least that long", async () => {
  const emulator = JSON.parse(await start("--json", "--latency", "150").firstLine) as Emulator;
  const asked = performance.now();
  await as(emulator, emulator.apiKey)("GET", "/users");
  expect(performance.now() - asked).toBeGreaterThan(145);
});

test("--strictness sets the world of the switches, and overrides the environment", async () => {
  const world = async (...args: string[]) => {
    const { url, controlToken } = JSON.parse(await start("--json", ...args).firstLine) as Emulator;
    const headers = { authorization: `Bearer ${controlToken}` };
    const asked = await fetch(`${url}/control/unknowns`, { method: "POST", headers, body: "{}" });
    return ((await asked.json()) as { result: { hiddenKey: number } }).result.hiddenKey;
  };
  expect(await world("--strictness", "strict")).toBe(404);
  expect(await world("--strictness", "lenient")).toBe(403);
  expect(await world()).toBe(process.env["TAILSCOPE_EMULATOR_STRICTNESS"] === "strict" ? 404 : 403);
});

test("without --json the emulator prints the exports that a person needs", async () => {
  const { child, firstLine, ended } = start();
  expect(await firstLine).toMatch(/^Emulating a tailnet on http:\/\/127\.0\.0\.1:\d+ until Ctrl-C/);
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  for (const name of [
    "TAILSCALE_BASE_URL",
    "TAILSCALE_OAUTH_CLIENT_ID",
    "TAILSCALE_OAUTH_CLIENT_SECRET",
  ])
    expect(stdout).toContain(`export ${name}=`);
});

test.each([
  [["--host", "0.0.0.0"], "The emulator listens on loopback only"],
  [["--host", "192.168.1.10"], "The emulator listens on loopback only"],
  [["--port", "65536"], "Write a whole number from 0 to 65535"],
  [["--latency", "fast"], "Write a whole number from 0 to 600000"],
  [["--policy", "/nowhere.hujson"], "no such file"],
  [["--prot", "1"], "Did you mean --port?"],
  [["--strictness", "harsh"], "Allowed choices are lenient, strict"],
])("the command line %s is refused: %s", async (args, message) => {
  const { code, stdout, stderr } = await start(...args).ended;
  expect(code).not.toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test("--data follows no link when it reads or writes, and leaves the link's target unchanged", async () => {
  const file = dataFile();
  const others = join(file, "..", "tailnet-others.json");
  // Another's file of our kind, a link to nothing, and a folder.
  await stopped(start("--json", "--data", others));
  chmodSync(others, 0o644);
  const before = readFileSync(others, "utf8");
  const nothing = join(file, "..", "nothing.json");
  for (const target of [others, nothing]) {
    symlinkSync(target, file);
    const { code, stderr } = await start("--data", file).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `tailscope-emulator: ${file} is a symbolic link, which --data does not follow. Name the file itself.\n`,
    });
    rmSync(file);
  }
  expect(readFileSync(others, "utf8")).toBe(before);
  expect(statSync(others).mode & 0o777).toBe(0o644);
  expect(existsSync(nothing)).toBe(false);
  mkdirSync(file);
  expect((await start("--data", file).ended).stderr).toContain("is not a file.");
  execFileSync("mkfifo", [`${file}.pipe`]);
  expect((await start("--data", `${file}.pipe`).ended).stderr).toContain("is not a file.");
});

test("--data writes through a new file, whatever was put in its place, with a mode that no umask changes", async () => {
  const file = dataFile();
  const others = join(file, "..", "others.txt");
  writeFileSync(others, "another's", { mode: 0o644 });
  symlinkSync(others, `${file}.next`);
  for (const mask of [0, 0o777]) {
    const umask = process.umask(mask);
    try {
      await stopped(start("--json", "--data", file));
    } finally {
      process.umask(umask);
    }
    expect(readFileSync(others, "utf8")).toBe("another's");
    expect(lstatSync(file).isFile()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    rmSync(file);
  }
  await stopped(start("--json", "--data", file));
  // A file that others could read is theirs to read no longer.
  chmodSync(file, 0o666);
  await stopped(start("--json", "--data", file));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // Where a link takes the file's place in a run, the next write takes the link's.
  const { child, firstLine, ended } = start("--json", "--data", file);
  const emulator = JSON.parse(await firstLine) as Emulator;
  rmSync(file);
  symlinkSync(others, file);
  await makeClient(emulator, ["dns"]);
  expect(lstatSync(file).isFile()).toBe(true);
  expect(readFileSync(others, "utf8")).toBe("another's");
  child.kill("SIGTERM");
  await ended;
});

test("a port in use, a data file of another kind and an invalid policy file are refused", async () => {
  const { url } = JSON.parse(await start("--json").firstLine) as Emulator;
  const port = new URL(url).port;
  expect((await start("--port", port).ended).stderr).toContain(
    `Port ${port} is in use: name another with --port`,
  );

  const file = dataFile();
  writeFileSync(file, '{"version":99}');
  expect((await start("--data", file).ended).stderr).toContain(
    "is not a data file of this emulator",
  );
  writeFileSync(file, '{ "tagOwners": [] }');
  expect((await start("--policy", file).ended).stderr).toContain(
    "the policy file is not valid: tagOwners",
  );
});
