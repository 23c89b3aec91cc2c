/** What the Pulumi CLI says of a stack. Loads nothing else: it starts first, because waiting for it is most of a command's time. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { shown } from "../access/sanitize";
import { CommandFailure } from "./failure";
import { textOf } from "./files";
import { waitingFor } from "./output";

/** Options that say which stack's settings are meant. */
export interface SettingsOptions {
  readonly stack?: string;
  readonly connection?: string;
  readonly cwd?: string;
}

/** Options that say which stacks' state is meant as well. */
export interface StackOptions extends SettingsOptions {
  readonly state?: readonly string[];
}

/** One export, and whose it is. */
export interface Exported {
  readonly name: string;
  readonly content: string;
}

/** The config of a stack, as far as it was asked for. */
export type StackConfig =
  /** There is no stack whose config could say anything. */
  | { readonly kind: "none" }
  /** As `pulumi config --json` prints it, in which secrets have no value; `decrypt` gives it with them. */
  | {
      readonly kind: "read";
      readonly content: string;
      readonly decrypt: () => Promise<string>;
    }
  /** It could not be read, and nobody named the stack. */
  | { readonly kind: "unreadable"; readonly reason: string };

/** What was asked for, on its way. */
export interface Asked {
  /** Each export; undefined where there is no stack to ask for one. */
  readonly exports: Promise<readonly Exported[] | undefined>;
  /** The same with secrets decrypted; rejects where that cannot be done. */
  readonly decryptedExports: () => Promise<readonly Exported[]>;
  readonly config: Promise<StackConfig>;
}

/** Asks for the state and the config of the stack or the files that the options name, both at once. */
export function askPulumi(options: StackOptions): Asked {
  const { stack, state, cwd } = options;
  const isAnywhere = stack !== undefined || projectFolder(cwd) !== undefined;
  const exported = async (...more: string[]): Promise<Exported[]> => [
    {
      name: stack ?? "the current stack",
      content: await pulumi(options, ["stack", "export", ...more]),
    },
  ];
  const exports =
    state !== undefined ? filesOf(state) : isAnywhere ? exported() : Promise.resolve(undefined);
  const config = askForConfig(options);
  const both = waitingFor("Running pulumi", Promise.all([exports, config]));
  // Whoever asked hears of it from the two.
  both.catch(() => {});
  return {
    exports,
    config,
    async decryptedExports() {
      if (state === undefined) return exported("--show-secrets");
      throw new CommandFailure(
        "a file has no more than what is in it: export it with --show-secrets, or name the stack with --stack instead",
      );
    },
  };
}

async function filesOf(paths: readonly string[]): Promise<Exported[]> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new CommandFailure("Standard input can be read once: give - one time.");
  return Promise.all(
    paths.map(async (path) => ({
      name: path === "-" ? "standard input" : path,
      content: await textOf(path),
    })),
  );
}

/**
 * The config of the stack that the options name, or of the current one. Without options it is asked for where there is a project
 * that sets anything of ours, or where the environment has no deployer by itself.
 */
export async function askForConfig(options: SettingsOptions): Promise<StackConfig> {
  const { stack, connection, cwd } = options;
  const isNamed = stack !== undefined || connection !== undefined;
  const project = projectFolder(cwd);
  const setsOurs = project !== undefined && mentionsSettings(project);
  if (!isNamed && !setsOurs && (project === undefined || environmentHasDeployer()))
    return { kind: "none" };
  try {
    return {
      kind: "read",
      content: await pulumi(options, ["config", "--json"]),
      decrypt: () => pulumi(options, ["config", "--json", "--show-secrets"]),
    };
  } catch (error) {
    if (isNamed || !(error instanceof CommandFailure)) throw error;
    return { kind: "unreadable", reason: error.message.split("\n")[0] ?? "" };
  }
}

/** Whether the environment names a deployer, right or wrong: then config is asked for only where it is seen to say something. */
function environmentHasDeployer(): boolean {
  return ["TAILSCALE_API_KEY", "TAILSCALE_OAUTH_CLIENT_ID", "TAILSCALE_OAUTH_CLIENT_SECRET"].some(
    (name) => process.env[name]?.trim(),
  );
}

const projectFile = /^Pulumi\.(yaml|yml|json)$/;

/** The folder of the Pulumi project that `cwd` is in, as the CLI looks for it; undefined outside of one. */
export function projectFolder(cwd = "."): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (["yaml", "yml", "json"].some((ending) => existsSync(join(folder, `Pulumi.${ending}`))))
      return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Whether a file of the project has settings of ours, or takes some from an environment of Pulumi ESC. */
function mentionsSettings(folder: string): boolean {
  try {
    const project = readdirSync(folder).find((name) => projectFile.test(name)) ?? "";
    const text = readFileSync(join(folder, project), "utf8");
    // https://www.pulumi.com/docs/iac/concepts/projects/project-file
    const elsewhere = /^(?:stackConfigDir|config): *["']?([^\s"']+)/m.exec(text)?.[1];
    const folders = elsewhere === undefined ? [folder] : [folder, join(folder, elsewhere)];
    return folders.some((one) =>
      (existsSync(one) ? readdirSync(one) : [])
        .filter((name) => /^Pulumi\..*(yaml|yml|json)$/.test(name))
        .some((name) => /tailscope:|^environment:/m.test(readFileSync(join(one, name), "utf8"))),
    );
  } catch {
    // What cannot be looked into may say something: the CLI says what is wrong with it.
    return true;
  }
}

async function pulumi({ stack, cwd }: SettingsOptions, args: readonly string[]): Promise<string> {
  const command = `pulumi ${args.slice(0, 2).join(" ")}`;
  const withoutIt =
    args[0] === "stack"
      ? "give exported state with --state FILE"
      : "give the deployer in the environment";
  if (cwd !== undefined && !existsSync(cwd))
    throw new CommandFailure(`There is no folder ${shown(cwd)}.\n  Name another one with --cwd.`);
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
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new CommandFailure(
        `${command} cannot be run: there is no pulumi on PATH.\n  Install it (https://www.pulumi.com/docs/iac/download-install/), or ${withoutIt}.`,
      );
    throw new CommandFailure(
      `${command} failed: ${shown(saidBy(error))}\n  Run this where the stack's Pulumi.yaml is (or name it with --cwd), name the stack with --stack, or ${withoutIt}.`,
    );
  }
}

function saidBy(error: unknown): string {
  return error instanceof Error &&
    "stderr" in error &&
    typeof error.stderr === "string" &&
    error.stderr !== ""
    ? error.stderr
    : String(error);
}
