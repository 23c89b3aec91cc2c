/** A Pulumi stack in a temporary home, with the real CLI: write a program, run the engine, look at what it says and keeps. */

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Emulator } from "tailscope-emulator";
import { keepEvidence } from "../evidence";
import { serveProgram } from "./language-server";

const root = fileURLToPath(new URL("../..", import.meta.url));

const ourPackages = join(root, "node_modules");

/** What one run of the CLI printed, and how it ended. */
export interface Run {
  readonly code: number;
  /** Standard output and error together, as a person sees them. */
  readonly text: string;
}

/** One line a resource that changed, for example `"create ci"`. */
export type Change = string;

export interface Stack extends AsyncDisposable {
  readonly folder: string;
  /** The environment of its runs. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Everything that any run printed. */
  readonly printed: () => string;
  /** Sets an environment variable for the runs to come. */
  set(name: string, value: string | undefined): void;
  /** Writes a file beside the program. */
  save(name: string, content: string): void;
  /** Puts a program in place: the body of a CommonJS module that has the three classes and `pulumi`. */
  write(program: string): void;
  /** Starts a run of the program that somebody will kill. `process` is the engine. */
  start(...args: string[]): { process: ChildProcess; ended: Promise<Run> };
  /** Runs the CLI. */
  pulumi(args: readonly string[], environment?: Record<string, string | undefined>): Promise<Run>;
  /** `pulumi up`; throws with what was printed where it fails. */
  up(...args: string[]): Promise<void>;
  /** `pulumi up`, and then the program's exports, secrets in clear. */
  deployed(...args: string[]): Promise<Record<string, unknown>>;
  /** `pulumi up` that may fail. */
  attempt(...args: string[]): Promise<Run>;
  /** Sets a secret of the stack's config. */
  configure(key: string, value: string): Promise<void>;
  /** `pulumi up` where it is meant to fail. */
  failingUp(...args: string[]): Promise<string>;
  /** `pulumi preview`: what would change, resources that stay the same left out. */
  preview(...args: string[]): Promise<Change[]>;
  destroy(): Promise<void>;
  /** The exported state, secrets as they are stored. */
  state(): Promise<Deployment>;
}

export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly text: string;
  /** The credentials among the resources, by their name in the program. */
  readonly credentials: Readonly<Record<string, StoredResource>>;
}

const prelude =
  'const pulumi = require("@pulumi/pulumi");\nconst { AuthKey, FederatedIdentity, OAuthClient } = require("tailscope");\n';

/** Makes a stack that deploys to `emulator` with its all-scope client, or with what `environment` says instead. */
export async function newStack(
  emulator: Emulator,
  program: string,
  environment: Record<string, string | undefined> = {
    TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
  },
  packages: string = ourPackages,
  example?: string,
): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-test-"));
  const work = join(folder, "program");
  for (const name of ["state", "home", "program"]) mkdirSync(join(folder, name));
  symlinkSync(packages, join(work, "node_modules"));
  if (example === undefined) {
    writeFileSync(join(work, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    writeFileSync(join(work, "package.json"), '{ "main": "index.js" }\n');
  } else {
    cpSync(join(root, "examples", example), work, {
      recursive: true,
      filter: (path) => !/node_modules|Pulumi\..+\.yaml/.test(path),
    });
  }

  const settings: NodeJS.ProcessEnv = {
    ...withoutTailscale(process.env),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "of a test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The examples' types are checked by `npm run types`.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    // Most of an operation is Node loading the Pulumi SDK, twice.
    NODE_COMPILE_CACHE: join(tmpdir(), "tailscope-test-compile-cache"),
    TAILSCALE_BASE_URL: emulator.url,
    ...environment,
  };
  let printed = "";
  let written = "";

  function launch(
    args: readonly string[],
    more: Record<string, string | undefined> = {},
    input?: string,
  ) {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: work,
      env: { ...settings, ...more },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    child.stdin?.end(input);
    const ended = new Promise<Run>((resolve, reject) => {
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
      }
      child.once("error", reject);
      child.once("exit", (code) => {
        // A provider that outlives its engine keeps the pipes open.
        const done = () => {
          printed += text;
          resolve({ code: code ?? -1, text });
        };
        if (code === null) done();
        else child.once("close", done);
      });
    });
    return { process: child, ended };
  }

  const pulumi = (
    args: readonly string[],
    more?: Record<string, string | undefined>,
    input?: string,
  ) => launch(args, more, input).ended;

  const up = ["up", "--yes", "--skip-preview", "--suppress-progress"];

  async function succeed(...args: string[]): Promise<string> {
    return succeeded(args, await pulumi(args));
  }

  function succeeded(args: readonly string[], { code, text }: Run): string {
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text}`);
    return text;
  }

  /** A run of the program. Where it fails because of the program, or stands in a folder of its own, Node runs it as for anybody. */
  async function served(args: readonly string[]): Promise<Run> {
    if (example !== undefined || packages !== ourPackages) return pulumi(args);
    const program = await serveProgram(prelude + written, settings);
    try {
      return await pulumi([...args, `--client=${program.address}`]);
    } finally {
      program.close();
    }
  }

  async function runProgram(...args: string[]): Promise<string> {
    return succeeded(args, await served(args));
  }

  const stack: Stack = {
    folder: work,
    environment: settings,
    printed: () => printed,
    set(name, value) {
      settings[name] = value;
    },
    save(name, content) {
      writeFileSync(join(work, name), content);
    },
    write(body) {
      written = body;
      writeFileSync(join(work, "index.js"), prelude + body);
    },
    // Node runs the program as for anybody: in this process its failure, when the engine is gone, would count as another program's.
    start: (...args) => launch(args),
    pulumi,
    async up(...args) {
      await runProgram(...up, ...args);
    },
    attempt: (...args) => served([...up, ...args]),
    async configure(key, value) {
      const args = ["config", "set", "--secret", key];
      succeeded(args, await pulumi(args, {}, value));
    },
    async deployed(...args) {
      await stack.up(...args);
      // Read apart from `printed`, which is searched for secrets.
      const { stdout } = await quietly(
        ["stack", "output", "--json", "--show-secrets"],
        work,
        settings,
      );
      return JSON.parse(stdout);
    },
    async failingUp(...args) {
      const { code, text } = await pulumi([...up, ...args]);
      if (code === 0) throw new Error(`pulumi up succeeded, and should not have:\n${text}`);
      return text;
    },
    async preview(...args) {
      const text = await runProgram("preview", "--json", ...args);
      const { steps = [] } = JSON.parse(text) as { steps?: { op: string; urn: string }[] };
      return steps
        .filter(
          ({ op, urn }) =>
            !["same", "read", "refresh"].includes(op) && !urn.includes("pulumi:pulumi:Stack"),
        )
        .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
    },
    async destroy() {
      await succeed("destroy", "--yes", "--skip-preview", "--suppress-progress");
    },
    async state() {
      const { stdout } = await quietly(["stack", "export"], work, settings);
      const { deployment } = JSON.parse(stdout) as { deployment: { resources?: StoredResource[] } };
      const credentials = (deployment.resources ?? []).filter(({ type }) =>
        type.startsWith("pulumi-nodejs:dynamic/tailscope:"),
      );
      return {
        text: stdout,
        credentials: Object.fromEntries(
          credentials.map((one) => [one.urn.split("::").at(-1), one]),
        ),
      };
    },
    async [Symbol.asyncDispose]() {
      keepEvidence("printed", printed);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (example === undefined) stack.write(program);
  await succeed("stack", "init", "dev");
  return stack;
}

/** A stack of one of the examples, as it stands in its folder. */
export function exampleStack(
  emulator: Emulator,
  example: string,
  environment?: Record<string, string | undefined>,
): Promise<Stack> {
  return newStack(emulator, "", environment, undefined, example);
}

/** A deployer in the environment of whoever runs the tests is not the tests' deployer. */
function withoutTailscale(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(TAILSCALE|TAILSCOPE|PULUMI)_/.test(name)),
  );
}

async function quietly(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0
        ? resolve({ stdout })
        : reject(new Error(`pulumi ${args.join(" ")} ended with ${code}`)),
    );
  });
}
