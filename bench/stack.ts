/**
 * A stack to be timed: the same program with our resources, or with dynamic resources that do
 * nothing, which is the floor.
 */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { makePulumiHome, writeProgram } from "../harness/pulumi.ts";
import { createBareEnvironment, measureProcess, root, type Taken } from "./processes.ts";

export type Variant = "ours" | "floor";

/**
 * Has as many inputs and outputs as ours, because the SDK's work for each is most of the cost of a
 * resource, but does nothing.
 */
const floorProvider = `
let made = 0;
exports.provider = {
  check: async (olds, news) => ({ inputs: news, failures: [] }),
  diff: async (id, olds, news) => ({ changes: olds.description !== news.description }),
  create: async (inputs) => ({ id: "n" + ++made, outs: { ...inputs, clientId: "kXXXXXXXXXCNTRL", clientSecret: "x".repeat(64), createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" } }),
  read: async (id, props) => ({ id, props }),
  update: async (id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};
`;

/** The outputs of an OAuth client. */
const outputs = [
  "scopes",
  "tags",
  "description",
  "clientId",
  "clientSecret",
  "createdAt",
  "updatedAt",
  "rotatesAt",
  "userId",
];

const programs: Readonly<Record<Variant, string>> = {
  ours: `
const { OAuthClient } = require("tailscope");
for (let index = 0; index < Number(process.env.COUNT); index++)
  new OAuthClient("client-" + index, { scopes: ["dns:read"], description: "version " + process.env.VERSION });
`,
  floor: `
const pulumi = require("@pulumi/pulumi");
const __provider = 'exports.handler=()=>require("./floor.js").provider';
class Nothing extends pulumi.CustomResource {
  constructor(name, args) {
    const outputs = Object.fromEntries(${JSON.stringify(outputs)}.map((name) => [name, undefined]));
    super("pulumi-nodejs:dynamic/floor:Nothing", name, { ...outputs, ...args, __provider }, { additionalSecretOutputs: ["clientSecret"] });
  }
}
for (let index = 0; index < Number(process.env.COUNT); index++)
  new Nothing("client-" + index, { scopes: ["dns:read"], description: "version " + process.env.VERSION });
`,
};

export interface Emulator {
  readonly url: string;
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly controlToken: string;
  readonly process: ChildProcess;
}

/**
 * The emulator in a process of its own, so that its work is not counted as ours where there are
 * cores for both.
 */
export async function startEmulator(latency: number): Promise<Emulator> {
  const command = join(root, "emulator", "bin", "tailscope-emulator.js");
  const child = spawn(
    process.execPath,
    [command, "--port", "0", "--json", "--latency", String(latency)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const line = await new Promise<string>((resolve) =>
    child.stdout.setEncoding("utf8").once("data", resolve),
  );
  return { ...(JSON.parse(line) as Omit<Emulator, "process">), process: child };
}

/** Runs a measurement with an emulator of its own. */
export async function withEmulator<Result>(
  latency: number,
  work: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  const emulator = await startEmulator(latency);
  try {
    return await work(emulator);
  } finally {
    emulator.process.kill();
  }
}

/** The environment of a run that deploys to the emulated tailnet. */
export function createDeployerEnvironment(emulator: Emulator): Record<string, string> {
  return {
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
  };
}

export interface Requests {
  readonly all: number;
  readonly writes: number;
}

/** How many requests the API got since the last call, and how many of them wrote. */
export async function takeRequests(emulator: Emulator): Promise<Requests> {
  const { body } = await request(`${emulator.url}/control/take-requests`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.controlToken}` },
    body: "{}",
    // While a command runs nobody here would notice that a connection was closed.
    reset: true,
  });
  const { result } = (await body.json()) as { result: { method: string; path: string }[] };
  return {
    all: result.length,
    writes: result.filter(({ method, path }) => method !== "GET" && !path.startsWith("/oauth"))
      .length,
  };
}

/** How the CLI runs where nobody looks. */
export const quietly = [
  "--yes",
  "--skip-preview",
  "--suppress-progress",
  "--non-interactive",
] as const;

export interface Stack {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs the CLI with the program in one of its versions. */
  run(version: number, ...args: readonly string[]): Taken;
  /** Writes the state into a file, and names it. */
  export(): string;
  close(): void;
}

export function makeStack(
  variant: Variant,
  count: number,
  emulator: Emulator,
  more: NodeJS.ProcessEnv = {},
): Stack {
  const home = makePulumiHome("bench");
  const work = home.program;
  writeProgram(work, "bench", programs[variant]);
  writeFileSync(join(work, "floor.js"), floorProvider);
  const environment = {
    ...createBareEnvironment(),
    ...home.environment,
    ...createDeployerEnvironment(emulator),
    COUNT: String(count),
    ...more,
  };
  execFileSync("pulumi", ["stack", "init", "dev", "--non-interactive"], {
    cwd: work,
    env: environment,
    stdio: "pipe",
  });
  return {
    folder: work,
    environment,
    run: (version, ...args) =>
      measureProcess("pulumi", [...args, ...quietly], work, {
        ...environment,
        VERSION: String(version),
      }),
    export() {
      const file = join(work, "exported.json");
      measureProcess(
        "pulumi",
        ["stack", "export", "--stack", "dev", "--file", file],
        work,
        environment,
      );
      return file;
    },
    close: home.remove,
  };
}
