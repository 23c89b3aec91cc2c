/**
 * A job of GitHub Actions as a runner runs it: expressions, files and commands by which steps speak
 * to it, other people's actions.
 */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { keepEvidence } from "../evidence";
import { type Contexts, evaluated, type Functions, filled } from "./github-expressions";

interface Step {
  name?: string;
  id?: string;
  if?: string;
  run?: string;
  uses?: string;
  shell?: string;
  env?: Record<string, string>;
  with?: Record<string, string | boolean | number>;
  "continue-on-error"?: boolean;
  "working-directory"?: string;
}

interface Defaults {
  run?: { shell?: string };
}

export interface Workflow {
  name: string;
  on: Record<string, unknown>;
  defaults?: Defaults;
  jobs: Record<
    string,
    {
      if?: string;
      env?: Record<string, string>;
      defaults?: Defaults;
      permissions: Record<string, string>;
      steps: Step[];
    }
  >;
}

interface Action {
  inputs?: Record<string, { default?: string; required?: boolean }>;
  outputs?: Record<string, { value: string }>;
  runs: { steps: Step[] };
}

/** What stands for an action that is not ours: it gets its inputs and the job's folders. */
export type StandIn = (given: Record<string, string>, job: Folders) => void;

export interface Folders {
  readonly workspace: string;
  /** `runner.temp`. */
  readonly temp: string;
}

export interface Machine {
  /** Where the job's folders are made. */
  readonly folder: string;
  /** What a runner has in its environment before GitHub adds anything. */
  readonly environment: Record<string, string>;
  /** By owner and name. */
  readonly standIns: Record<string, StandIn>;
  /** The folder of each composite action that is ours, by owner and name. */
  readonly actions: Record<string, string>;
}

export interface RanStep {
  readonly name: string;
  readonly code: number;
  readonly text: string;
  /** What it was given, where it is an action. */
  readonly with: Record<string, string>;
}

export interface RanJob extends Folders {
  readonly steps: RanStep[];
  readonly summary: string;
  readonly failed: boolean;
  readonly outputs: Record<string, string>;
}

/** Runs one job; undefined where its condition says that it does not run. */
export async function runJob(
  machine: Machine,
  workflow: Workflow,
  name: string,
  contexts: { github: Record<string, unknown>; vars?: Record<string, string> },
  environment: Record<string, string> = {},
): Promise<RanJob | undefined> {
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`There is no job ${name}.`);
  const root = mkdtempSync(join(machine.folder, "job-"));
  const at = (part: string) => join(root, part);
  for (const part of ["workspace", "temp", "files"]) mkdirSync(at(part));
  const folders: Folders = { workspace: at("workspace"), temp: at("temp") };
  const files = Object.fromEntries(
    ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"].map((variable) => [
      variable,
      at(join("files", variable)),
    ]),
  ) as Record<"GITHUB_ENV" | "GITHUB_PATH" | "GITHUB_STEP_SUMMARY" | "GITHUB_EVENT_PATH", string>;
  for (const file of Object.values(files)) writeFileSync(file, "");
  writeFileSync(files.GITHUB_EVENT_PATH, JSON.stringify(contexts.github["event"]));

  const steps: RanStep[] = [];
  let failed = false;
  const functions: Functions = {
    format: (text, ...args) =>
      String(text).replace(/\{(\d+)\}/g, (_, index) => String(args[Number(index)])),
    hashFiles: () => "hash",
    success: () => !failed,
    failure: () => failed,
    always: () => true,
  };
  const shared = {
    ...contexts,
    runner: { temp: folders.temp, os: "Linux" },
    vars: contexts.vars ?? {},
  };
  if (job.if !== undefined && !evaluated(job.if, shared, functions)) return undefined;
  const jobEnvironment: Record<string, string> = {
    ...machine.environment,
    ...environment,
    ...mapped(job.env, (text) => filled(text, shared, functions)),
    ...files,
    GITHUB_ACTIONS: "true",
    CI: "true",
    GITHUB_REPOSITORY: String(contexts.github["repository"]),
    GITHUB_WORKSPACE: folders.workspace,
    RUNNER_TEMP: folders.temp,
  };
  const standard = job.defaults?.run?.shell ?? workflow.defaults?.run?.shell;

  /** Runs the steps of a job, or of a composite action, and gives the outputs of each by its id. */
  async function runSteps(
    list: readonly Step[],
    more: Contexts,
    extra: Record<string, string>,
  ): Promise<Record<string, { outputs: Record<string, string> }>> {
    const results: Record<string, { outputs: Record<string, string> }> = {};
    for (const step of list) {
      const seen: Contexts = { ...shared, ...more, steps: results };
      const fill = (text: unknown) => filled(String(text), seen, functions);
      const condition = step.if?.replace(/^\$\{\{|\}\}$/g, "");
      const always = /\b(always|failure)\(\)/.test(condition ?? "");
      if (failed && !always) continue;
      if (condition !== undefined && !evaluated(condition, seen, functions)) continue;
      const given = mapped(step.with, fill);
      const title = step.name ?? step.uses?.split("@")[0] ?? step.run ?? "";
      let ended = { code: 0, text: "" };
      let outputs: Record<string, string> = {};
      if (step.run !== undefined) {
        const output = at(join("files", `output-${steps.length}`));
        writeFileSync(output, "");
        const env: Record<string, string> = {
          ...jobEnvironment,
          ...fromFile(files.GITHUB_ENV),
          ...extra,
          GITHUB_OUTPUT: output,
          ...mapped(step.env, fill),
        };
        const added = readFileSync(files.GITHUB_PATH, "utf8").split("\n").filter(Boolean).reverse();
        env["PATH"] = [...added, env["PATH"]].join(delimiter);
        ended = await bash(
          step.run,
          join(folders.workspace, fill(step["working-directory"] ?? ".")),
          env,
          step.shell ?? standard,
        );
        outputs = { ...fromFile(output), ...commandsIn(ended.text) };
      } else {
        const [used = ""] = step.uses?.split("@") ?? [];
        const [standIn, action] = [machine.standIns[used], machine.actions[used]];
        try {
          if (action !== undefined) outputs = await runAction(action, given);
          else if (standIn === undefined) throw new Error(`Nothing stands for ${used} here.`);
          else standIn(given, folders);
        } catch (error) {
          ended = { code: 1, text: String(error) };
        }
      }
      steps.push({ name: title, ...ended, with: given });
      if (ended.code !== 0 && step["continue-on-error"] !== true) failed = true;
      results[step.id ?? `without-id-${steps.length}`] = { outputs };
    }
    return results;
  }

  async function runAction(folder: string, given: Record<string, string>) {
    const action = parse(readFileSync(join(folder, "action.yml"), "utf8")) as Action;
    const inputs: Record<string, string> = {};
    for (const [input, { default: standard = "", required }] of Object.entries(
      action.inputs ?? {},
    )) {
      if (required === true && given[input] === undefined)
        throw new Error(`The input ${input} is missing.`);
      inputs[input] = given[input] ?? filled(standard, shared, functions);
    }
    for (const input of Object.keys(given))
      if (action.inputs?.[input] === undefined) throw new Error(`There is no input ${input}.`);
    const results = await runSteps(action.runs.steps, { inputs }, { GITHUB_ACTION_PATH: folder });
    return mapped(
      Object.fromEntries(
        Object.entries(action.outputs ?? {}).map(([output, { value }]) => [output, value]),
      ),
      (text) => filled(text, { ...shared, inputs, steps: results }, functions),
    );
  }

  const results = await runSteps(job.steps, {}, {});
  return {
    ...folders,
    steps,
    failed,
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
    outputs: Object.assign({}, ...Object.values(results).map(({ outputs }) => outputs)),
  };
}

function mapped(
  texts: Record<string, string | boolean | number> | undefined,
  change: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([name, text]) => [name, change(String(text))]),
  );
}

/** `NAME=value` and `NAME<<END … END` lines. */
function fromFile(path: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, long, end] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    const [, name, value = ""] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (long !== undefined && end !== undefined)
      values[long] = lines
        .splice(0, lines.indexOf(end) + 1)
        .slice(0, -1)
        .join("\n");
    else if (name !== undefined) values[name] = value;
  }
  return values;
}

/**
 * The outputs that commands in a step's log set, which GitHub still obeys, in either of its two
 * spellings.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
function commandsIn(log: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  let stopped: string | undefined;
  for (const line of log.split("\n")) {
    const [, name = "", parameters = "", value = ""] =
      /^\s*::([\w-]+)(?: (.*?))?::(.*)$/.exec(line) ??
      /##\[([\w-]+)(?: (.*?))?\](.*)$/.exec(line) ??
      [];
    if (stopped !== undefined) {
      if (name === stopped) stopped = undefined;
    } else if (name === "stop-commands") stopped = value;
    else if (name === "set-output") outputs[/name=([^,;]*)/.exec(parameters)?.[1] ?? ""] = value;
  }
  return outputs;
}

/** The options that GitHub gives bash, which are others where a step names it. */
function bash(
  script: string,
  cwd: string,
  env: Record<string, string>,
  shell: string | undefined,
): Promise<{ code: number; text: string }> {
  const options =
    shell === "bash" ? ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"] : ["-e", "-c"];
  return new Promise((resolve) => {
    execFile(
      "/bin/bash",
      [...options, script],
      { cwd, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        keepEvidence("jobs", stdout + stderr);
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: `${stdout}${stderr}` });
      },
    );
  });
}
