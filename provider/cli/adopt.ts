/** `tailscope adopt`: writes a program and an import file for existing credentials. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sanitize } from "../access/sanitize";
import { formatCount } from "../access/word-list";
import { findDeployerId } from "../api/auth/tailnet-identity";
import type { Key } from "../api/keys/key";
import type { Connection } from "../api/settings/connection";
import type { Tailnet } from "../api/tailnet";
import { version } from "../api/version";
import { adopt, printImportFile } from "../state/adoption";
import { listOfficialCredentials, removeOfficial } from "../state/official-provider";
import { printProgram } from "../state/typescript-program";
import { CommandFailure } from "./failure";
import { readFileOrInput } from "./files";
import { type Listing, listCredentials } from "./listing";
import { print, printAside, printJson, printVerbatim } from "./output";
import { askForConfig, type SettingsOptions } from "./pulumi";
import { withTailnet } from "./session";
import { createSettings } from "./settings";
import { requireResources } from "./stored-resources";

export interface AdoptOptions extends SettingsOptions {
  readonly all?: boolean;
  readonly out: string;
  readonly fromState?: string;
  readonly json?: boolean;
}

/** Writes the program and the import file. */
export async function adoptCredentials(
  ids: readonly string[],
  options: AdoptOptions,
): Promise<void> {
  const ways = [ids.length > 0, options.all === true, options.fromState !== undefined].filter(
    Boolean,
  ).length;
  if (ways !== 1)
    throw new CommandFailure("Say what to adopt: give either ids, --all, or --from-state FILE.");
  if (existsSync(join(options.out, "index.ts"))) {
    throw new CommandFailure(
      `${join(options.out, "index.ts")} exists already and is not overwritten.\n  Choose another folder with --out.`,
    );
  }
  const official =
    options.fromState === undefined ? undefined : await readOfficial(options.fromState);
  const connection = await createSettings(await askForConfig(options)).connection(
    options.connection,
  );
  const names = official?.names ?? new Map<string, string>();
  const { keys, limits } = await withTailnet(connection, (tailnet) =>
    options.all
      ? listAdoptable(tailnet, connection)
      : findRequested(tailnet, connection, ids, names),
  );
  for (const limit of limits) printAside(limit);
  const { adopted, refused } = adopt(keys, names);
  for (const { id, reason } of refused) printAside(`${id} is left out: ${sanitize(reason)}.`);
  if (adopted.length === 0) throw new CommandFailure("There are no credentials to adopt.");
  writeFiles(options.out, printProgram(adopted), printImportFile(adopted));
  const forgotten =
    official && removeOfficial(official.content, new Set(adopted.map(({ id }) => id)));
  if (forgotten !== undefined)
    // It may hold the same secrets as the export.
    writeFileSync(join(options.out, "state.json"), forgotten.content, { mode: 0o600 });
  if (options.json)
    return printJson({
      adopted: adopted.map(({ id, kind, name }) => ({ id, kind, name })),
      refused,
      ...(limits.length > 0 && { limits }),
      ...(forgotten && { forgotten: forgotten.removed }),
    });
  print(
    `Wrote ${formatCount(adopted.length, "credential")} to ${options.out}. Nothing else has changed yet.`,
  );
  printVerbatim(
    forgotten === undefined
      ? describeNextSteps(options)
      : describeStepsAfterOfficial(options, forgotten.removed.length),
  );
}

/** The commands to run next. People copy them, so their lines are never wrapped. */
function describeNextSteps({ out, stack }: AdoptOptions): string {
  return `
As a project of its own:

  cd ${quoteForShell(out)} && npm install
  pulumi stack init NAME
  pulumi import --file import.json --generate-code=false --protect=false
  pulumi preview --refresh   # no change

In an existing stack: copy the resources of index.ts into its program. In that program's folder:

${formatImportCommands(out, stack)}`;
}

function describeStepsAfterOfficial({ out, stack }: AdoptOptions, count: number): string {
  const file = quoteForShell(join(resolve(out), "state.json"));
  return `
1. Put the resources of index.ts into the program, in the place of the old ones.
2. Where that program is, take the ${formatCount(count, "old entry", "old entries")} out of the state. The file is the
   export that you gave, without them. Nothing in the tailnet is touched, and the plugin
   of the official provider is not needed.

  pulumi stack import --file ${file}${formatStackOption(stack)}

3. Put the new ones into the state, and see that nothing would change.

${formatImportCommands(out, stack)}`;
}

function formatImportCommands(out: string, stack: string | undefined): string {
  const file = quoteForShell(join(resolve(out), "import.json"));
  return `  pulumi import --file ${file}${formatStackOption(stack)} --generate-code=false --protect=false
  pulumi preview --refresh${formatStackOption(stack)}   # no change`;
}

function formatStackOption(stack: string | undefined): string {
  return stack === undefined ? "" : ` --stack ${quoteForShell(stack)}`;
}

/** Quotes a word for a POSIX shell. */
function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function listAdoptable(tailnet: Tailnet, connection: Connection): Promise<Listing> {
  const { keys, limits } = await listCredentials(tailnet, connection);
  const itself = findDeployerId(connection.deployer);
  return { limits, keys: keys.filter(({ id, keyType }) => id !== itself && keyType !== "api") };
}

/** Every credential in `ids`, and those in `names` that still exist. */
async function findRequested(
  tailnet: Tailnet,
  connection: Connection,
  ids: readonly string[],
  names: ReadonlyMap<string, string>,
): Promise<Listing> {
  const { keys, limits } = await listCredentials(tailnet, connection);
  const asked = [...ids, ...names.keys()];
  const found = asked.flatMap((id): Key[] => keys.filter((key) => key.id === id));
  const missing = asked.filter((id) => !found.some((key) => key.id === id));
  if (missing.length === 0) return { keys: found, limits: [] };
  const none = `The tailnet shows no active credential ${missing.map((id) => describeMissing(id, names)).join(", ")}.`;
  if (ids.length === 0)
    return { keys: found, limits: [`${none} Their entries stay in the state.`, ...limits] };
  throw new CommandFailure(
    [none, "`tailscope inventory` lists the active ones.", ...limits].join("\n  "),
  );
}

function describeMissing(id: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(id);
  return name === undefined ? id : `${id} (${sanitize(name)})`;
}

/** The credentials of Tailscale's official provider in an export. */
async function readOfficial(
  path: string,
): Promise<{ names: ReadonlyMap<string, string>; content: string }> {
  const content = await readFileOrInput(path);
  const name = path === "-" ? "Standard input" : path;
  const names = listOfficialCredentials(requireResources([{ name, content }]));
  if (names.size === 0) {
    throw new CommandFailure(
      `${name} has no OAuthClient, AuthKey or FederatedIdentity of the official provider.\n  Export the stack that manages them.`,
    );
  }
  return { names, content };
}

function writeFiles(folder: string, program: string, imports: string): void {
  mkdirSync(folder, { recursive: true });
  const files: Record<string, string> = {
    "index.ts": program,
    "import.json": imports,
    "Pulumi.yaml": "name: tailnet\ndescription: Credentials of a tailnet\nruntime: nodejs\n",
    "package.json": `${JSON.stringify(manifest, undefined, 2)}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    if (!existsSync(join(folder, name)) || name === "import.json")
      writeFileSync(join(folder, name), content);
  }
}

const manifest = {
  name: "tailnet",
  private: true,
  main: "index.ts",
  dependencies: { "@pulumi/pulumi": "^3.200.0", tailscope: `^${version}` },
};
