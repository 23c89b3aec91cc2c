/**
 * Runs the Pulumi CLI to read a stack. This file imports little, so that the CLI starts early:
 * waiting for it takes most of a command's time.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { getFirstLine } from "../access/error-text";
import { sanitize } from "../access/sanitize";
import { CommandFailure } from "./failure";
import { readFileOrInput } from "./files";
import { announceWait } from "./output";

/** Options that choose the stack whose settings apply. */
export interface SettingsOptions {
  readonly stack?: string;
  readonly connection?: string;
  readonly cwd?: string;
}

/** The same options, and the state to read. */
export interface StackOptions extends SettingsOptions {
  readonly state?: readonly string[];
}

/** One export, and the stack that it belongs to. */
export interface Exported {
  readonly name: string;
  readonly content: string;
}

/** The config of a stack, as far as the command requested it. */
export type StackConfig =
  /** The user named no stack, and none is selected here. */
  | { readonly kind: "none" }
  /**
   * As `pulumi config --json` prints it, without the values of secrets; `decrypt` reads them too.
   */
  | {
      readonly kind: "read";
      readonly content: string;
      readonly decrypt: () => Promise<string>;
    }
  /** It could not be read, and the user did not ask for what only the config has. */
  | { readonly kind: "unreadable"; readonly reason: string };

/** The results of the request, still pending. */
export interface Asked {
  /** Each export; undefined if there is no stack to export. */
  readonly exports: Promise<readonly Exported[] | undefined>;
  /** The same with decrypted secrets; rejects if they cannot be decrypted. */
  readonly decryptedExports: () => Promise<readonly Exported[]>;
  readonly config: Promise<StackConfig>;
}

/** The user named no stack, and the project has no selected stack, as after `pulumi stack rm`. */
export class NoStackSelected extends CommandFailure {}

/** There is no project here. The CLI reads a stack from anywhere, but its config only there. */
class NoProject extends CommandFailure {}

/**
 * Requests the state and the config of the stack or the files that the options name, in parallel.
 */
export function askPulumi(options: StackOptions): Asked {
  const { stack, state, cwd } = options;
  const isAnywhere = stack !== undefined || findProjectFolder(cwd) !== undefined;
  const exportStack = async (...more: string[]): Promise<Exported[]> => [
    {
      name: stack ?? "the current stack",
      content: await runPulumi(options, ["stack", "export", ...more]),
    },
  ];
  const exports =
    state !== undefined
      ? readStateFiles(state)
      : isAnywhere
        ? exportStack()
        : Promise.resolve(undefined);
  const config = askForConfig(options);
  const both = announceWait("Running pulumi", Promise.all([exports, config]));
  // The caller sees the failure in `exports` or `config`.
  both.catch(() => {});
  return {
    exports,
    config,
    async decryptedExports() {
      if (state === undefined) return exportStack("--show-secrets");
      throw new CommandFailure(
        "the state is a file: export it with --show-secrets, or name the stack with --stack instead",
      );
    },
  };
}

async function readStateFiles(paths: readonly string[]): Promise<Exported[]> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new CommandFailure("Standard input can be read only once: give - one time.");
  return Promise.all(
    paths.map(async (path) => ({
      name: path === "-" ? "standard input" : path,
      content: await readFileOrInput(path),
    })),
  );
}

/**
 * The config of the stack that the options name, or of the current stack. Without options, it is
 * read only if the project sets any of our settings, or if the environment alone does not define a
 * deployer.
 */
export async function askForConfig(options: SettingsOptions): Promise<StackConfig> {
  const { stack, connection, cwd } = options;
  const isNamed = stack !== undefined || connection !== undefined;
  const project = findProjectFolder(cwd);
  const setsOurs = project !== undefined && mentionsSettings(project);
  if (!isNamed && !setsOurs && (project === undefined || isDeployerInEnvironment()))
    return { kind: "none" };
  try {
    return {
      kind: "read",
      content: await runPulumi(options, ["config", "--json"]),
      decrypt: () => runPulumi(options, ["config", "--json", "--show-secrets"]),
    };
  } catch (error) {
    if (error instanceof NoProject && connection === undefined)
      return { kind: "unreadable", reason: error.message.replace(/\n\s*/, " ") };
    if (isNamed || !(error instanceof CommandFailure)) throw error;
    return { kind: "unreadable", reason: getFirstLine(error) };
  }
}

/**
 * Whether the environment names a deployer, valid or not. Config is then read only if it mentions
 * our settings.
 */
function isDeployerInEnvironment(): boolean {
  return ["TAILSCALE_API_KEY", "TAILSCALE_OAUTH_CLIENT_ID", "TAILSCALE_OAUTH_CLIENT_SECRET"].some(
    (name) => process.env[name]?.trim(),
  );
}

const projectFile = /^Pulumi\.(yaml|yml|json)$/;

/**
 * The folder of the Pulumi project that contains `cwd`, found as the CLI finds it; undefined
 * outside a project.
 */
export function findProjectFolder(cwd = "."): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (["yaml", "yml", "json"].some((ending) => existsSync(join(folder, `Pulumi.${ending}`))))
      return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Whether a file of the project contains our settings, or imports some from a Pulumi ESC
 * environment.
 */
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
    // An unreadable folder may contain settings. The CLI will report what is wrong with it.
    return true;
  }
}

async function runPulumi(
  { stack, cwd }: SettingsOptions,
  args: readonly string[],
): Promise<string> {
  const command = `pulumi ${args.slice(0, 2).join(" ")}`;
  const withoutIt =
    args[0] === "stack"
      ? "give exported state with --state FILE"
      : "give the deployer in the environment";
  if (cwd !== undefined && !existsSync(cwd))
    throw new CommandFailure(
      `The folder ${sanitize(cwd)} does not exist.\n  Name another one with --cwd.`,
    );
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
        `${command} cannot run: pulumi is not on PATH.\n  Install it (https://www.pulumi.com/docs/iac/download-install/), or ${withoutIt}.`,
      );
    const said = getStandardError(error);
    if (/passphrase/i.test(said))
      throw new CommandFailure(
        `${command} failed: ${sanitize(said)}\n  The stack is encrypted with a passphrase that this terminal does not have: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE as they were when the stack was created, or ${withoutIt}.`,
      );
    if (args[0] === "config" && /no Pulumi\.yaml project file found/.test(said))
      throw new NoProject(
        "The config of a stack is in its project, and there is no Pulumi.yaml here.\n  Run this in the project's folder, or name that folder with --cwd.",
      );
    const Failure = /no stack selected/.test(said) ? NoStackSelected : CommandFailure;
    throw new Failure(
      `${command} failed: ${sanitize(said)}\n  Run this in the folder of the stack's Pulumi.yaml (or name it with --cwd), name the stack with --stack, or ${withoutIt}.`,
    );
  }
}

function getStandardError(error: unknown): string {
  return error instanceof Error &&
    "stderr" in error &&
    typeof error.stderr === "string" &&
    error.stderr !== ""
    ? error.stderr
    : String(error);
}
