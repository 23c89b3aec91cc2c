/**
 * The examples, run as they stand against the emulator. Three have tests elsewhere: the quickstart
 * is what `npm start` deploys (commands.test.ts), review-example.test.ts runs the review, and
 * installed-packages.test.ts the policy pack.
 */

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { as, takeToken } from "../contract/client";
import { type Folders, runJob, type Workflow } from "./github-runner";
import { installedAlready, pipeline, shell } from "./pipeline";
import { exampleStack, newStack } from "./stack";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the example rotation deploys and rotates", async () => {
  await using emulator = await startEmulator();
  await using stack = await exampleStack(emulator, "rotation");
  const made = await stack.deployed();
  expect(emulator.control.activeCredentials()).toHaveLength(4);
  const days = (until: unknown) => (Date.parse(String(until)) - Date.now()) / 86_400_000;
  expect(days(made["ciRotatesAt"])).toBeCloseTo(90, 1);
  expect(days(made["runnerRotatesAt"])).toBeCloseTo(23, 1);
  expect(days(made["exporterChangesAt"])).toBeLessThanOrEqual(30);
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test("the example two-tailnets deploys to both tailnets", async () => {
  await using prod = await startEmulator();
  await using staging = await startEmulator();
  await using stack = await exampleStack(prod, "two-tailnets", {
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
  expect(credentials["exporter-prod"]?.outputs?.["connection"]).toBe("prod");
  for (const { clientSecret } of [prod, staging]) expect(text).not.toContain(clientSecret);

  // Each is looked for where it lives.
  staging.control.revoke((ids as string[])[1] ?? "");
  const drift = await shell(
    `node ${join(root, "provider/dist/cli/main.js")} drift --json`,
    stack.folder,
    stack.environment,
  );
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
});

test("in the example reach, one line of the policy file lets the pipeline to the database, and the review says so", async () => {
  const policy = readFileSync(join(root, "examples/reach/policy.hujson"), "utf8");
  await using emulator = await startEmulator({ policy });
  await using stack = await exampleStack(emulator, "reach");
  const made = await stack.deployed();
  const [id, key] = [String(made["clientId"]), String(made["clientSecret"])];
  const ask = (command: string) =>
    shell(
      `set -o pipefail; ${command.replaceAll("tailscope ", `node ${join(root, "provider/dist/cli/main.js")} `)}`,
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
    "pulumi preview --json | tailscope review --state state.json --policy policy.hujson --policy-before before.hujson --fail-on reach",
  );
  expect(review.code).toBe(2);
  expect(review.stdout).toContain("ci, by the policy file");
  expect(review.stdout).toContain(
    "+ tag:db:5432 (tcp) (as tag:operator, owned by tag:ci, then tag:web, owned by tag:operator), tagOwners, line 8; tagOwners, line 9; grants[2], line 17",
  );
  expect((await ask(expecting)).code).toBe(2);

  // The README begins with this review: its text and its picture are those of the command.
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, command = "", shown] =
    /\$ (tailscope review preview.*)\n([\s\S]*?)```/.exec(readme) ?? [];
  await ask("pulumi preview --json > preview.json");
  const unwrapped = (text = "") => text.replace(/\s+/g, " ").trim();
  expect(unwrapped(shown)).toBe(unwrapped((await ask(command)).stdout));
  const diagram = (text: string) => /```mermaid\n[\s\S]*?```/.exec(text)?.[0];
  expect(diagram(readme)).toBe(diagram((await ask(`${command} --format markdown`)).stdout));

  // The API agrees that the pipeline becomes an operator by that line.
  const call = as(emulator, (await takeToken(emulator, { id, key })).access_token);
  const operator = { capabilities: { devices: { create: { tags: ["tag:operator"] } } } };
  expect((await call("POST", "/keys", operator)).status).toBe(400);
  const owner = as(emulator, emulator.apiKey);
  expect((await owner("POST", "/acl", readFileSync(path, "utf8"))).status).toBe(200);
  expect((await call("POST", "/keys", operator)).status).toBe(200);
});

test("the example adopt adopts existing credentials", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  await call("POST", "/keys", { keyType: "client", scopes: ["dns"], description: "DNS updater" });
  await call("POST", "/keys", {
    keyType: "federated",
    scopes: ["dns"],
    issuer: "https://i.example.com",
    subject: "me",
  });
  await using stack = await newStack(emulator, "");
  const script = join(root, "examples", "adopt", "adopt.sh");
  const path = [
    installedAlready(stack.folder),
    join(root, "node_modules", ".bin"),
    process.env["PATH"],
  ].join(delimiter);
  const { code, text } = await shell(`${script} adopted prod`, stack.folder, {
    ...stack.environment,
    PATH: path,
  });
  expect(code, text).toBe(0);
  expect(text).toContain("= 2 imported");
  expect(text).toMatch(/3 unchanged/);
});

test("in the example ci-deployments, GitHub Actions and GitLab CI deploy without a secret in their environment", async () => {
  await using emulator = await startEmulator();
  await using bootstrap = await exampleStack(emulator, "ci-deployments", {
    TAILSCALE_API_KEY: emulator.apiKey,
  });
  const made = (await bootstrap.deployed()) as Record<string, string>;
  await using ci = await pipeline(emulator);

  // GitHub: a pull request is previewed by an identity that can change nothing, and main is
  // deployed.
  const workflow = parse(
    readFileSync(join(root, "examples/ci-deployments/github-actions.yml"), "utf8"),
  ) as Workflow;
  const nothing = () => {};
  const machine = {
    folder: ci.folder,
    environment: { ...ci.environment, ...ci.runner },
    actions: {},
    standIns: {
      "actions/checkout": (_: unknown, { workspace }: Folders) =>
        cpSync(ci.work, workspace, { recursive: true, verbatimSymlinks: true }),
      "actions/setup-node": nothing,
      "actions/cache": nothing,
      "pulumi/auth-actions": nothing,
    },
  };
  const vars = {
    TAILSCALE_PREVIEWER_ID: made["previewerId"] ?? "",
    TAILSCALE_DEPLOYER_ID: made["deployerId"] ?? "",
    PULUMI_STACK: "dev",
  };
  const job = async (name: string, event_name: string, subject: string) => {
    ci.subject = subject;
    const github = { event_name, event: {}, repository: "acme/infrastructure" };
    const ran = await runJob(machine, workflow, name, { github, vars });
    const text = ran?.steps.map((step) => step.text).join("\n") ?? "";
    expect(ran?.failed, text).toBe(false);
    return text;
  };
  expect(await job("preview", "pull_request", "repo:acme/infrastructure:pull_request")).toContain(
    "+ 3 to create",
  );
  expect(emulator.control.activeCredentials()).toHaveLength(4);
  expect(await job("deploy", "push", "repo:acme/infrastructure:environment:production")).toContain(
    "No drift: 2 credentials match the state.",
  );
  expect(emulator.control.activeCredentials()).toHaveLength(6);

  // GitLab: the same program with GitLab's token.
  const { deploy } = parse(
    readFileSync(join(root, "examples/ci-deployments/gitlab-ci.yml"), "utf8"),
  );
  expect(Object.keys(deploy.id_tokens)).toEqual(["TAILSCALE_IDENTITY_TOKEN"]);
  const token = await ci.token(
    "https://gitlab.com",
    "project_path:acme/infrastructure:ref_type:branch:ref:main",
    made["gitlabAudience"] ?? "",
  );
  for (const line of deploy.script) {
    const ended = await ci.run(line, {
      TAILSCALE_OAUTH_CLIENT_ID: made["gitlabDeployerId"] ?? "",
      TAILSCALE_IDENTITY_TOKEN: token,
      PULUMI_STACK: "dev",
    });
    expect(ended.code, `${line}\n${ended.text}`).toBe(0);
    expect(ended.text).not.toContain(token);
  }
});

test.for([
  "examples/ci-deployments/github-actions.yml",
  "examples/review/github-preview.yml",
  "examples/review/github-review.yml",
  ".github/workflows/ci.yml",
  ".github/workflows/long-tests.yml",
  ".github/workflows/codeql.yml",
  ".github/workflows/docs.yml",
  ".github/workflows/release.yml",
])("actionlint finds nothing wrong with the GitHub Actions workflow %s", async (path, context) => {
  const go = await shell("command -v go", root, process.env);
  if (go.code !== 0 && process.env["CI"] === undefined)
    return context.skip("there is no Go on PATH to run actionlint with");
  const { code, text } = await shell(
    `go tool actionlint ../../${path}`,
    join(root, "tools", "actionlint"),
    process.env,
  );
  expect(code, text).toBe(0);
});
