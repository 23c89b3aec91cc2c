/**
 * Programs installed by each package manager, with the packed package and all else from the
 * registry, in each way of writing and running one: `npm run test:installs`. It needs the network.
 */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProcess } from "../../harness/process";
import { createBackendEnvironment } from "../../harness/pulumi";
import { version } from "../../provider/api/version";
import { pack } from "../packed";
import { getManagers, install, type Manager, managers } from "./managers";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "tailscope-installs-")));
const managersFolder = join(folder, "managers");
let tarball = "";
let emulator: Emulator;

beforeAll(async () => {
  tarball = `file:${pack("provider", folder).file}`;
  getManagers(managersFolder);
  for (const name of ["state", "home"]) mkdirSync(join(folder, name));
  emulator = await startEmulator();
});

afterAll(async () => {
  await emulator.close();
  // Tens of thousands of files.
  rmSync(folder, { recursive: true, force: true });
});

const commonJs = `const { OAuthClient } = require("tailscope");
new OAuthClient("ci", { scopes: ["dns"] });
`;
const esModule = `import { OAuthClient } from "tailscope";
new OAuthClient("ci", { scopes: ["dns"] });
`;
const typeScript = `import { OAuthClient, type Scope } from "tailscope";
const scopes: Scope[] = ["dns"];
const ci = new OAuthClient("ci", { scopes });
export const id = ci.clientId;
`;

interface Kind {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly type?: "module" | "commonjs";
  readonly typescript?: string;
  /** What it lists for development, beside TypeScript. */
  readonly tools?: Readonly<Record<string, string>>;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  /** What Pulumi.yaml says to run it without ts-node, with these arguments to Node. */
  readonly nodeArguments?: string;
}

const kinds: readonly Kind[] = [
  { name: "CommonJS", file: "index.js", text: commonJs },
  { name: "an ES module", file: "index.js", text: esModule, type: "module" },
  {
    name: "TypeScript 5.9, by Pulumi's ts-node",
    file: "index.ts",
    text: typeScript,
    typescript: "5.9.3",
  },
  {
    name: "TypeScript 6.0, by Pulumi's ts-node",
    file: "index.ts",
    text: typeScript,
    typescript: "6.0.3",
  },
  {
    name: "TypeScript by tsx",
    file: "index.ts",
    text: typeScript,
    nodeArguments: "--import tsx",
  },
  {
    name: "TypeScript as an ES module by tsx",
    file: "index.ts",
    text: typeScript,
    type: "module",
    nodeArguments: "--import tsx",
  },
  {
    name: "TypeScript whose types Node strips",
    file: "index.ts",
    text: typeScript,
    type: "module",
    nodeArguments: "--no-warnings",
  },
  // https://github.com/pulumi/templates/tree/master/typescript, with what its ranges of versions
  // stand for.
  {
    name: "Pulumi's own template, as `pulumi new typescript` writes it",
    file: "index.ts",
    text: `import * as pulumi from "@pulumi/pulumi";\n${typeScript}`,
    typescript: "5.9.3",
    tools: { "@types/node": "18.19.130" },
    compilerOptions: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      module: "nodenext",
      moduleResolution: "nodenext",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
  },
];

function write(project: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(project, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
}

const sdk = { "@pulumi/pulumi": "3.270.0" };

const toolsOf = ({ typescript = "5.9.3", tools }: Kind) => ({
  ...(tools ?? { "@types/node": "24.19.2", tsx: "4.23.15" }),
  typescript,
});

const manifestOf = (kind: Kind) =>
  JSON.stringify({
    name: "program",
    private: true,
    main: kind.file,
    ...(kind.type && { type: kind.type }),
    dependencies: { ...sdk, tailscope: tarball },
    devDependencies: toolsOf(kind),
  });

const tsconfigOf = ({ compilerOptions }: Kind) =>
  JSON.stringify({
    compilerOptions: compilerOptions ?? {
      strict: true,
      outDir: "bin",
      target: "es2022",
      module: "nodenext",
      moduleResolution: "nodenext",
      types: ["node"],
    },
    files: ["index.ts"],
  });

/**
 * `pulumi preview` in a project. This process answers as Tailscale meanwhile, so it must not wait
 * idly.
 */
async function preview(project: string, { nodeArguments }: Partial<Kind> = {}) {
  const options =
    nodeArguments === undefined
      ? ""
      : `, options: { typescript: false, nodeargs: "${nodeArguments}" }`;
  write(project, { "Pulumi.yaml": `name: program\nruntime: { name: nodejs${options} }\n` });
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [hostWith(nodeArguments), dirname(process.execPath), process.env["PATH"]].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    ...createBackendEnvironment(join(folder, "state"), "of a test"),
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
    ...loadersOf(project),
  };
  const run = (...args: string[]) =>
    runProcess("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: project,
      env: environment,
    });
  await run("stack", "select", "--create", "dev");
  return run("preview");
}

/** What `yarn run` sets, so that Node finds packages that lie in archives. */
function loadersOf(project: string): NodeJS.ProcessEnv {
  const [hook, loader] = [".pnp.cjs", ".pnp.loader.mjs"].map((name) => {
    for (let at = project; at !== dirname(at); at = dirname(at))
      if (existsSync(join(at, name))) return join(at, name);
    return undefined;
  });
  if (hook === undefined) return {};
  const imports =
    loader === undefined ? "" : ` --experimental-loader ${pathToFileURL(loader).href}`;
  return { NODE_OPTIONS: `--require ${hook}${imports}` };
}

/**
 * A folder with a language host that obeys the options of Pulumi.yaml. The one that is built from
 * Go modules is older than they are, and takes them as flags.
 */
function hostWith(nodeArguments: string | undefined): string {
  const path = (process.env["PATH"] ?? "").split(delimiter);
  const host = path
    .map((place) => join(place, "pulumi-language-nodejs"))
    .find((file) => existsSync(file));
  if (host === undefined) return "";
  const isOlder = spawnSync(host, ["--help"], { encoding: "utf8" }).stderr.includes("-nodeargs");
  if (!isOlder || nodeArguments === undefined) return dirname(host);
  const place = mkdtempSync(join(folder, "host-"));
  const wrapper = join(place, "pulumi-language-nodejs");
  writeFileSync(
    wrapper,
    `#!/bin/sh\nexec '${host}' -typescript=false -nodeargs='${nodeArguments}' "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  return place;
}

let count = 0;
const newProject = (manager: Manager) =>
  join(folder, `${manager.name.replace(/\W+/g, "-")}-${++count}`);

describe.each(managers)("installed by $name", (manager) => {
  describe("a program that depends on tailscope", () => {
    let project = "";
    let installed: string | undefined;

    test.each(kinds)("runs: $name", async (kind) => {
      const needed = JSON.stringify(toolsOf(kind));
      if (installed !== needed) {
        project = newProject(manager);
        write(project, { ...manager.files, "package.json": manifestOf(kind) });
        install(manager, managersFolder, project);
        installed = needed;
      }
      write(project, {
        "package.json": manifestOf(kind),
        [kind.file]: kind.text,
        "tsconfig.json": tsconfigOf(kind),
      });
      const { code, text } = await preview(project, kind);
      expect(code, text).toBe(0);
      expect(text).toContain("+ 2 to create");
    });
  });

  test("a program that has tailscope through a library works, or is told what to add", async () => {
    const root = newProject(manager);
    const app = join(root, "app");
    const workspaces = { "pnpm-workspace.yaml": "packages: [library, app]\n" };
    const appManifest = (dependencies: Record<string, string>) =>
      JSON.stringify({
        name: "app",
        version: "1.0.0",
        main: "index.js",
        dependencies: { ...sdk, acme: manager.workspaceRange, ...dependencies },
      });
    const rootManifest = (dependencies: Record<string, string>) =>
      JSON.stringify({
        name: "root",
        private: true,
        workspaces: ["library", "app"],
        dependencies,
      });
    write(root, {
      ...manager.files,
      ...(manager.name === "pnpm" && workspaces),
      "package.json": rootManifest({}),
    });
    write(join(root, "library"), {
      "package.json": JSON.stringify({
        name: "acme",
        version: "1.0.0",
        main: "index.js",
        dependencies: { tailscope: tarball },
        peerDependencies: { "@pulumi/pulumi": "^3.200.0" },
        devDependencies: sdk,
      }),
      "index.js": `const { OAuthClient } = require("tailscope");
        exports.makeClient = () => new OAuthClient("ci", { scopes: ["dns"] });`,
    });
    write(app, {
      "package.json": appManifest({}),
      "index.js": 'require("acme").makeClient();',
    });
    install(manager, managersFolder, root);
    const through = await preview(app);
    if (manager.hoists) {
      expect(through.code, through.text).toBe(0);
      return;
    }
    // Plug'n'Play gives the provider process what the top-level package depends on.
    const isAtTop = manager.name.includes("Plug'n'Play");
    const [packages, where] = isAtTop ? [" @pulumi/pulumi", root] : ["", app];
    expect(through.text).toContain(
      `run \`${manager.add} tailscope@${version}${packages}\` in ${where}.`,
    );
    expect(through.text).not.toContain("Cannot find module");

    if (isAtTop) write(root, { "package.json": rootManifest({ ...sdk, tailscope: tarball }) });
    else write(app, { "package.json": appManifest({ tailscope: tarball }) });
    install(manager, managersFolder, root);
    const added = await preview(app);
    expect(added.code, added.text).toBe(0);
  });
});

/**
 * Bundlers, each as its packages, the files that it reads and the command that makes
 * `bundle/index.js` of `index.js`.
 */
const bundlers = [
  {
    name: "esbuild",
    packages: { esbuild: "0.28.2" },
    files: {},
    command: [
      ...["esbuild", "index.js", "--bundle", "--platform=node", "--outfile=bundle/index.js"],
      "--external:@pulumi/pulumi",
    ],
  },
  {
    name: "webpack",
    packages: { webpack: "5.112.2", "webpack-cli": "7.3.1" },
    files: {},
    command: [
      ...["webpack", "--mode", "none", "--target", "node22", "--entry", "./index.js"],
      ...["--output-path", "bundle", "--output-filename", "index.js"],
      ...["--output-library-type", "commonjs2"],
      ...["--externals-type", "commonjs", "--externals", "@pulumi/pulumi"],
    ],
  },
  {
    name: "rollup",
    packages: {
      rollup: "4.68.8",
      "@rollup/plugin-commonjs": "29.0.3",
      "@rollup/plugin-json": "6.1.0",
      "@rollup/plugin-node-resolve": "16.0.3",
    },
    files: {
      "rollup.config.mjs": `import commonjs from "@rollup/plugin-commonjs";
import json from "@rollup/plugin-json";
import { nodeResolve } from "@rollup/plugin-node-resolve";
export default {
  input: "index.js",
  output: { dir: "bundle", format: "cjs" },
  external: [/^@pulumi\\/pulumi/],
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()],
};
`,
    },
    command: ["rollup", "--config", "rollup.config.mjs"],
  },
] as const;

describe.each(bundlers)("bundled by $name", ({ packages, files, command }) => {
  const [npm] = managers;
  if (npm === undefined) throw new Error("npm is the first of the managers");
  let project = "";

  beforeAll(() => {
    project = newProject(npm);
    write(project, {
      ...files,
      "package.json": JSON.stringify({
        name: "bundled",
        private: true,
        main: "bundle/index.js",
        dependencies: { ...sdk, tailscope: tarball },
        devDependencies: packages,
      }),
      "index.js": commonJs,
    });
    install(
      { ...npm, command: npm.command.filter((word) => word !== "--ignore-scripts") },
      managersFolder,
      project,
    );
  });

  const bundle = () => {
    const [program = "", ...args] = command;
    const { status, stdout, stderr } = spawnSync(join("node_modules", ".bin", program), args, {
      cwd: project,
      encoding: "utf8",
    });
    expect(status, stdout + stderr).toBe(0);
  };

  test("a bundled program works if tailscope is also installed", async () => {
    bundle();
    const { code, text } = await preview(project);
    expect(code, text).toBe(0);
    expect(text).toContain("+ 2 to create");
  });

  test("a bundled program is told what to add if only the bundle contains tailscope", async () => {
    bundle();
    rmSync(join(project, "node_modules", "tailscope"), { recursive: true });
    const { code, text } = await preview(project);
    expect(code).not.toBe(0);
    expect(text).toContain(`run \`npm install tailscope@${version}\` in ${project}.`);
  });
});
