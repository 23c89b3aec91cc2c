/** The steps of examples/review as a pull request runs them: a deployer that only reads, GitHub and GitLab on loopback. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { as } from "../contract/client";
import { type Platform, startPlatform } from "../contract/platform";
import { pipeline } from "./pipeline";

const example = fileURLToPath(new URL("../../examples/review", import.meta.url));

interface Step {
  name: string;
  id?: string;
  if?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
  "working-directory"?: string;
}

interface Job {
  /** The steps that ran, with what each printed. */
  readonly steps: Record<string, { code: number; text: string; with: Record<string, string> }>;
  readonly summary: string;
  readonly failed: boolean;
}

type Pipeline = Awaited<ReturnType<typeof pipeline>>;

/** Runs the composite action as GitHub does: inputs and outputs in expressions, each step in bash, none after one that failed. */
async function runAction(
  ci: Pipeline,
  platform: Platform,
  given: Record<string, string>,
  identity: Record<string, string>,
): Promise<Job> {
  const action = parse(readFileSync(join(example, "action.yml"), "utf8")) as {
    inputs: Record<string, { default?: string; required?: boolean }>;
    runs: { steps: Step[] };
  };
  const temp = join(ci.folder, `runner-${Math.random().toString(36).slice(2)}`);
  mkdirSync(temp);
  const values: Record<string, string> = { "runner.temp": temp, "github.token": token };
  for (const [name, { default: standard = "" }] of Object.entries(action.inputs))
    values[`inputs.${name}`] = filled(given[name] ?? standard);
  function filled(text: string): string {
    return text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => values[name] ?? "");
  }
  const all = (texts: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, filled(text)]));

  const [output, summary, event] = ["output", "summary", "event.json"].map((name) =>
    join(temp, name),
  ) as [string, string, string];
  for (const file of [output, summary]) writeFileSync(file, "");
  writeFileSync(event, '{"pull_request":{"number":7}}');
  const steps: Job["steps"] = {};
  let failed = false;
  for (const step of action.runs.steps) {
    const [, name, wanted] = /^([\w.-]+) == '([^']*)'$/.exec(step.if ?? "") ?? [];
    if (failed || (name !== undefined && values[name] !== wanted)) continue;
    let [code, text] = [0, ""];
    if (step.run !== undefined) {
      expect(step.run, "an input must not be part of a command").not.toContain("${{");
      ({ code, text } = await ci.run(
        `cd "${filled(step["working-directory"] ?? ".")}"\n${step.run}`,
        {
          ...all(step.env),
          ...identity,
          GITHUB_ACTIONS: "true",
          GITHUB_API_URL: platform.url,
          GITHUB_REPOSITORY: "acme/infrastructure",
          GITHUB_EVENT_PATH: event,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
        },
      ));
      failed = code !== 0;
    }
    steps[step.name] = { code, text, with: all(step.with) };
    for (const line of readFileSync(output, "utf8").split("\n")) {
      const [key = "", ...rest] = line.split("=");
      if (step.id !== undefined && key !== "")
        values[`steps.${step.id}.outputs.${key}`] = rest.join("=");
    }
  }
  return { steps, summary: readFileSync(summary, "utf8"), failed };
}

const token = "ghs_of_this_job_0123456789";

const reading = [
  "oauth_keys:read",
  "federated_keys:read",
  "auth_keys:read",
  "policy_file:read",
  "devices:core:read",
  "devices:posture_attributes:read",
];

/** An identity that may read, as examples/ci-deployments makes it. */
async function previewer(
  emulator: Emulator,
  issuer: string,
  subject: string,
): Promise<{ id: string; audience: string }> {
  const made = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "federated",
    issuer,
    subject,
    scopes: reading,
  });
  return made.body;
}

test("a pull request gets a comment that the next push replaces, a summary and findings, and fails as the organisation says", async () => {
  await using emulator = await startEmulator();
  await using ci = await pipeline(emulator);
  await using platform = await startPlatform("github", token);
  const { id } = await previewer(
    emulator,
    "https://token.actions.githubusercontent.com",
    "repo:acme/infrastructure:pull_request",
  );
  ci.subject = "repo:acme/infrastructure:pull_request";
  const identity = { TAILSCALE_OAUTH_CLIENT_ID: id, ...ci.runner };

  const first = await runAction(ci, platform, { stack: "dev", "fail-on": "persist" }, identity);
  expect(first.failed, JSON.stringify(first.steps, undefined, 2)).toBe(false);
  expect(Object.keys(first.steps)).toEqual([
    "Preview",
    "Review",
    "Comment",
    "Upload to code scanning",
    "Decide",
  ]);
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toMatch(
    /^<!-- tailscope review dev -->\n### Access to the tailnet, dev: writes\n/,
  );
  expect(first.summary).toBe(`${platform.notes[0]?.body}`);
  const sarif = JSON.parse(
    readFileSync(first.steps["Upload to code scanning"]?.with["sarif_file"] ?? "", "utf8"),
  );
  // The line of the program that makes the client, so that the finding stands beside it.
  expect(sarif.runs[0].results[0].locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: "index.ts" },
  });
  expect(first.steps["Decide"]?.text).toContain("Verdict: write.");

  // The next push asks for more than is let through.
  const program = join(ci.work, "index.ts");
  writeFileSync(
    program,
    readFileSync(program, "utf8").replace(
      'scopes: ["auth_keys"]',
      'scopes: ["auth_keys", "users"]',
    ),
  );
  const second = await runAction(
    ci,
    platform,
    { stack: "dev", "fail-on": "admin", sarif: "false" },
    identity,
  );
  expect(second.failed).toBe(true);
  expect(second.steps["Decide"]?.text).toContain(
    "::error::The change gives admin, and fail-on is admin.",
  );
  expect(second.steps["Upload to code scanning"]).toBeUndefined();
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toContain("make administrators");

  // A program that cannot be previewed fails with what is wrong.
  writeFileSync(program, readFileSync(program, "utf8").replace('"users"', '"user"'));
  const third = await runAction(ci, platform, { stack: "dev" }, identity);
  expect(third.failed).toBe(true);
  expect(third.steps["Preview"]?.text).toContain('Did you mean "users"?');
  expect(Object.keys(third.steps)).toEqual(["Preview"]);

  // A fork's run has no identity token, and so no deployer.
  const fork = await runAction(ci, platform, { stack: "dev" }, { TAILSCALE_OAUTH_CLIENT_ID: id });
  expect(fork.failed).toBe(true);
  for (const { text } of [first, second, third, fork].flatMap(({ steps }) => Object.values(steps)))
    expect(text).not.toContain(token);
  // Nothing was changed by any of it.
  expect(emulator.control.activeCredentials().map((key) => key.id)).toEqual([id]);
});

test("the workflow runs for no fork, asks for the least, and never on pull_request_target", () => {
  const workflow = parse(readFileSync(join(example, "github-actions.yml"), "utf8"));
  expect(Object.keys(workflow.on)).toEqual(["pull_request"]);
  expect(workflow.permissions).toEqual({});
  expect(workflow.jobs.review.if).toBe(
    "github.event.pull_request.head.repo.full_name == github.repository",
  );
  expect(workflow.jobs.review.permissions).toEqual({
    contents: "read",
    "id-token": "write",
    "pull-requests": "write",
    "security-events": "write",
  });
  expect(workflow.jobs.review.steps[0].with).toEqual({ "persist-credentials": false });
  const { inputs } = parse(readFileSync(join(example, "action.yml"), "utf8"));
  for (const name of Object.keys(workflow.jobs.review.steps.at(-1).with))
    expect(Object.keys(inputs)).toContain(name);
});

test("a merge request of GitLab gets its comment, and fails as the organisation says", async () => {
  await using emulator = await startEmulator();
  await using ci = await pipeline(emulator);
  await using platform = await startPlatform("gitlab", token);
  const issuer = "https://gitlab.com";
  const subject = "project_path:acme/infrastructure:ref_type:branch:ref:feature";
  const { id, audience } = await previewer(
    emulator,
    issuer,
    "project_path:acme/infrastructure:ref_type:branch:ref:*",
  );
  const { review } = parse(readFileSync(join(example, "gitlab-ci.yml"), "utf8"));
  const environment = {
    TAILSCALE_OAUTH_CLIENT_ID: id,
    TAILSCALE_IDENTITY_TOKEN: await ci.token(issuer, subject, audience),
    PULUMI_STACK: "dev",
    GITLAB_CI: "true",
    GITLAB_TOKEN: token,
    CI_API_V4_URL: platform.url,
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
  };
  const codes: number[] = [];
  for (const line of review.script as string[]) codes.push((await ci.run(line, environment)).code);
  expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  expect(platform.notes.map(({ body }) => body.split("\n")[0])).toEqual([
    "<!-- tailscope review dev -->",
  ]);
  expect(review.artifacts.paths).toEqual(["preview.json", "review.html"]);

  const strict = String(review.script.at(-1)).replace("admin", "write");
  expect((await ci.run(strict, environment)).code).toBe(2);
});
