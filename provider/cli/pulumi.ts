/** What the Pulumi CLI says of a stack. Loads nothing else: it starts first, because waiting for it is most of a command's time. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { shown } from "../access/shown";
import { CommandFailure } from "./failure";
import { readText } from "./files";
import { waitingFor } from "./output";

/** Options that say which stacks are meant. */
export interface StackOptions {
  readonly stack?: string;
  readonly state?: readonly string[];
  readonly cwd?: string;
}

/** What was asked for, on its way. */
export interface Asked {
  /** Each export, and whose it is. */
  readonly exports: Promise<readonly { readonly name: string; readonly content: string }[]>;
  /** The stack's config; undefined for files, which have none. */
  readonly config: Promise<string | undefined>;
}

/** Asks for the state and the config of the stack or the files that the options name, both at once. */
export function askPulumi(options: StackOptions): Asked {
  const { stack = "the current stack", state } = options;
  const exports =
    state === undefined
      ? pulumi(options, ["stack", "export"]).then((content) => [{ name: stack, content }])
      : Promise.resolve(state).then((paths) =>
          paths.map((path) => ({ name: path, content: readText(path) })),
        );
  const config =
    state === undefined
      ? pulumi(options, ["config", "--json", "--show-secrets"])
      : Promise.resolve(undefined);
  const both = waitingFor("Running pulumi", Promise.all([exports, config]));
  // Whoever asked hears of it from the two.
  both.catch(() => {});
  return { exports, config };
}

async function pulumi({ stack, cwd }: StackOptions, args: readonly string[]): Promise<string> {
  try {
    const all = [
      ...args,
      ...(stack === undefined ? [] : ["--stack", stack]),
      "--non-interactive",
      "--color",
      "never",
    ];
    const { stdout } = await promisify(execFile)("pulumi", all, { cwd, maxBuffer: 2 ** 30 });
    return stdout;
  } catch (error) {
    const said =
      error instanceof Error &&
      "stderr" in error &&
      typeof error.stderr === "string" &&
      error.stderr !== ""
        ? error.stderr
        : String(error);
    throw new CommandFailure(
      `pulumi ${args.slice(0, 2).join(" ")} failed: ${shown(said)}\n  Run this where the stack's Pulumi.yaml is (or name it with --cwd), name the stack with --stack, or give exported state with --state FILE.`,
    );
  }
}
