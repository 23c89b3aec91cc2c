/**
 * The commands in this process instead of one of their own: in a mutation run
 * (vitest.mutation.config.mts) it stands in for `run-command`, because a mutant of the source is
 * never seen by the compiled command.
 */

import { Readable } from "node:stream";
import { tailscope } from "../../provider/cli/program";
import type { Run } from "./run-command";

/** Commands read the environment and print: two at a time would get in each other's way. */
let turn: Promise<unknown> = Promise.resolve();

export function run(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
): Promise<Run> {
  const mine = turn.then(() => runAlone(args, environment, input));
  turn = mine.catch(() => {});
  return mine;
}

async function runAlone(
  args: readonly string[],
  environment: Record<string, string>,
  input = "",
): Promise<Run> {
  const { env, exitCode, stdout, stderr } = process;
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin");
  const [write, complain] = [stdout.write, stderr.write];
  const printed = { stdout: "", stderr: "" };
  const catching = (into: keyof typeof printed) =>
    ((chunk: unknown, ...rest: unknown[]) => {
      printed[into] += String(chunk);
      const done = rest.find((one) => typeof one === "function");
      done?.();
      return true;
    }) as typeof stdout.write;
  process.env = { PATH: env["PATH"], HOME: env["HOME"], ...environment };
  process.exitCode = 0;
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
    return { ...printed, code: Number(process.exitCode) };
  } catch (problem) {
    if (problem instanceof Error && "exitCode" in problem)
      return { ...printed, code: Number(problem.exitCode) };
    const message = problem instanceof Error ? problem.message : String(problem);
    return { ...printed, code: 1, stderr: `${printed.stderr}tailscope: ${message}\n` };
  } finally {
    process.env = env;
    process.exitCode = exitCode;
    if (stdin) Object.defineProperty(process, "stdin", stdin);
    stdout.write = write;
    stderr.write = complain;
    console.log = log;
    console.error = say;
    console.warn = warn;
  }
}
