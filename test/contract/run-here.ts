/**
 * The commands in this process instead of one of their own: in a mutation run
 * (vitest.mutation.config.mts) it stands in for `run-command`, because a mutant of the source is
 * never seen by the compiled command.
 */

import { Readable } from "node:stream";
import { tailscope } from "../../provider/cli/program";
// With its extension it is the file itself, and not what stands in for it.
import { type Run, withoutWaiting } from "./run-command.ts";

/** Only a process of its own has an output that closes. */
export { runUntilFirstRead, withoutWaiting } from "./run-command.ts";

/** Commands read the environment and print: two at a time would get in each other's way. */
let turn: Promise<unknown> = Promise.resolve();

export function run(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
  cwd?: string,
): Promise<Run> {
  const mine = turn.then(() => runAlone(args, environment, input, cwd));
  turn = mine.catch(() => {});
  return mine;
}

async function runAlone(
  args: readonly string[],
  environment: Record<string, string>,
  input = "",
  cwd = process.cwd(),
): Promise<Run> {
  const { env, exitCode, stdout, stderr, cwd: folder } = process;
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
  const [write, complain] = [stdout.write, stderr.write];
  const printed = { stdout: "", stderr: "" };
  const seen = () => ({ ...printed, stderr: withoutWaiting(printed.stderr) });
  const catching = (into: keyof typeof printed) =>
    ((chunk: unknown, ...rest: unknown[]) => {
      printed[into] += String(chunk);
      const done = rest.find((one) => typeof one === "function");
      done?.();
      return true;
    }) as typeof stdout.write;
  process.env = { PATH: env["PATH"], HOME: env["HOME"], ...environment };
  process.exitCode = 0;
  // A thread of a test runner cannot change its folder.
  process.cwd = () => cwd;
  Object.defineProperty(process, "stdin", { value: Readable.from([input]), configurable: true });
  stdout.write = catching("stdout");
  stderr.write = catching("stderr");
  // In a test runner `console` has streams of its own.
  const { log, error: say, warn } = console;
  console.log = (...words: unknown[]) => stdout.write(`${words.join(" ")}\n`);
  console.error = (...words: unknown[]) => stderr.write(`${words.join(" ")}\n`);
  console.warn = console.error;
  try {
    const program = await tailscope(args[0]);
    // To end the process is no more than to throw here.
    for (const one of [program, ...program.commands]) one.exitOverride();
    await program.parseAsync(["node", "tailscope", ...args]);
    return { ...seen(), code: Number(process.exitCode) };
  } catch (problem) {
    if (problem instanceof Error && "exitCode" in problem)
      return { ...seen(), code: Number(problem.exitCode) };
    const message = problem instanceof Error ? problem.message : String(problem);
    return { ...seen(), code: 1, stderr: `${seen().stderr}tailscope: ${message}\n` };
  } finally {
    process.env = env;
    process.cwd = folder;
    process.exitCode = exitCode;
    if (stdin) Object.defineProperty(process, "stdin", stdin);
    stdout.write = write;
    stderr.write = complain;
    console.log = log;
    console.error = say;
    console.warn = warn;
  }
}
