/**
 * The pipelines of examples/ci-deployments, as GitHub Actions and GitLab CI run them: with the
 * identities that the example's program makes, and no secret in their environment.
 */

import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "tailscope-emulator";
import { expect } from "vitest";
import { parse } from "yaml";
import { root } from "../../harness/pulumi";
import { type Folders, runJob, type Workflow } from "./github-runner";
import { pipeline, restoreCache } from "./pipeline";

/**
 * Runs all of them against a tailnet that has the four identities and nothing else.
 *
 * @param made the outputs of the example's program
 */
export async function deployFromPipelines(
  emulator: Emulator,
  made: Readonly<Record<string, string>>,
): Promise<void> {
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
}
