/**
 * The package managers that people have, each as its npm package, and how each is told to install.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The packages that bring them. */
const packages = ["pnpm@12.21.0", "yarn@1.22.22", "@yarnpkg/cli-dist@4.18.1", "bun@1.4.5"];

export interface Manager {
  readonly name: string;
  /** How a program asks for a package of its own workspace. */
  readonly workspaceRange: string;
  /** What the constructor tells people to run to add a package. */
  readonly add: string;
  /** Whether a program sees what its dependencies depend on. */
  readonly hoists: boolean;
  /** Files that its projects have. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * Its command with the arguments that install a project, below the folder of {@link getManagers}.
   */
  readonly command: readonly string[];
}

const berry = (linker: string) =>
  [`nodeLinker: ${linker}`, "enableScripts: false", "enableTelemetry: false", ""].join("\n");
const berryCommand = ["@yarnpkg/cli-dist/bin/yarn.js", "install", "--no-immutable"];

export const managers: readonly Manager[] = [
  {
    name: "npm",
    workspaceRange: "*",
    add: "npm install",
    hoists: true,
    files: {},
    command: ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
  },
  {
    name: "pnpm",
    workspaceRange: "workspace:*",
    add: "pnpm add",
    hoists: false,
    files: {},
    command: [".bin/pnpm", "install", "--ignore-scripts", "--no-frozen-lockfile"],
  },
  {
    name: "Yarn 1",
    workspaceRange: "*",
    add: "yarn add",
    hoists: true,
    files: {},
    command: ["yarn/bin/yarn.js", "install", "--ignore-scripts", "--non-interactive"],
  },
  {
    name: "Yarn 4 with node_modules",
    workspaceRange: "workspace:*",
    add: "yarn add",
    hoists: true,
    files: { ".yarnrc.yml": berry("node-modules"), "yarn.lock": "" },
    command: berryCommand,
  },
  {
    name: "Yarn 4 with Plug'n'Play",
    workspaceRange: "workspace:*",
    add: "yarn add",
    hoists: false,
    files: { ".yarnrc.yml": berry("pnp"), "yarn.lock": "" },
    command: berryCommand,
  },
  {
    name: "Bun",
    workspaceRange: "workspace:*",
    add: "bun add",
    // In workspaces it links packages apart, from 1.3 on: https://bun.com/docs/pm/isolated-installs
    hoists: false,
    files: {},
    command: [".bin/bun", "install", "--ignore-scripts"],
  },
];

/** Installs the managers themselves. */
export function getManagers(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  execFileSync("npm", ["install", "--no-audit", "--no-fund", ...packages], {
    cwd: folder,
    stdio: "pipe",
  });
}

/** Installs a project, with caches that live as long as the managers. */
export function install({ command }: Manager, managersFolder: string, project: string): void {
  const [program = "", ...args] = command;
  const path = join(managersFolder, "node_modules", program);
  const isScript = program.endsWith(".js");
  const caches = join(managersFolder, "caches");
  try {
    execFileSync(
      isScript ? process.execPath : existsSync(path) ? path : program,
      isScript ? [path, ...args] : args,
      {
        cwd: project,
        encoding: "utf8",
        stdio: "pipe",
        env: {
          ...process.env,
          PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
          YARN_GLOBAL_FOLDER: join(caches, "yarn"),
          npm_config_store_dir: join(caches, "pnpm"),
          BUN_INSTALL_CACHE_DIR: join(caches, "bun"),
        },
      },
    );
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // Of execFileSync.
    throw new Error(`${command.join(" ")} failed in ${project}:\n${stdout}\n${stderr}`);
  }
}
