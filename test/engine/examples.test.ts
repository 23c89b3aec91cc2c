/**
 * The examples that are scripts and pipelines, run as they stand against the emulator. Those that
 * are programs run in installed-packages.test.ts, copied out of the repository; the quickstart is
 * also what `npm start` deploys (commands.test.ts). review-example.test.ts runs the review.
 */

import { cpSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { as } from "../contract/client";
import { type Folders, runJob, type Workflow } from "./github-runner";
import { installedAlready, pipeline, restoreCache, shell } from "./pipeline";
import { exampleStack, newStack } from "./stack";

const root = fileURLToPath(new URL("../..", import.meta.url));

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
      "actions/cache": ({ path = "" }: Record<string, string>) => restoreCache(path),
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
  ci.skipTypeChecks(); // They found nothing in this program.
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

test("actionlint finds nothing wrong with the workflows of GitHub Actions, the examples' and ours", async (context) => {
  const workflows = [
    "examples/ci-deployments/github-actions.yml",
    "examples/review/github-preview.yml",
    "examples/review/github-review.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/long-tests.yml",
    ".github/workflows/codeql.yml",
    ".github/workflows/docs.yml",
    ".github/workflows/release.yml",
  ];
  const go = await shell("command -v go", root, process.env);
  if (go.code !== 0 && process.env["CI"] === undefined)
    return context.skip("there is no Go on PATH to run actionlint with");
  const { code, text } = await shell(
    `go tool actionlint ${workflows.map((path) => `../../${path}`).join(" ")}`,
    join(root, "tools", "actionlint"),
    process.env,
  );
  expect(code, text).toBe(0);
});
