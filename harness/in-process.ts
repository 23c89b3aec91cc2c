/**
 * Runs the compiled command `tailscope` in this process, by the function that its bin calls. A
 * process of its own takes longer to load the command than the command takes. What only a process
 * has (a terminal, a broken pipe, Node's own settings) needs `runTailscope`.
 */

import type { ChildProcess } from "node:child_process";
import { Console } from "node:console";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Ended, ProcessOptions } from "./process.ts";
import { root } from "./pulumi.ts";

/** What the bin calls: it runs to its end, and sets the exit code. */
export type CommandLine = (args: readonly string[]) => Promise<void>;

type Options = Pick<ProcessOptions, "cwd" | "env" | "input">;

/** The compiled command has no types of its own here. */
function loadCommandLine(): CommandLine {
  const file = join(root, "provider", "dist", "cli", "command-line.js");
  const loaded = createRequire(import.meta.url)(file) as { runCommandLine: CommandLine };
  return loaded.runCommandLine;
}

/** Resolves when the last run has given back what it took. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs it with arguments, environment, folder, standard streams and exit code of its own. Runs wait
 * for each other, because a process has only one of each.
 *
 * @param commandLine runs instead of the command's own, in tests of this function
 * @throws Error where a run would not be as in a process of its own: a setting that Node reads when
 * it starts, or a listener that stays
 */
export function runInThisProcess(
  args: readonly string[],
  options: Options,
  commandLine?: CommandLine,
): Promise<Ended> {
  const run = last.then(() => runAlone(args, options, commandLine ?? loadCommandLine()));
  last = run.catch(() => {});
  return run;
}

async function runAlone(
  args: readonly string[],
  { cwd, env = process.env, input = "" }: Options,
  commandLine: CommandLine,
): Promise<Ended> {
  refuseNodeSettings(env);
  const { streams, read } = captureOutput();
  const before = listListeners();
  const stdin = Readable.from(input === "" ? [] : [Buffer.from(input)]);
  let code: number;
  {
    using _ = takeOver({ argv: [process.execPath, "tailscope", ...args], stdin, ...streams }, env);
    if (cwd !== undefined) process.chdir(cwd);
    await untilIdle(() => commandLine(args));
    code = Number(process.exitCode ?? 0);
  }
  const left = listListeners().filter((one) => !before.includes(one));
  if (left.length > 0)
    throw new Error(`tailscope ${args.join(" ")} left listeners: ${left.join(", ")}.`);
  return { code, ...read() };
}

/** Node reads these when it starts, and this process has started. */
function refuseNodeSettings(env: NodeJS.ProcessEnv): void {
  const setting = Object.keys(env).find((name) => env !== process.env && name.startsWith("NODE_"));
  if (setting !== undefined)
    throw new Error(`Node reads ${setting} when it starts: run a process of its own.`);
}

/**
 * Does the work, and waits for the child processes and the requests that it started: a process does
 * not end before them.
 */
async function untilIdle(work: () => Promise<void>): Promise<void> {
  const running = new Map<object, { readonly ended: Promise<void>; readonly end: () => void }>();
  const start = (one: object) => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    running.set(one, { ended, end });
  };
  const end = (one: object) => {
    running.get(one)?.end();
    running.delete(one);
  };
  // https://nodejs.org/api/diagnostics_channel.html#event-child_process
  // https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
  const noting: Readonly<Record<string, (message: unknown) => void>> = {
    child_process: (message) => {
      const { process: child } = message as { process: ChildProcess };
      start(child);
      child.once("close", () => end(child));
    },
    "undici:request:create": (message) => start((message as { request: object }).request),
    "undici:request:trailers": (message) => end((message as { request: object }).request),
    "undici:request:error": (message) => end((message as { request: object }).request),
  };
  for (const [channel, note] of Object.entries(noting)) subscribe(channel, note);
  try {
    await work();
    for (; running.size > 0; await setImmediate())
      await Promise.all([...running.values()].map(({ ended }) => ended));
  } finally {
    for (const [channel, note] of Object.entries(noting)) unsubscribe(channel, note);
  }
}

function captureOutput() {
  const written: { name: "stdout" | "stderr"; chunk: Buffer }[] = [];
  const open = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk: Buffer, _, done) {
        written.push({ name, chunk });
        done();
      },
    });
  const join = (chosen: typeof written) =>
    Buffer.concat(chosen.map(({ chunk }) => chunk)).toString("utf8");
  return {
    streams: { stdout: open("stdout"), stderr: open("stderr") },
    read: () => ({
      stdout: join(written.filter(({ name }) => name === "stdout")),
      stderr: join(written.filter(({ name }) => name === "stderr")),
      text: join(written),
    }),
  };
}

/** A process takes its listeners with it when it ends. */
function listListeners(): string[] {
  return process
    .eventNames()
    .flatMap((name) =>
      Array.from({ length: process.listenerCount(name) }, (_, at) => `${String(name)} ${at}`),
    );
}

/**
 * Gives a run the streams, the arguments, the environment and an unset exit code. Disposing of it
 * gives this process back its own, and its folder.
 */
function takeOver(
  properties: Readonly<Record<"argv" | "stdin" | "stdout" | "stderr", unknown>>,
  env: NodeJS.ProcessEnv,
): Disposable {
  const { console, process } = globalThis;
  const own = { env: { ...process.env }, exitCode: process.exitCode, cwd: process.cwd() };
  const descriptors = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const,
  );
  const define = (name: string, value: unknown) =>
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
  for (const [name, value] of Object.entries(properties)) define(name, value);
  globalThis.console = new Console(process.stdout, process.stderr);
  process.exitCode = undefined;
  // An emulator in this process notes its secrets in a file that a variable of its own names.
  const ofEmulator = Object.entries(own.env).filter(([name]) =>
    name.startsWith("TAILSCOPE_EMULATOR_"),
  );
  setEnvironment({ ...Object.fromEntries(ofEmulator), ...env });
  return {
    [Symbol.dispose]() {
      for (const [name, descriptor] of descriptors)
        if (descriptor !== undefined) Object.defineProperty(process, name, descriptor);
      globalThis.console = console;
      process.exitCode = own.exitCode;
      setEnvironment(own.env);
      process.chdir(own.cwd);
    },
  };
}

/** The variables themselves, not a copy: Node's own code and child processes read them, too. */
function setEnvironment(wanted: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env))
    if (wanted[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(wanted))
    if (value !== undefined) process.env[name] = value;
}
