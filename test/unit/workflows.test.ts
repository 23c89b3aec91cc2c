/** What every workflow and action of this repository holds to, those in the examples included. */

import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { chooseFasterStart } from "../../tools/set-up/faster.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What `npm start`, `npm run pulumi` and `npm run env` set. Only the folder of a cache differs. */
const faster = chooseFasterStart({});

interface Step {
  run?: string;
  uses?: string;
  shell?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Defaults {
  run?: { shell?: string };
}

interface Job {
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  defaults?: Defaults;
  steps: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: unknown;
  defaults?: Defaults;
  jobs: Record<string, Job>;
}

interface GitlabJob {
  script: string[];
  variables?: Record<string, string>;
  environment?: { name: string };
  needs?: { job: string; artifacts?: boolean }[];
  dependencies?: string[];
  cache?: { paths?: string[] } | [];
}

/** YAML files of ours, below the root, with what they hold. */
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.ya?ml$/.test(path))
  .filter(
    (path) =>
      !path
        .split(sep)
        .some((part) =>
          /^(node_modules|coverage|reports|\.stryker-tmp|\.tailscope|\.git)$/.test(part),
        ),
  )
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
  .map(({ path, text }) => ({ path, text, content: parse(text) as Record<string, unknown> }));

const workflows = files
  .filter(({ content }) => "jobs" in content && "on" in content)
  .map((file) => ({ ...file, content: file.content as unknown as Workflow }));
const actions = files
  .filter(({ content }) => "runs" in content)
  .map((file) => ({ ...file, content: file.content as unknown as { runs: { steps: Step[] } } }));
const pipelines = files
  .filter(({ path }) => path.endsWith("gitlab-ci.yml"))
  .map((file) => ({
    ...file,
    jobs: Object.entries(file.content).filter(
      (entry): entry is [string, GitlabJob] =>
        typeof entry[1] === "object" && entry[1] !== null && "script" in entry[1],
    ),
  }));

const jobs = workflows.flatMap(({ path, content }) =>
  Object.entries(content.jobs).map(([name, job]) => ({ path, name, job, workflow: content })),
);
/** The steps of all workflows and actions, each with what it inherits. */
const steps = [
  ...jobs.flatMap(({ path, name, job, workflow }) =>
    job.steps.map((step) => ({
      where: `${path}, ${name}`,
      step,
      shell: step.shell ?? job.defaults?.run?.shell ?? workflow.defaults?.run?.shell,
    })),
  ),
  ...actions.flatMap(({ path, content }) =>
    content.runs.steps.map((step) => ({ where: path, step, shell: step.shell })),
  ),
];

const used = (job: Job, action: string) =>
  job.steps.filter(({ uses }) => uses?.startsWith(`${action}@`));

test("all workflows are found", () => {
  expect(workflows.map(({ path }) => path).sort()).toEqual([
    ".github/workflows/ci.yml",
    ".github/workflows/codeql.yml",
    ".github/workflows/docs.yml",
    ".github/workflows/long-tests.yml",
    ".github/workflows/release.yml",
    "examples/ci-deployments/github-actions.yml",
    "examples/review/github-preview.yml",
    "examples/review/github-review.yml",
  ]);
  expect(pipelines.map(({ path }) => path).sort()).toEqual([
    "examples/ci-deployments/gitlab-ci.yml",
    "examples/review/gitlab-ci.yml",
  ]);
});

test("the action is where the marketplace looks for it, with its inputs", () => {
  // https://docs.github.com/en/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace
  expect(actions.map(({ path }) => path)).toEqual(["action.yml"]);
  expect(actions[0]?.content).toMatchObject({
    name: expect.any(String),
    description: expect.any(String),
    branding: { icon: expect.any(String), color: expect.any(String) },
    runs: { using: "composite" },
  });
});

test("actions are pinned by commit, each with its version, and one commit for each version", () => {
  const pins = new Map<string, string>();
  for (const { path, text } of files) {
    for (const [line] of text.matchAll(/^.*\buses:.*$/gm)) {
      const pin = /uses: ([\w-]+\/[\w./-]+)@([0-9a-f]{40}) (# v\d+\.\d+\.\d+)$/.exec(line);
      expect(pin, `${path}: ${line}`).not.toBeNull();
      const [, name = "", commit, version] = pin ?? [];
      expect(pins.get(name) ?? `${commit} ${version}`, path).toBe(`${commit} ${version}`);
      pins.set(name, `${commit} ${version}`);
    }
  }
});

describe.each(steps)("a step of $where", ({ where, step, shell }) => {
  test(`the step ${where} takes outside values only from its environment`, () => {
    expect(step.run ?? "").not.toContain("${{");
    expect(step.with?.["script"] ?? "").not.toContain("${{");
  });

  test(`the step ${where} fails if any part of a pipe fails`, () => {
    if (step.run !== undefined) expect(shell, where).toBe("bash");
    // Steps that a person copies out say it themselves.
    if (/\bpulumi (preview|up)\b/.test(step.run ?? ""))
      expect(step.run).toContain("set -o pipefail");
  });

  test(`the step ${where} asks Pulumi for no output that contains secrets`, () => {
    expect(step.run ?? "").not.toMatch(
      /--debug\b|--logtostderr|--show-secrets|\bup\b.*--json|-v=?\s*\d/,
    );
  });

  test(`the step ${where} keeps no token in a checkout`, () => {
    if (step.uses?.startsWith("actions/checkout@"))
      expect(step.with).toMatchObject({ "persist-credentials": false });
  });
});

describe.each(jobs)("the job $name of $path", ({ job, workflow }) => {
  const writes = Object.entries(job.permissions ?? {})
    .filter(([what, right]) => right === "write" && what !== "id-token")
    .map(([what]) => what);
  const triggers = Object.keys(workflow.on);

  test("a job has the rights that it names and no others", () => {
    expect(workflow.permissions === undefined || typeof workflow.permissions === "object").toBe(
      true,
    );
    if (job.permissions === undefined) expect(workflow.permissions).toBeDefined();
    for (const right of Object.values(job.permissions ?? {}))
      expect(["read", "write"]).toContain(right);
  });

  test("a job never runs a fork's code with this repository's rights", () => {
    expect(triggers).not.toContain("pull_request_target");
    expect(triggers).not.toContain("issue_comment");
    if (triggers.includes("workflow_run")) expect(used(job, "actions/checkout")).toEqual([]);
  });

  test("a job that runs a pull request's code writes nothing", () => {
    if (!triggers.includes("pull_request")) return;
    // A job without commands runs none of it: code scanning, which reads it.
    const runsCommands = job.steps.some(({ run }) => run !== undefined);
    expect(writes).toEqual(runsCommands ? [] : writes.filter((what) => what === "security-events"));
  });

  test("a job that can write uses no cache", () => {
    if (writes.length === 0) return;
    expect(used(job, "actions/cache")).toEqual([]);
    for (const { with: given } of used(job, "actions/setup-node"))
      expect(given).toMatchObject({ "package-manager-cache": false });
  });

  test("a job checks types apart from Pulumi, and keeps Node's compile cache", () => {
    const running = job.steps.findIndex(({ run }) => /\bpulumi (preview|up)\b/.test(run ?? ""));
    if (running < 0) return;
    const step = job.steps[running];
    expect({ ...job.env, ...step?.env }).toMatchObject({
      ...faster,
      NODE_COMPILE_CACHE: used(job, "actions/cache")[0]?.with?.["path"],
    });
    const before = job.steps.slice(0, running);
    expect(before.some(({ run }) => run === "npx --no-install tsc --noEmit")).toBe(true);
  });
});

test("no workflow or action saves time at the cost of what a deployment may need", () => {
  // Without checkpoints a run that is killed forgets what it made; without a stack trace a program's
  // error has no line; a check of the engine's is there for a reason.
  const unsafe =
    /PULUMI_SKIP_CHECKPOINTS|CHECKPOINT_BACKUPS|stack-trace-limit|PULUMI_DISABLE_VALIDATION/;
  const set = files.filter(({ text }) => unsafe.test(text)).map(({ path }) => path);
  expect(set).toEqual([]);
});

test("the action, whose job can write, keeps compiled code in its own folder", () => {
  const script = readFileSync(join(root, "actions/review/review.sh"), "utf8");
  expect(script).toContain('export NODE_COMPILE_CACHE="$TOOL/compiled"\n');
  // It runs no Pulumi CLI, and whatever else we set is for that.
  expect(script).not.toMatch(/^\s*pulumi /m);
  expect(Object.keys(faster).filter((name) => !/^PULUMI_/.test(name))).toEqual([
    "NODE_COMPILE_CACHE",
  ]);
});

test("nothing else of ours starts Pulumi for a person without what makes it start faster", () => {
  const starters = readdirSync(join(root, "tools"))
    .sort()
    .filter((name) => /\.(mjs|ts)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(root, "tools", name), "utf8") }))
    .filter(({ text }) => /createLocalBackend\(/.test(text));
  expect(starters.map(({ name }) => name)).toEqual([
    "print-environment.mjs",
    "run-pulumi.mjs",
    "story.ts",
  ]);
  for (const { name, text } of starters)
    expect(text, name).toMatch(/\.\.\.chooseFasterStart\((env)?\)/);
});

test("the action, whose job can write, installs without a cache", () => {
  for (const { content } of actions) {
    for (const { uses = "", with: given } of content.runs.steps) {
      expect(uses).not.toMatch(/^actions\/(cache|checkout)/);
      if (uses.startsWith("actions/setup-node@"))
        expect(given).toMatchObject({ "package-manager-cache": false });
    }
  }
});

describe.each(
  pipelines.flatMap(({ path, jobs }) => jobs.map(([name, job]) => ({ path, name, job }))),
)("the job $name of $path", ({ job }) => {
  const script = job.script.join("\n");
  const runsTheBranch = /\bnpm ci\b|\bpulumi\b/.test(script);

  test("a job of an example pipeline fails if any part of a pipe fails", () => {
    expect(job.script[0]).toBe("set -o pipefail");
  });

  test("a job of an example pipeline either runs the branch's code or gets the token, never both", () => {
    if (runsTheBranch) expect(job.environment).toBeUndefined();
    else {
      expect(job.variables).toMatchObject({ GIT_STRATEGY: "empty" });
      expect(job.needs?.every(({ artifacts }) => artifacts === false)).toBe(true);
      expect(job.dependencies).toEqual([]);
      expect(job.cache).toEqual([]);
      expect(script).not.toMatch(/\b(npx|npm)\b/);
      expect(script).toMatch(/ fetch .* [0-9a-f]{40}$/m);
    }
  });

  test("a job of an example pipeline checks types apart from Pulumi, keeps Node's compile cache, and prints no secret", () => {
    expect(script).not.toMatch(/--debug\b|--logtostderr|--show-secrets|\bup\b.*--json/);
    if (!runsTheBranch) return;
    expect(job.variables).toMatchObject({
      ...faster,
      NODE_COMPILE_CACHE: "$CI_PROJECT_DIR/.node-compile-cache",
    });
    expect(job.cache).toMatchObject({ paths: [".node-compile-cache"] });
    expect(job.script.indexOf("npx --no-install tsc --noEmit")).toBeLessThan(
      job.script.findIndex((line) => line.startsWith("pulumi")),
    );
  });
});

test("no example, page or script asks Pulumi for an output that contains secrets", () => {
  const asked =
    /pulumi (up|preview|destroy|refresh)\b[^\n`]*(--debug\b|--logtostderr|-v=?\s*\d)|pulumi up\b[^\n`]*--json/;
  const pages = ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(md|sh|ya?ml|ts)$/.test(path) && !/node_modules|\.vitepress/.test(path))
      .map((path) => join(folder, path)),
  );
  for (const path of [...pages, "README.md", "provider/README.md", "emulator/README.md"]) {
    const text = readFileSync(join(root, path), "utf8");
    // What a page says of it is another matter than what it shows to be typed.
    const typed = path.endsWith(".md")
      ? (text.match(/^ *```[\s\S]*?^ *```/gm) ?? []).join("\n")
      : text;
    expect(
      typed.split("\n").filter((line) => asked.test(line)),
      path,
    ).toEqual([]);
  }
});
