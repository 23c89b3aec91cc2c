/** `tailscope adopt`: a program and an import file for credentials that exist. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Key } from "../api/key";
import type { Tailnet } from "../api/tailnet";
import { deployerId } from "../api/tailnet-identity";
import { version } from "../api/version";
import { adopt, importFile, programFor } from "../managed/adoption";
import { nameIn } from "../managed/exported-state";
import { kindOf } from "../managed/inventory";
import { CommandFailure } from "./failure";
import { withJson } from "./options";
import { print, printAside, printJson, waitingFor } from "./output";
import { askPulumi } from "./pulumi";
import { resourcesOf, withTailnet } from "./session";

interface Options {
  readonly all?: boolean;
  readonly out: string;
  readonly fromState?: string;
  readonly json?: boolean;
}

export function adoptCommand(program: Command): void {
  withJson(program.command("adopt"))
    .summary("a program and an import file for credentials that exist")
    .description(
      "Writes a Pulumi program with one resource for each credential, and the file for `pulumi import --file`. Nothing that exists is changed.",
    )
    .argument("[id...]", "the credentials' ids")
    .option(
      "--all",
      "every active OAuth client, auth key and federated identity that the deployer sees, but itself",
    )
    .option(
      "--from-state <file>",
      "those of the official provider in an exported state, under the names they have there",
    )
    .requiredOption(
      "--out <folder>",
      "where to write; a program that is there already is not touched",
    )
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure. Secrets of what exists cannot be had: outputs say so, and rotateEvery gets new ones.

  $ tailscope inventory --unmanaged
  $ tailscope adopt kAbc123CNTRL kDef456CNTRL --out tailnet`,
    )
    .action(async (ids: string[], options: Options) => {
      const ways = [ids.length > 0, options.all === true, options.fromState !== undefined].filter(
        Boolean,
      ).length;
      if (ways !== 1)
        throw new CommandFailure(
          "Say what to adopt: ids, --all, or --from-state FILE, and one of them alone.",
        );
      if (existsSync(join(options.out, "index.ts"))) {
        throw new CommandFailure(
          `${join(options.out, "index.ts")} is there already, and nothing is written over it.\n  Name another folder with --out.`,
        );
      }
      const names =
        options.fromState === undefined
          ? new Map<string, string>()
          : await officialNames(options.fromState);
      const keys = await withTailnet(async (tailnet, { deployer }) =>
        options.all
          ? everything(tailnet, deployerId(deployer))
          : wanted(tailnet, ids.length > 0 ? ids : [...names.keys()]),
      );
      const { adopted, refused } = adopt(keys, names);
      for (const { id, reason } of refused) printAside(`${id} is left out: ${reason}.`);
      if (adopted.length === 0) throw new CommandFailure("There is nothing to adopt.");
      write(options.out, programFor(adopted), importFile(adopted));
      if (options.json)
        return printJson({
          adopted: adopted.map(({ id, kind, name }) => ({ id, kind, name })),
          refused,
        });
      print(`Wrote ${adopted.length} credentials to ${options.out}. Then:

  cd ${options.out} && npm install
  pulumi stack init NAME
  pulumi import --file import.json --generate-code=false --protect=false
  pulumi preview   # no change`);
    });
}

async function everything(tailnet: Tailnet, deployer: string | undefined): Promise<Key[]> {
  const keys = await waitingFor("Listing the credentials", tailnet.allKeys());
  if (keys === undefined)
    throw new CommandFailure(
      "The deployer may list no credentials.\n  Give it oauth_keys:read, federated_keys:read and auth_keys:read.",
    );
  return keys.filter(({ id, keyType }) => id !== deployer && keyType !== "api");
}

async function wanted(tailnet: Tailnet, ids: readonly string[]): Promise<Key[]> {
  const known = (await waitingFor("Listing the credentials", tailnet.allKeys())) ?? [];
  const missing = ids.filter((id) => !known.some((key) => key.id === id));
  if (missing.length > 0) {
    throw new CommandFailure(
      `The tailnet shows no active credential ${missing.join(", ")}.\n  \`tailscope inventory\` lists those that there are.`,
    );
  }
  return ids.flatMap((id) => known.filter((key) => key.id === id));
}

/** The resources of Tailscale's official provider, by the credentials' ids. */
async function officialNames(path: string): Promise<Map<string, string>> {
  const official = /^tailscale:index\/\w+:(OauthClient|TailnetKey|FederatedIdentity)$/;
  const found = (await resourcesOf(askPulumi({ state: [path] }))).filter(
    ({ type, id }) => official.test(type) && id !== undefined,
  );
  if (found.length === 0) {
    throw new CommandFailure(
      `${path} has no ${kindOf("client")}, ${kindOf("auth")} or ${kindOf("federated")} of the official provider.\n  Export the stack that has them.`,
    );
  }
  return new Map(found.map(({ id = "", urn }) => [id, nameIn(urn)]));
}

function write(folder: string, program: string, imports: string): void {
  mkdirSync(folder, { recursive: true });
  const files: Record<string, string> = {
    "index.ts": program,
    "import.json": imports,
    "Pulumi.yaml": "name: tailnet\ndescription: Credentials of a tailnet\nruntime: nodejs\n",
    "package.json": `${JSON.stringify({ name: "tailnet", private: true, main: "index.ts", dependencies: { "@pulumi/pulumi": "^3.200.0", tailscope: `^${version}` } }, undefined, 2)}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    if (!existsSync(join(folder, name)) || name === "import.json")
      writeFileSync(join(folder, name), content);
  }
}
