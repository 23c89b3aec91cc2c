/**
 * The files of a stack that nothing was deployed to, made once by `pulumi stack init` and copied
 * for each test, which saves a run of the CLI.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runProcess } from "../../harness/process";
import { makePulumiHome, type PulumiHome, writeProgram } from "../../harness/pulumi";
import { secretsProvider, startKeyService } from "./key-service";

/** The environment variable with the home of the stack that is copied. */
const variable = "TAILSCOPE_INITIALISED_STACK";

const project = "test";

/** The files of a stack `dev`, below the folder of its home. */
function filesOf(home: string, project: string): readonly string[] {
  // The CLI keeps which stack is selected by the project's file, where that lies.
  const file = join(realpathSync(join(home, "program")), "Pulumi.yaml");
  const hash = createHash("sha1").update(file).digest("hex");
  return [
    join("program", "Pulumi.dev.yaml"),
    join("state", ".pulumi", "meta.yaml"),
    join("state", ".pulumi", "stacks", project, "dev.json"),
    join("home", "workspaces", `${project}-${hash}-workspace.json`),
  ];
}

/**
 * Makes the stack that is copied, for the workers to come.
 *
 * @returns what removes it
 */
export async function makeInitialisedStack(): Promise<() => void> {
  const keys = await startKeyService();
  Object.assign(process.env, keys.environment);
  const home = makePulumiHome("test");
  writeProgram(home.program, project, "");
  await stackInit(home, process.env, "--secrets-provider", secretsProvider);
  // A CLI that keeps them elsewhere initialises each stack itself.
  if (filesOf(home.folder, project).every((file) => existsSync(join(home.folder, file))))
    process.env[variable] = home.folder;
  return () => {
    home.remove();
    keys.close();
  };
}

/**
 * Makes the stack `dev` of the project in this home, and selects it.
 *
 * @param encryptedWith what its secrets are encrypted with
 */
export async function initialise(
  home: PulumiHome,
  environment: NodeJS.ProcessEnv,
  encryptedWith: "passphrase" | "key service",
): Promise<void> {
  const made = process.env[variable];
  if (encryptedWith === "passphrase") return stackInit(home, environment);
  if (made === undefined)
    return stackInit(home, environment, "--secrets-provider", secretsProvider);
  const [, name = ""] =
    /^name: (\S+)$/m.exec(readFileSync(join(home.program, "Pulumi.yaml"), "utf8")) ?? [];
  const [from, to] = [filesOf(made, project), filesOf(home.folder, name)];
  for (const [index, file] of to.entries()) {
    const text = readFileSync(join(made, from[index] ?? ""), "utf8")
      .replaceAll(`organization/${project}/dev`, `organization/${name}/dev`)
      .replaceAll(made, home.folder);
    mkdirSync(dirname(join(home.folder, file)), { recursive: true });
    writeFileSync(join(home.folder, file), text);
  }
}

async function stackInit(
  home: PulumiHome,
  environment: NodeJS.ProcessEnv,
  ...more: string[]
): Promise<void> {
  const args = ["stack", "init", "dev", "--non-interactive", ...more];
  const { code, text } = await runProcess("pulumi", args, {
    cwd: home.program,
    env: { ...environment, ...home.environment },
  });
  if (code !== 0) throw new Error(`pulumi stack init ended with ${code}:\n${text}`);
}
