/** What is under test, as a person runs it: `tailscope review FILE --json`, in this process. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "./report.ts";

/** The one entry of the commands: commander's program, with the command that is wanted. */
export type Program = (
  wanted: string,
) => Promise<{ parseAsync(argv: readonly string[]): Promise<unknown> }>;

export interface Answer {
  readonly code: number;
  readonly report?: Report;
  /** Why there is no report. */
  readonly problem?: string;
}

export interface Reviewer extends Disposable {
  review(document: Input, ...options: readonly string[]): Promise<Answer>;
  /** How it exits where it prints in another format. */
  exitCode(document: Input, format: string, ...options: readonly string[]): Promise<number>;
}

export interface Input {
  readonly content: string | Uint8Array;
  readonly isPlan?: boolean;
}

export function reviewerOf(program: Program): Reviewer {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-oracle-"));
  const file = join(folder, "document.json");

  function start({ content, isPlan = false }: Input, options: readonly string[]) {
    writeFileSync(file, content);
    return run(program, ["review", ...(isPlan ? ["--plan", file] : [file]), ...options]);
  }

  async function review(document: Input, ...options: readonly string[]) {
    const { code, printed, problem } = await start(document, ["--json", ...options]);
    if (problem !== undefined) return { code: 1, problem };
    try {
      return { code, report: JSON.parse(printed) as Report };
    } catch {
      return { code, problem: `it printed ${printed.slice(0, 200)}` };
    }
  }

  return {
    review,
    exitCode: async (document, format, ...options) =>
      (await start(document, ["--format", format, ...options])).code,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a command with what it prints caught. */
async function run(program: Program, args: readonly string[]) {
  const { stdout, stderr } = process;
  const written: string[] = [];
  const [write, complain] = [stdout.write, stderr.write];
  stdout.write = ((chunk: unknown) => written.push(String(chunk)) > 0) as typeof stdout.write;
  stderr.write = (() => true) as typeof stderr.write;
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await (await program("review")).parseAsync(["node", "tailscope", ...args]);
    return { code: Number(process.exitCode), printed: written.join("") };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { code: 1, printed: written.join(""), problem };
  } finally {
    stdout.write = write;
    stderr.write = complain;
    process.exitCode = before;
  }
}
