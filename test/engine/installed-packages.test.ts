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
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../harness/pulumi";
import { as, takeToken } from "../contract/client";
import { pack } from "../packed";
import { deployFromPipelines } from "./ci-deployments";
import { shell } from "./pipeline";
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

/** The installed command. */
const command = join(packages, "tailscope", "dist", "cli", "main.js");

/** A stack of an example, in a folder that has what npm installed for it. */
const copied = (
  name: string,
  tailnet: Emulator,
  environment?: Record<string, string | undefined>,
) => newStack(tailnet, "", environment, packages, name);

/** The names of what the program of a deployed stack declares. */
async function declared(stack: Stack): Promise<string[]> {
  const { deployment } = JSON.parse((await stack.state()).text) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  return deployment.resources
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ urn }) => urn.split("::").at(-1) ?? "")
    .sort();
}

/**
 * The quickstart, deployed under the example's policy pack, its types checked by the compiler that
 * it lists.
 */
async function deployQuickstart() {
  await using stack = await copied("quickstart", emulator);
  const prepared = preparePack(join(stack.folder, ".."), { example: "policy" }, [], packages);
  stack.set("PATH", prepared.environment.PATH);
  stack.set("PULUMI_NODEJS_TRANSPILE_ONLY", undefined);
  const made = await stack.deployed("--policy-pack", prepared.folder);
  return { made, violations: violations(stack.printed()) };
}

let quickstart: ReturnType<typeof deployQuickstart> | undefined;

/** How each example that is a program runs. */
const runs: Readonly<Record<string, () => Promise<void>>> = {
  // By an owner, by hand, once. Then pipelines deploy with what it made.
  async "ci-deployments"() {
    await using emulator = await startEmulator();
    await using stack = await copied("ci-deployments", emulator, {
      TAILSCALE_API_KEY: emulator.apiKey,
    });
    const made = (await stack.deployed()) as Record<string, string>;
    expect(await declared(stack)).toEqual([
      "deployer",
      "gitlab-deployer",
      "gitlab-previewer",
      "previewer",
    ]);
    await deployFromPipelines(emulator, made);
  },
  // Lets the quickstart through, and warns where a rule is advisory.
  async policy() {
    quickstart ??= deployQuickstart();
    expect((await quickstart).violations).toEqual(["advisory clients-rotate ci"]);
  },
  async quickstart() {
    quickstart ??= deployQuickstart();
    expect((await quickstart).made).toMatchObject({ clientId: expect.stringMatching(/^k/) });
  },
  // One line of the policy file lets the pipeline to the database, and the review says so.
  async reach() {
    const policy = readFileSync(join(root, "examples/reach/policy.hujson"), "utf8");
    await using emulator = await startEmulator({ policy });
    await using stack = await copied("reach", emulator);
    const made = await stack.deployed();
    expect(await declared(stack)).toEqual(["bastion", "ci", "operator"]);
    const [id, key] = [String(made["clientId"]), String(made["clientSecret"])];
    const ask = (line: string) =>
      shell(
        `set -o pipefail; ${line.replaceAll("tailscope ", `node ${command} `)}`,
        stack.folder,
        stack.environment,
      );
    const path = join(stack.folder, "policy.hujson");
    writeFileSync(join(stack.folder, "before.hujson"), policy);
    writeFileSync(path, policy);

    const now = await ask(
      "pulumi stack export > state.json && tailscope reach --state state.json --policy policy.hujson --from ci",
    );
    expect(now.stdout).toContain("OAuth client ci with auth_keys and tag:ci reaches 1 destination");
    const expected = readFileSync(join(root, "examples/reach/expected.hujson"), "utf8");
    writeFileSync(join(stack.folder, "expected.hujson"), expected);
    const expecting =
      "tailscope reach --state state.json --policy policy.hujson --expect expected.hujson";
    expect(await ask(expecting)).toMatchObject({ code: 0, stdout: "Everything holds.\n" });

    writeFileSync(path, policy.replace('"tag:operator": []', '"tag:operator": ["tag:ci"]'));
    const review = await ask(
      "pulumi preview --json | tee preview.json | tailscope review --state state.json --policy policy.hujson --policy-before before.hujson --fail-on reach",
    );
    expect(review.code).toBe(2);
    expect(review.stdout).toContain("ci, by the policy file");
    expect(review.stdout).toContain(
      "+ tag:db:5432 (tcp) (as tag:operator, owned by tag:ci, then tag:web, owned by tag:operator), tagOwners, line 8; tagOwners, line 9; grants[2], line 17",
    );
    expect((await ask(expecting)).code).toBe(2);

    // The README begins with this review: its text and its picture are those of the command.
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, line = "", shown] =
      /\$ (tailscope review preview.*)\n([\s\S]*?)```/.exec(readme) ?? [];
    const unwrapped = (text = "") => text.replace(/\s+/g, " ").trim();
    expect(unwrapped(shown)).toBe(unwrapped((await ask(line)).stdout));
    const diagram = (text: string) => /```mermaid\n[\s\S]*?```/.exec(text)?.[0];
    expect(diagram(readme)).toBe(diagram((await ask(`${line} --format markdown`)).stdout));

    // The API agrees that the pipeline becomes an operator by that line.
    const call = as(emulator, (await takeToken(emulator, { id, key })).access_token);
    const operator = { capabilities: { devices: { create: { tags: ["tag:operator"] } } } };
    expect((await call("POST", "/keys", operator)).status).toBe(400);
    const owner = as(emulator, emulator.apiKey);
    expect((await owner("POST", "/acl", readFileSync(path, "utf8"))).status).toBe(200);
    expect((await call("POST", "/keys", operator)).status).toBe(200);
  },
  // Deploys and rotates.
  async rotation() {
    await using emulator = await startEmulator();
    await using stack = await copied("rotation", emulator);
    const made = await stack.deployed();
    expect(await declared(stack)).toEqual(expect.arrayContaining(["ci", "exporter", "runner"]));
    expect(emulator.control.activeCredentials()).toHaveLength(4);
    const days = (until: unknown) => (Date.parse(String(until)) - Date.now()) / 86_400_000;
    expect(days(made["ciRotatesAt"])).toBeCloseTo(90, 1);
    expect(days(made["runnerRotatesAt"])).toBeCloseTo(23, 1);
    expect(days(made["exporterChangesAt"])).toBeLessThanOrEqual(30);
    await stack.destroy();
    expect(emulator.control.activeCredentials()).toEqual([]);
  },
  // Deploys to both tailnets.
  async "two-tailnets"() {
    await using prod = await startEmulator();
    await using staging = await startEmulator();
    await using stack = await copied("two-tailnets", prod, {
      TAILSCALE_BASE_URL: undefined,
      PROD_CLIENT_ID: prod.clientId,
      PROD_CLIENT_SECRET: prod.clientSecret,
      PROD_BASE_URL: prod.url,
      STAGING_CLIENT_ID: staging.clientId,
      STAGING_CLIENT_SECRET: staging.clientSecret,
      STAGING_BASE_URL: staging.url,
    });
    const { ids } = await stack.deployed();
    expect(
      [prod, staging].map(({ control }) => control.activeCredentials().map(({ id }) => id)),
    ).toEqual((ids as string[]).map((id) => [id]));
    const { text, credentials } = await stack.state();
    expect(Object.keys(credentials).sort()).toEqual(["exporter-prod", "exporter-staging"]);
    expect(credentials["exporter-prod"]?.outputs?.["connection"]).toBe("prod");
    for (const { clientSecret } of [prod, staging]) expect(text).not.toContain(clientSecret);

    // Each is looked for where it lives.
    staging.control.revoke((ids as string[])[1] ?? "");
    const drift = await shell(`node ${command} drift --json`, stack.folder, stack.environment);
    expect(drift.code).toBe(2);
    expect(JSON.parse(drift.stdout).drift).toMatchObject([
      { id: (ids as string[])[1], what: "revoked" },
    ]);

    const program = join(stack.folder, "index.ts");
    writeFileSync(
      program,
      readFileSync(program, "utf8").replace('["prod", "staging"]', '["prod", "stagin"]'),
    );
    expect((await stack.pulumi(["preview"])).text).toContain(
      'There is no connection "stagin" in the stack config tailscope:connections.',
    );
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
