import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Emulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { pack } from "../packed";
import { newStack } from "./stack";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What the two packages depend on, taken from here instead of the registry: no test leaves this
 * machine.
 */
const dependencies = [
  "@hono/node-server",
  "commander",
  "hono",
  "jose",
  "jsonc-parser",
  "undici",
  "zod",
];

test("both packages install from their tarballs into an empty project, and work there", async () => {
  const project = mkdtempSync(join(tmpdir(), "tailscope-project-"));
  let emulator: ReturnType<typeof spawn> | undefined;
  try {
    const tarballs = (["provider", "emulator"] as const).map((name) => pack(name, project).file);
    const overrides = Object.fromEntries(
      dependencies.map((name) => [name, `file:${realpathSync(join(root, "node_modules", name))}`]),
    );
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ name: "empty", private: true, overrides }),
    );
    // Its peer @pulumi/pulumi, which every Pulumi program has, comes as a link: it is 100 packages
    // with its own.
    const options = [
      "--offline",
      "--legacy-peer-deps",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
    ];
    execFileSync("npm", ["install", ...options, ...tarballs], { cwd: project, stdio: "pipe" });
    mkdirSync(join(project, "node_modules", "@pulumi"));
    for (const name of ["@pulumi/pulumi", "@types", "typescript"])
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));

    emulator = spawn("npx", ["--offline", "tailscope-emulator", "--json"], {
      cwd: project,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    const started = await new Promise<string>((line) =>
      emulator?.stdout?.setEncoding("utf8").once("data", line),
    );
    const program = `
      const client = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"] });
      exports.id = client.id;
      exports.key = new AuthKey("key", { tags: ["tag:ci"], mintedBy: client }).keyId;
      exports.from = require.resolve("tailscope");`;
    await using stack = await newStack(
      JSON.parse(started) as Emulator,
      program,
      undefined,
      join(project, "node_modules"),
    );
    const made = await stack.deployed();
    expect(made).toEqual({
      id: expect.stringMatching(/^k/),
      key: expect.stringMatching(/^k/),
      from: join(realpathSync(project), "node_modules", "tailscope", "dist", "index.js"),
    });
    // An example as its reader copies it, with the types checked by the compiler that it lists.
    await using example = await newStack(
      JSON.parse(started) as Emulator,
      "",
      undefined,
      join(project, "node_modules"),
      "quickstart",
    );
    example.set("PULUMI_NODEJS_TRANSPILE_ONLY", undefined);
    expect(await example.deployed()).toMatchObject({ clientId: expect.stringMatching(/^k/) });
    const { stdout } = await promisify(execFile)("npx", ["--offline", "tailscope", "--version"], {
      cwd: project,
    });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  } finally {
    // npx has the emulator as its child: the whole group ends.
    if (emulator?.pid !== undefined) process.kill(-emulator.pid, "SIGTERM");
    rmSync(project, { recursive: true, force: true });
  }
});
