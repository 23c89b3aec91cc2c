/** What a command works on: the tailnet as the deployer sees it, and the stacks whose state it is held against. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { z } from "zod";
import { shown } from "../access/shown";
import { type AuditEntry, auditLogScope, readAuditLog } from "../api/audit-log";
import { type Connection, connectionFrom } from "../api/connection";
import { NotPermitted } from "../api/errors";
import { openHttp } from "../api/http";
import { openTailnet, type Tailnet } from "../api/tailnet";
import { type Managed, managedIn, resourcesIn, type StoredResource } from "../managed/exported-state";
import { CommandFailure } from "./failure";
import { printAside, waitingFor } from "./output";

/** Options that say which stacks are meant. */
export interface StackOptions {
  readonly stack?: string;
  readonly state?: readonly string[];
  readonly cwd?: string;
}

export type ConfigReader = (key: string) => string | undefined;

const noConfig: ConfigReader = () => undefined;

/** Opens the tailnet for the length of `work`; connections are closed after it. */
export async function withTailnet<Result>(
  work: (tailnet: Tailnet, connection: Connection) => Promise<Result>,
  config = noConfig,
  name?: string,
): Promise<Result> {
  const connection = connectionFrom(process.env, config, name);
  const tailnet = openTailnet(connection, printAside, openHttp(connection.baseUrl, connection.timing), [auditLogScope]);
  try {
    return await work(tailnet, connection);
  } finally {
    await tailnet.close();
  }
}

/** The audit log since `start`; undefined, and a word about it, where the deployer may not read it. */
export async function auditLogSince(tailnet: Tailnet, start: number): Promise<readonly AuditEntry[] | undefined> {
  try {
    return await waitingFor("Reading the audit log", readAuditLog(tailnet.name, tailnet.actor, new Date(start), new Date()));
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    printAside(`The audit log is not looked at: the deployer lacks ${auditLogScope}.`);
    return undefined;
  }
}

/** The resources of the stack or the files that the options name. */
export async function resourcesOf(options: StackOptions): Promise<readonly StoredResource[]> {
  const exports =
    options.state === undefined
      ? [{ name: options.stack ?? "the current stack", content: await pulumi(options, ["stack", "export"]) }]
      : options.state.map((path) => ({ name: path, content: readText(path) }));
  return exports.flatMap(({ name, content }) => {
    const read = resourcesIn(content);
    if ("problem" in read)
      throw new CommandFailure(`${name} cannot be used: ${read.problem}.\n  Give what \`pulumi stack export\` prints.`);
    return read.resources;
  });
}

/** What the stack or the files manage, and the stack's config for what it says about connections; of files nothing but the environment is known. */
export async function stackOf(options: StackOptions): Promise<{ managed: readonly Managed[]; config: ConfigReader }> {
  // At once: each is a start of the CLI, and they are most of the time that a command takes.
  const [resources, config] = await waitingFor("Running pulumi", Promise.all([resourcesOf(options), configOf(options)]));
  return { managed: managedIn(resources), config };
}

const configShape = z.record(z.string(), z.object({ value: z.string().optional() }));

async function configOf(options: StackOptions): Promise<ConfigReader> {
  if (options.state !== undefined) return noConfig;
  const parsed = configShape.safeParse(JSON.parse(await pulumi(options, ["config", "--json", "--show-secrets"])));
  return (key) => (parsed.success ? parsed.data[key]?.value : undefined);
}

async function pulumi({ stack, cwd }: StackOptions, args: readonly string[]): Promise<string> {
  try {
    const all = [...args, ...(stack === undefined ? [] : ["--stack", stack]), "--non-interactive", "--color", "never"];
    const { stdout } = await promisify(execFile)("pulumi", all, { cwd, maxBuffer: 2 ** 30 });
    return stdout;
  } catch (error) {
    const said =
      error instanceof Error && "stderr" in error && typeof error.stderr === "string" && error.stderr !== ""
        ? error.stderr
        : String(error);
    throw new CommandFailure(
      `pulumi ${args.slice(0, 2).join(" ")} failed: ${shown(said)}\n  Run this where the stack's Pulumi.yaml is (or name it with --cwd), name the stack with --stack, or give exported state with --state FILE.`,
    );
  }
}

/** The text of a file, or of standard input for `-`. */
export async function textOf(path: string): Promise<string> {
  return path === "-" ? text(process.stdin) : readText(path);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}
