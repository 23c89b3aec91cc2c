/**
 * A Pulumi stack in a temporary home, with the real CLI: write a program, run the engine, look at
 * what it says and keeps.
 */

import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Emulator } from "tailscope-emulator";
import { runProcess, startProcess } from "../../harness/process";
import { makePulumiHome, ourPackages, root, writeProgram } from "../../harness/pulumi";
import { quickStart } from "../../harness/quick-start";
import { resourceTypes } from "../../provider/access/kinds";
import { keepEvidence } from "../evidence";
import { isLong } from "../runs";
import { initialise } from "./initialised-stack";
import { serveProgram } from "./language-server";
import { lendProvider } from "./lent-provider/lend";
import { noteRun } from "./runs-of-the-engine";

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
  /** Puts a program in place: the body of a CommonJS module that has the classes and `pulumi`. */
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
  /** `pulumi preview` that may fail. */
  attemptPreview(
    args?: readonly string[],
    environment?: Record<string, string | undefined>,
  ): Promise<Run>;
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

/** The commands of the CLI that ask a provider. */
const operations = new Set(["up", "preview", "refresh", "destroy", "import"]);

const prelude = `const pulumi = require("@pulumi/pulumi");\nconst { ${resourceTypes.join(", ")} } = require("tailscope");\n`;

/**
 * Makes a stack that deploys to `emulator` with its all-scope client, or with what `environment`
 * says instead. Its secrets are encrypted with the passphrase in `environment`, if there is one.
 * @param example the folder of an example, which takes the place of `program`
 */
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
  const home = makePulumiHome("test", packages);
  const work = home.program;
  if (example === undefined) {
    writeProgram(work, "test", "");
  } else {
    cpSync(join(root, "examples", example), work, {
      recursive: true,
      filter: (path) => !/node_modules|Pulumi\..+\.yaml/.test(path),
    });
  }

  const settings: NodeJS.ProcessEnv = {
    ...withoutTailscale(process.env),
    ...home.environment,
    ...quickStart,
    ...(example === undefined && { TAILSCOPE_PROGRAM_IS_JAVASCRIPT: "true" }),
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
    const started = performance.now();
    const { process, ended } = startProcess(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      { cwd: work, env: { ...settings, ...more }, input },
    );
    return {
      process,
      ended: ended.then(({ code, text }): Run => {
        printed += text;
        noteRun(args, started);
        return { code: code ?? -1, text };
      }),
    };
  }

  /**
   * Whether the provider process of another stack can serve this one. In the scripts that take their
   * time each run has its own.
   */
  function isLendable(): boolean {
    const own = join(work, "node_modules", "tailscope");
    const ours = realpathSync(join(ourPackages, "tailscope"));
    return !isLong && existsSync(own) && realpathSync(own) === ours;
  }

  async function pulumi(
    args: readonly string[],
    more: Record<string, string | undefined> = {},
    input?: string,
  ): Promise<Run> {
    if (!operations.has(args[0] ?? "") || !isLendable()) return launch(args, more, input).ended;
    const provider = await lendProvider({ ...settings, ...more }, home.folder, work);
    const run = await launch(args, { ...more, ...provider.environment }, input).ended;
    await provider.takeBack();
    return run;
  }

  const up = ["up", "--yes", "--skip-preview", "--suppress-progress"];

  async function succeed(...args: string[]): Promise<string> {
    return succeeded(args, await pulumi(args));
  }

  function succeeded(args: readonly string[], { code, text }: Run): string {
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text}`);
    return text;
  }

  async function quietly(...args: string[]): Promise<string> {
    const started = performance.now();
    const { code, stdout, stderr } = await runProcess("pulumi", args, { cwd: work, env: settings });
    noteRun(args, started);
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** What `pulumi stack export` prints, from where the CLI keeps it: the only stack there. */
  function keptState(): string | undefined {
    const cwd = fileURLToPath(String(settings["PULUMI_BACKEND_URL"]));
    const [file, ...others] = globSync(".pulumi/stacks/*/*.json", { cwd });
    if (file === undefined || others.length > 0) return undefined;
    const { version, checkpoint } = JSON.parse(readFileSync(join(cwd, file), "utf8"));
    return `${JSON.stringify({ version, deployment: checkpoint.latest }, null, 4)}\n`;
  }

  /**
   * A run of the program. Where it fails because of the program, or stands in a folder of its own,
   * Node runs it as for anybody.
   */
  async function served(
    args: readonly string[],
    more: Record<string, string | undefined> = {},
  ): Promise<Run> {
    if (example !== undefined || packages !== ourPackages) return pulumi(args, more);
    const program = await serveProgram(prelude + written, { ...settings, ...more });
    try {
      return await pulumi([...args, `--client=${program.address}`], more);
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
    // Node runs the program as for anybody: in this process its failure, when the engine is gone,
    // would count as another program's.
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
      return JSON.parse(await quietly("stack", "output", "--json", "--show-secrets"));
    },
    async failingUp(...args) {
      const { code, text } = await served([...up, ...args]);
      if (code === 0) throw new Error(`pulumi up succeeded, and should not have:\n${text}`);
      return text;
    },
    attemptPreview: (args = [], more = {}) =>
      served(["preview", "--suppress-progress", ...args], more),
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
      const exported = keptState() ?? (await quietly("stack", "export"));
      const { deployment } = JSON.parse(exported) as {
        deployment: { resources?: StoredResource[] };
      };
      const credentials = (deployment.resources ?? []).filter(({ type }) =>
        type.startsWith("pulumi-nodejs:dynamic/tailscope:"),
      );
      return {
        text: exported,
        credentials: Object.fromEntries(
          credentials.map((one) => [one.urn.split("::").at(-1), one]),
        ),
      };
    },
    async [Symbol.asyncDispose]() {
      keepEvidence("printed", printed);
      home.remove();
    },
  };
  if (example === undefined) stack.write(program);
  const hasPassphrase = environment["PULUMI_CONFIG_PASSPHRASE"] !== undefined;
  await initialise(home, settings, hasPassphrase ? "passphrase" : "key service");
  return stack;
}

/** A deployer in the environment of whoever runs the tests is not the tests' deployer. */
function withoutTailscale(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(TAILSCALE|TAILSCOPE|PULUMI)_/.test(name)),
  );
}
