/**
 * Lends the engine a provider process that is there already. Starting one takes 0.4 seconds of
 * processor time, nearly half of what a run takes. The long test scripts, and the tests of examples,
 * commands and packages, let the engine start its own.
 */

import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface LentProvider {
  /** The environment in which the engine takes this provider. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends its part in the run. */
  takeBack(): Promise<void>;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const script = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");

interface ProviderProcess {
  readonly process: ChildProcess;
  /** Is aborted when the process ends, which only this process's end should cause. */
  readonly ended: AbortSignal;
}

/** The processes that no run has now, by what they were started with. */
const free = new Map<string, ProviderProcess[]>();
let fifos = 0;

/**
 * @param environment the one of the run
 * @param home a folder for files of its own
 * @param program the folder in which the engine runs
 */
export async function lendProvider(
  environment: NodeJS.ProcessEnv,
  home: string,
  program: string,
): Promise<LentProvider> {
  fifos += 1;
  const output = join(home, `provider-output-${fifos}`);
  execFileSync("mkfifo", [output]);
  const alike = findStartSettings(environment);
  const lent = free.get(alike)?.pop() ?? startProcess(environment);
  const { port } = await ask<{ port: number }>(lent, { start: { environment, program, output } });
  return {
    environment: {
      PATH: `${here}${delimiter}${environment["PATH"]}`,
      TAILSCOPE_TEST_NODE: process.execPath,
      TAILSCOPE_TEST_PROVIDER_SCRIPT: script,
      TAILSCOPE_TEST_PROVIDER_PORT: String(port),
      TAILSCOPE_TEST_PROVIDER_OUTPUT: output,
    },
    async takeBack() {
      await ask(lent, {});
      free.set(alike, [...(free.get(alike) ?? []), lent]);
    },
  };
}

/** The variables that a process reads only when it starts. */
function findStartSettings(environment: NodeJS.ProcessEnv): string {
  return JSON.stringify(Object.entries(environment).filter(([name]) => /^(NODE_|TZ$)/.test(name)));
}

function startProcess(environment: NodeJS.ProcessEnv): ProviderProcess {
  const started = fork(join(here, "process.cjs"), {
    env: { ...environment, PULUMI_NODEJS_PROJECT: "test" },
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new AbortController();
  started.once("exit", () => ended.abort());
  // It ends with this process, which does not wait for it.
  started.unref();
  started.channel?.unref();
  return { process: started, ended: ended.signal };
}

/** The answer's form is the other side's, process.cjs. */
async function ask<Answer>(lent: ProviderProcess, message: object): Promise<Answer> {
  lent.process.channel?.ref();
  lent.process.send(message);
  const [answer] = await once(lent.process, "message", { signal: lent.ended });
  lent.process.channel?.unref();
  return answer;
}
