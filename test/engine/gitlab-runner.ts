/**
 * A pipeline of GitLab CI as a runner runs it: variables with the environments that they are for,
 * artifacts, dotenv reports, caches.
 */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shell } from "./pipeline";

export interface GitlabJob {
  script: string[];
  variables?: Record<string, string>;
  environment?: { name: string };
  id_tokens?: Record<string, { aud: string }>;
  needs?: { job: string; artifacts?: boolean }[];
  dependencies?: string[];
  cache?: { paths?: string[] } | [];
  artifacts?: { paths: string[] };
}

/** A variable of the project's settings. */
export interface Variable {
  readonly value: string;
  /** The one environment whose jobs get it; all where it names none. */
  readonly environment?: string;
}

export interface GitlabMachine {
  readonly folder: string;
  readonly environment: Record<string, string>;
  readonly variables: Record<string, Variable>;
  /** Makes the checkout, where the job has one. */
  readonly checkOut: (workspace: string) => void;
  /** Puts what earlier jobs cached at this path, where a job has a cache. */
  readonly restoreCache: (path: string) => void;
  /** An identity token for this audience. */
  readonly identityToken: (audience: string) => Promise<string>;
}

export interface GitlabRun {
  readonly code: number;
  readonly text: string;
  readonly workspace: string;
  /** What it leaves to the jobs that need it: files, and the variables of its dotenv report. */
  readonly files: Record<string, Buffer>;
  readonly dotenv: Record<string, string>;
}

/**
 * Runs one job. A report called `dotenv` that its code leaves in the workspace counts as uploaded,
 * which its job token can do.
 */
export async function runGitlabJob(
  machine: GitlabMachine,
  job: GitlabJob,
  before: Record<string, GitlabRun>,
): Promise<GitlabRun> {
  const workspace = join(mkdtempSync(join(machine.folder, "job-")), "workspace");
  mkdirSync(workspace);
  if (!["none", "empty"].includes(job.variables?.["GIT_STRATEGY"] ?? ""))
    machine.checkOut(workspace);

  const cached = job.cache !== undefined && "paths" in job.cache ? job.cache.paths : [];
  for (const path of cached ?? []) machine.restoreCache(join(workspace, path));

  const scoped = Object.entries(machine.variables)
    .filter(
      ([, { environment }]) => environment === undefined || environment === job.environment?.name,
    )
    .map(([name, { value }]) => [name, value] as const);
  const env: Record<string, string> = {
    ...machine.environment,
    ...Object.fromEntries(scoped),
    GITLAB_CI: "true",
    CI: "true",
    CI_PROJECT_DIR: workspace,
  };
  for (const [name, { aud }] of Object.entries(job.id_tokens ?? {}))
    env[name] = await machine.identityToken(expanded(aud, env));
  for (const [name, text] of Object.entries(job.variables ?? {})) env[name] = expanded(text, env);

  for (const [name, run] of Object.entries(before)) {
    const need = job.needs?.find(({ job: needed }) => needed === name);
    const isLeft = job.dependencies?.includes(name) ?? true;
    // Without `needs`, a job gets what all jobs before it left.
    if (!(job.needs === undefined ? isLeft : need !== undefined && need.artifacts !== false))
      continue;
    Object.assign(env, run.dotenv);
    for (const file of Object.keys(run.files))
      cpSync(join(run.workspace, file), join(workspace, file));
  }

  const ended = await shell(job.script.join("\n"), workspace, env);
  const files = Object.fromEntries(
    (job.artifacts?.paths ?? [])
      .filter((path) => existsSync(join(workspace, path)))
      .map((path) => [path, readFileSync(join(workspace, path))]),
  );
  const report = join(workspace, "dotenv");
  const lines = existsSync(report) ? readFileSync(report, "utf8").split("\n").filter(Boolean) : [];
  const dotenv = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return { code: ended.code, text: ended.text, workspace, files, dotenv };
}

/** `$NAME`, as GitLab expands it in `.gitlab-ci.yml`. */
function expanded(text: string, env: Record<string, string>): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => env[name] ?? "");
}
