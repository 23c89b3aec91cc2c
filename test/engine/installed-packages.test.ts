/**
 * Both packages as npm installs them from their tarballs, outside of the repository: in a project
 * that was empty, and for each example that is a program, copied as its reader copies it. The
 * examples are workspaces of that project: one `npm install` gets what each of them lists.
 */

import { execFile, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Emulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../harness/pulumi";
import { pack } from "../packed";
import { preparePack, violations } from "./policy-pack";
import { newStack, type Stack } from "./stack";

const project = realpathSync(mkdtempSync(join(tmpdir(), "tailscope-project-")));
const packages = join(project, "node_modules");

/**
 * What the two packages and the examples depend on, linked from here instead of the registry: no
 * test leaves this machine. A link brings its own dependencies, of which Pulumi's SDK has 100.
 */
const dependencies = [
  "@hono/node-server",
  "@pulumi/policy",
  "@pulumi/pulumi",
  "@types/node",
  "commander",
  "hono",
  "jose",
  "jsonc-parser",
  "typescript",
  "undici",
  "zod",
];

const names = readdirSync(join(root, "examples"));
const examples = names.filter((name) => existsSync(join(root, "examples", name, "package.json")));

/** The emulator's process, and what it printed of itself. */
let emulation: ReturnType<typeof spawn> | undefined;
let emulator: Emulator;

beforeAll(async () => {
  const tarballs = (["provider", "emulator"] as const).map((name) => pack(name, project).file);
  const overrides = Object.fromEntries(
    dependencies.map((name) => [name, `file:${realpathSync(join(root, "node_modules", name))}`]),
  );
  for (const name of examples)
    cpSync(join(root, "examples", name), join(project, name), {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "empty", private: true, workspaces: examples, overrides }),
  );
  const options = [
    "--offline",
    "--legacy-peer-deps",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
  ];
  execFileSync("npm", ["install", ...options, ...tarballs], { cwd: project, stdio: "pipe" });

  const policy = join(project, "reach", "policy.hujson");
  const command = ["--offline", "tailscope-emulator", "--json", "--policy", policy];
  emulation = spawn("npx", command, {
    cwd: project,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const started = await new Promise<string>((line) =>
    emulation?.stdout?.setEncoding("utf8").once("data", line),
  );
  emulator = JSON.parse(started) as Emulator;
});

afterAll(() => {
  // npx has the emulator as its child: the whole group ends.
  if (emulation?.pid !== undefined) process.kill(-emulation.pid, "SIGTERM");
  rmSync(project, { recursive: true, force: true });
});

test("both packages install from their tarballs into an empty project, and work there", async () => {
  const program = `
    const client = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"] });
    exports.id = client.id;
    exports.key = new AuthKey("key", { tags: ["tag:ci"], mintedBy: client }).keyId;
    exports.from = require.resolve("tailscope");`;
  await using stack = await newStack(emulator, program, undefined, packages);
  expect(await stack.deployed()).toEqual({
    id: expect.stringMatching(/^k/),
    key: expect.stringMatching(/^k/),
    from: join(packages, "tailscope", "dist", "index.js"),
  });
  const { stdout } = await promisify(execFile)("npx", ["--offline", "tailscope", "--version"], {
    cwd: project,
  });
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
});

/** A stack of an example, in a folder that has what npm installed for it. */
const copied = (name: string, environment?: Record<string, string | undefined>) =>
  newStack(emulator, "", environment, packages, name);

/** The names of what a preview would create. */
async function creations(stack: Stack): Promise<string[]> {
  return (await stack.preview()).map((change) => change.replace(/^create /, "")).sort();
}

/** How each example that is a program runs: what it would create, or more. */
const runs: Readonly<Record<string, () => Promise<void>>> = {
  // As an owner, by hand, once; the workflows that then deploy run in examples.test.ts.
  async "ci-deployments"() {
    await using stack = await copied("ci-deployments", { TAILSCALE_API_KEY: emulator.apiKey });
    expect(await creations(stack)).toEqual([
      "deployer",
      "gitlab-deployer",
      "gitlab-previewer",
      "previewer",
    ]);
  },
  // Lets the quickstart through, and warns where a rule is advisory.
  async policy() {
    await using stack = await copied("quickstart");
    const prepared = preparePack(join(stack.folder, ".."), { example: "policy" }, [], packages);
    const { code, text } = await stack.attemptPreview(
      ["--policy-pack", prepared.folder],
      prepared.environment,
    );
    expect({ code, violations: violations(text) }, text).toEqual({
      code: 0,
      violations: ["advisory clients-rotate ci"],
    });
  },
  // Deployed, and its types checked by the compiler that it lists.
  async quickstart() {
    await using stack = await copied("quickstart");
    stack.set("PULUMI_NODEJS_TRANSPILE_ONLY", undefined);
    expect(await stack.deployed()).toMatchObject({ clientId: expect.stringMatching(/^k/) });
  },
  async reach() {
    await using stack = await copied("reach");
    expect(await creations(stack)).toEqual(["bastion", "ci", "operator"]);
  },
  async rotation() {
    await using stack = await copied("rotation");
    expect(await creations(stack)).toEqual(expect.arrayContaining(["ci", "exporter", "runner"]));
  },
  async "two-tailnets"() {
    const environment = Object.fromEntries(
      ["PROD", "STAGING"].flatMap((tailnet) => [
        [`${tailnet}_CLIENT_ID`, emulator.clientId],
        [`${tailnet}_CLIENT_SECRET`, emulator.clientSecret],
        [`${tailnet}_BASE_URL`, emulator.url],
      ]),
    );
    const nothingElse = { ...environment, TAILSCALE_BASE_URL: undefined };
    await using stack = await copied("two-tailnets", nothingElse);
    expect(await creations(stack)).toEqual(["exporter-prod", "exporter-staging"]);
  },
};

/** The examples that are no program of their own, and where they run instead. */
const others = {
  adopt: "A script that writes a program: examples.test.ts runs it.",
  review: "Workflows for a program that there is: review-example.test.ts runs their jobs.",
  "README.md": "The list of them.",
};

describe("an example, copied out of the repository, runs with what npm installs for it", () => {
  test.each(Object.entries(runs))(
    "an example that is copied out of the repository runs with the packages that npm installs: %s",
    (_, run) => run(),
  );

  test("every example is tested outside of the repository", () => {
    expect(Object.keys(runs).sort()).toEqual(examples.toSorted());
    expect([...Object.keys(runs), ...Object.keys(others)].sort()).toEqual(names.toSorted());
  });
});
