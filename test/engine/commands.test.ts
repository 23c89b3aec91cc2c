import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { quickStart } from "../../harness/quick-start";

const root = fileURLToPath(new URL("../..", import.meta.url));

const quick: NodeJS.ProcessEnv = { ...process.env, ...quickStart };

/** A command of the repository as a person runs it; `onText` may end it early. */
function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = quick,
  onText?: (text: string, end: () => void) => void,
) {
  return new Promise<{ code: number | null; stdout: string; text: string }>((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      text += chunk;
      onText?.(text, () => child.kill("SIGTERM"));
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, text }));
  });
}

test("npm start shows the tour in six steps and leaves no active credential", async () => {
  const { code, text } = await run("node", ["tools/start.mjs"]);
  expect(code, text).toBe(0);
  for (let step = 1; step <= 6; step++) expect(text).toContain(`\n${step}/6  `);
  expect(text).toContain(
    "→ 403 calling actor does not have enough permissions to perform this function",
  );
  expect(text).toContain('+ [1]: "devices:core:read"');
  expect(text).toContain("active credentials left: 0");
  expect(text).not.toMatch(/tskey-[a-z]+-k/);
});

test("npm start -- --keep stops after the first step and prints an environment to continue with", async () => {
  let checked: Promise<Response> | undefined;
  const { code, text } = await run("node", ["tools/start.mjs", "--keep"], quick, (text, end) => {
    const value = (name: string) => new RegExp(`export ${name}='([^']+)'`).exec(text)?.[1] ?? "";
    if (checked !== undefined || !text.includes("keys?all=true")) return;
    const authorization = `Bearer ${value("TAILSCOPE_OWNER_TOKEN")}`;
    checked = fetch(`${value("TAILSCALE_BASE_URL")}/api/v2/tailnet/-/keys?all=true`, {
      headers: { authorization },
    });
    checked.then(end, end);
  });
  expect(code, text).toBe(0);
  expect(text).not.toContain("2/6");
  expect((await checked)?.status).toBe(200);
  for (const name of [
    "TAILSCALE_OAUTH_CLIENT_ID",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
  ])
    expect(text).toContain(`export ${name}=`);
});

test("npm start refuses an unknown option and lists the valid ones", async () => {
  const { code, text } = await run("node", ["tools/start.mjs", "--kepe"]);
  expect(code).toBe(1);
  expect(text).toContain("--kepe");
  expect(text).toContain("--keep   stop after the first step");
});

test.each(["start", "test"])(
  "npm %s fails with the reason and a remedy if no Pulumi CLI is available",
  async (command) => {
    const tools = mkdtempSync(join(tmpdir(), "tailscope-tools-"));
    // Node and a shell, and nothing else: neither Pulumi nor Go, wherever this machine has them.
    symlinkSync(process.execPath, join(tools, "node"));
    symlinkSync("/bin/sh", join(tools, "sh"));
    try {
      const env = { HOME: tools, PATH: tools, TAILSCOPE_PULUMI_MIRROR: "http://127.0.0.1:1" };
      const { code, stdout, text } = await run("node", [`tools/${command}.mjs`], env);
      expect(code).toBe(1);
      expect(stdout).toBe("");
      expect(text).toContain("Set-up stopped at: getting the Pulumi CLI");
      expect(text).toContain("Reason: the download http://127.0.0.1:1/pulumi-v");
      expect(text).toContain("there is no Go on PATH to build it with");
      expect(text).toContain("What to do: install Pulumi 3.254.0 or later");
    } finally {
      rmSync(tools, { recursive: true, force: true });
    }
  },
);

test("npm run pulumi works inside an example, with this checkout's passphrase in every terminal", async () => {
  const example = join(root, "examples", "quickstart");
  const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "of another terminal" };
  for (const name of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME"])
    Reflect.deleteProperty(env, name);
  const inExample = ["--prefix", example, "run", "--silent", "pulumi", "--"];
  const version = await run("npm", [...inExample, "version"], env);
  expect(version.code, version.text).toBe(0);
  // On a busy machine the set-up says on standard error that it waits.
  expect(version.stdout.trim()).toMatch(/^v3\./);
  const { stdout } = await run("node", ["tools/print-environment.mjs"], env);
  expect(stdout).toContain("unset PULUMI_CONFIG_PASSPHRASE\n");
});

test("npm run --silent env lets a shell use the CLI and prints no passphrase", async () => {
  // What the environment says already is not printed.
  const { NODE_COMPILE_CACHE: _, PULUMI_NODEJS_TRANSPILE_ONLY: __, ...env } = process.env;
  const { stdout } = await run("node", ["tools/print-environment.mjs"], env);
  const passphrase = readFileSync(join(root, ".tailscope", "passphrase"), "utf8");
  expect(stdout).not.toContain(passphrase);
  expect(stdout).toMatch(/^export NODE_COMPILE_CACHE='/m);
  expect(stdout).toContain("export PULUMI_NODEJS_TRANSPILE_ONLY='true'\n");
  const bare = { HOME: process.env["HOME"], PATH: "/usr/bin:/bin" };
  const { code, text } = await run(
    "sh",
    ["-c", `${stdout}\npulumi version && pulumi whoami --verbose && node --version`],
    bare,
  );
  expect(code, text).toBe(0);
  expect(text).toContain(pathToFileURL(join(root, ".tailscope", "state")).href);
  expect(text).toMatch(/^v24\./m);
});

test("pulumi runs the quickstart in the root of the repository", async () => {
  await using emulator = await startEmulator();
  const folder = mkdtempSync(join(tmpdir(), "tailscope-root-"));
  const env = {
    ...quick,
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: "of a test",
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_API_KEY: emulator.apiKey,
  };
  const pulumi = (...args: string[]) =>
    run(
      "node",
      [
        "tools/run-pulumi.mjs",
        ...args,
        "--stack",
        "test",
        "--config-file",
        join(folder, "Pulumi.yaml"),
      ],
      env,
    );
  try {
    await run("node", ["tools/run-pulumi.mjs", "stack", "init", "test", "--no-select"], env);
    const { code, text } = await pulumi("up", "--yes", "--skip-preview", "--suppress-progress");
    expect(code, text).toBe(0);
    expect(emulator.control.activeCredentials().map(({ keyType }) => keyType)).toEqual([
      "client",
      "auth",
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(root, "Pulumi.test.yaml"), { force: true });
  }
});
