/**
 * Programs against the packages as they are published, compiled as Pulumi's TypeScript template has
 * it, by each TypeScript that people have, in every way in which it resolves modules.
 *
 * An error counts where it is in the program or in our declarations. The SDK's own declarations,
 * and those of Node, have errors of their own in the eyes of an older TypeScript.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type TypeScript from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packBoth, unpack } from "../packed";
import { isLong } from "../runs";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "tailscope-types-")));

const program = `
import * as pulumi from "@pulumi/pulumi";
import { AuthKey, type AuthKeyArgs, FederatedIdentity, OAuthClient, RotatingAuthKey, RotatingOAuthClient, trust } from "tailscope";

const config = new pulumi.Config();
const ci = new OAuthClient("ci", {
  scopes: ["auth_keys", "devices:core:read"],
  tags: ["tag:ci"],
  description: config.get("description"),
  connection: config.get("connection"),
  rotateEvery: config.get("rotateEvery"),
  generation: config.getNumber("generation"),
  unlistedScopes: config.getObject<string[]>("unlistedScopes"),
});
// Outputs that may be undefined, where an argument may be left out.
new OAuthClient("copy", { scopes: ci.scopes, tags: ci.tags, description: ci.description });
const none: pulumi.Output<undefined> = pulumi.output(undefined);
const key = new AuthKey("key", {
  mintedBy: ci,
  tags: ci.tags,
  reusable: config.getBoolean("reusable"),
  ephemeral: none,
  preauthorized: undefined,
  expiry: ci.description,
  description: none,
  recreateIfInvalid: config.get<"always" | "never">("recreateIfInvalid"),
  renewBefore: none,
});
new AuthKey("minted", { mintedBy: { clientId: ci.clientId, clientSecret: config.requireSecret("secret") } });
new AuthKey("minted by none", { mintedBy: none }, { protect: true });
new AuthKey("plain");
const args: AuthKeyArgs = { ...(config.get("tag") ? { tags: [config.require("tag")] } : {}) };
new AuthKey("of arguments", args);
const identity = new FederatedIdentity("deploy", {
  ...trust.github({ repository: "acme/infrastructure", branch: config.get("branch"), environment: undefined }),
  scopes: ["policy_file"],
  tags: key.tags,
  audience: config.get("audience"),
});
new FederatedIdentity("copy", { issuer: identity.issuer, subject: identity.subject, scopes: identity.scopes, customClaimRules: identity.customClaimRules });
const rotating = new RotatingOAuthClient("exporter", { every: "30d", anchor: config.get("anchor"), scopes: ["dns"], tags: ci.tags });
new RotatingAuthKey("runner", { every: 86400, expiry: config.get("expiry"), tags: ci.tags, mintedBy: OAuthClient.get("found", "k1", { connection: config.get("connection") }) });

export const secrets: pulumi.Output<string | undefined>[] = [ci.clientSecret, key.key, rotating.clientSecret];
// @ts-expect-error A client that was looked up has no secret.
export const secret: pulumi.Output<string> = ci.clientSecret;
export const id: pulumi.Output<string> = ci.clientId;
export const tags: pulumi.Output<string[] | undefined> = key.tags;
`;

const pack_ = `
import { policies, policyPack } from "tailscope/policy";
const longest: string | undefined = process.env["LONGEST"];
export const ours = policies({ "auth-key-expiry": { longest }, "clients-rotate": undefined, "no-all-scope": "advisory" });
policyPack("acme", { "allowed-tags-and-scopes": { table: [{ project: undefined, tags: ["tag:ci"], scopes: ["dns"] }] } });
`;

const withEmulator = `
import { type Emulator, startEmulator } from "tailscope-emulator";
export async function start(): Promise<Emulator> {
  const emulator = await startEmulator({ strictness: "strict", data: process.env["DATA"] });
  emulator.control.addFault({ times: 1, effect: { kind: "answer", status: 500 } });
  emulator.control.revoke("k1", { by: "SECRET_SCANNER" });
  const ids: string[] = emulator.control.activeCredentials().map(({ id }) => id);
  console.log(ids, emulator.control.auditLog().length);
  return emulator;
}
`;

const withMistakes = `
import { OAuthClient } from "tailscope";
new OAuthClient("ci", { scope: ["dns"] });
new OAuthClient("ci", undefined);
OAuthClient.provider;
`;

/** A CommonJS program takes the emulator, an ES module, with import(). */
const programs = ["index.ts", "policy.ts", "esm/index.ts", "esm/emulator.ts"];

const wrong = "wrong.ts";

/** What the packages' types allow and forbid, a program for each part of the public surface. */
const promises = readdirSync(join(root, "test", "types")).filter((name) => name !== "same.ts");

beforeAll(() => {
  const packages = join(folder, "node_modules");
  const { provider, emulator } = packBoth(folder);
  unpack(provider, join(packages, "tailscope"));
  unpack(emulator, join(packages, "tailscope-emulator"));
  symlinkSync(join(root, "node_modules", "@pulumi"), join(packages, "@pulumi"));
  mkdirSync(join(packages, "@types"));
  // That of the template, under a name of its own.
  const ofNode = join(root, "node_modules", "types-node-18");
  symlinkSync(ofNode, join(packages, "@types", "node"));
  writeFileSync(join(folder, "package.json"), '{ "name": "program", "main": "index.ts" }');
  const written = { "index.ts": program, "policy.ts": pack_, [wrong]: withMistakes };
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
  cpSync(join(root, "test", "types"), join(folder, "types"), { recursive: true });
  mkdirSync(join(folder, "esm"));
  writeFileSync(join(folder, "esm", "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries({ "index.ts": program, "emulator.ts": withEmulator }))
    writeFileSync(join(folder, "esm", name), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The options of Pulumi's template, https://github.com/pulumi/templates/tree/master/typescript, and
 * the strictest beside them.
 */
const template = {
  strict: true,
  outDir: "bin",
  target: "es2020",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  types: ["node"],
};

/** What is beside the template's own way, its module format and who of the programs is compiled. */
const ways = {
  "the template's nodenext": { module: "nodenext", moduleResolution: "nodenext" },
  node16: { module: "node16", moduleResolution: "node16" },
  node10: { module: "commonjs", moduleResolution: "node10" },
  bundler: { module: "es2022", moduleResolution: "bundler" },
} as const;

/**
 * The oldest and the newest that people have; those between them in the scripts that take their
 * time.
 */
const versions = ["5.0", ...(isLong ? ["5.4", "5.9"] : []), "6.0"].map((version) => ({
  version,
  // The repository's own is the newest.
  name: version === "6.0" ? "typescript" : `typescript-${version}`,
}));

/**
 * Source files that one TypeScript has parsed: those of the SDK and of Node serve every program.
 */
type Parsed = Map<string, TypeScript.SourceFile | undefined>;

const parsedBy = new Map(versions.map(({ name }): [string, Parsed] => [name, new Map()]));

/** What a compiler said of a file. */
interface Said {
  /** Below the folder, or `"options"`. */
  readonly file: string;
  readonly text: string;
}

interface Compiled {
  /** What was said of the programs and of our declarations. */
  readonly said: readonly Said[];
  /** Whose declarations were read. */
  readonly packages: ReadonlySet<string>;
}

function compile(
  name: string,
  { options, errors }: { options: TypeScript.CompilerOptions; errors: TypeScript.Diagnostic[] },
  files: readonly string[],
): Compiled {
  const ts: typeof TypeScript = require(name);
  const parsed = parsedBy.get(name) ?? new Map();
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => folder;
  const { getSourceFile } = host;
  host.getSourceFile = (path, target, ...more) => {
    const format = typeof target === "object" ? target.impliedNodeFormat : undefined;
    const key = `${format} ${path}`;
    if (!parsed.has(key)) parsed.set(key, getSourceFile.call(host, path, target, ...more));
    return parsed.get(key);
  };
  const paths = files.map((file) => join(folder, file));
  const built = ts.createProgram(paths, options, host);
  const all = built.getSourceFiles();
  const ours = all.filter(({ fileName }) => isOurs(fileName));
  const found = [
    ...errors,
    ...built.getOptionsDiagnostics(),
    ...ours.flatMap((file) => [
      ...built.getSyntacticDiagnostics(file),
      ...built.getSemanticDiagnostics(file),
    ]),
  ];
  return {
    said: found.map(({ file, messageText }) => ({
      file: file === undefined ? "options" : relative(folder, file.fileName),
      text: ts.flattenDiagnosticMessageText(messageText, " "),
    })),
    packages: new Set(all.flatMap(({ fileName }) => packageOf(fileName))),
  };
}

describe.each(versions)("TypeScript $version", ({ version, name }) => {
  const asTemplate = "the template's nodenext";
  const others = [...promises.map((promise) => `types/${promise}`), wrong];
  const compiled = new Map<string, Compiled>();

  /** Compiles all programs at once, because each compilation reads the SDK's declarations. */
  function compileIn(way: keyof typeof ways): Compiled {
    const known = compiled.get(way);
    if (known !== undefined) return known;
    const ts: typeof TypeScript = require(name);
    const options = ts.convertCompilerOptionsFromJson(
      {
        ...template,
        ...ways[way],
        // Deprecated there, and still what many programs have.
        ...(version === "6.0" && way === "node10" && { ignoreDeprecations: "6.0" }),
      },
      folder,
    );
    const files = way === asTemplate ? [...programs, ...others] : programs;
    const result = compile(name, options, files);
    compiled.set(way, result);
    return result;
  }

  /** What is said of some of the programs, of our declarations and of the options. */
  function sayOf(files: readonly string[], way: keyof typeof ways = asTemplate): Said[] {
    const isOther = (file: string) => [...programs, ...others].includes(file);
    return compileIn(way).said.filter(({ file }) => files.includes(file) || !isOther(file));
  }

  test(`TypeScript ${version} is the version that the test names`, () => {
    expect(require(name).versionMajorMinor).toBe(version);
  });

  test.each(Object.keys(ways) as (keyof typeof ways)[])(
    `TypeScript ${version} compiles a program, a policy pack and the emulator: %s`,
    (way) => {
      expect(sayOf(programs, way)).toEqual([]);
      for (const library of ["zod", "undici", "commander", "hono", "jose", "jsonc-parser"])
        expect(compileIn(way).packages).not.toContain(library);
    },
  );

  test.each(promises)(
    `TypeScript ${version} accepts and rejects what test/types says: %s`,
    (promise) => {
      expect(sayOf([`types/${promise}`])).toEqual([]);
    },
  );

  test(`TypeScript ${version} reports a wrong argument in one sentence and shows no internal names`, () => {
    const texts = sayOf([wrong]).map(({ text }) => text);
    expect(texts).toHaveLength(3);
    expect(texts[0]).toMatch(/'scope' does not exist in type.* Did you mean to write 'scopes'\?$/);
    expect(texts.join()).not.toContain("overload");
  });
});

describe("an example, copied out of the repository", () => {
  const examples = readdirSync(join(root, "examples")).filter((name) =>
    existsSync(join(root, "examples", name, "package.json")),
  );

  test.each(examples)(
    "an example that is copied out of the repository lists its dependencies and compiles: %s",
    (name) => {
      const ts: typeof TypeScript = require("typescript");
      const copy = join(folder, "examples", name);
      cpSync(join(root, "examples", name), copy, {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
      const manifest = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
      expect(manifest.devDependencies).toEqual({
        "@types/node": expect.any(String),
        typescript: ts.version,
      });
      const program = readFileSync(join(copy, "index.ts"), "utf8");
      const imported = [...program.matchAll(/from "([^"]+)"/g)].map(([, from = ""]) =>
        from.replace(/^((@[^/]+\/)?[^/]+).*/, "$1"),
      );
      expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(imported));

      const { options, errors, fileNames } = ts.parseJsonConfigFileContent(
        ts.readConfigFile(join(copy, "tsconfig.json"), ts.sys.readFile).config,
        ts.sys,
        copy,
      );
      expect(options.ignoreDeprecations).toBeUndefined();
      const files = fileNames.map((file) => relative(folder, file));
      expect(compile("typescript", { options, errors }, files).said).toEqual([]);
    },
  );
});

/** Whether a path below the folder is one of a program or of our packages. */
function isOurs(file: string): boolean {
  const path = relative(folder, file);
  return /^(?!node_modules\/|\.\.\/)|^node_modules\/tailscope(-emulator)?\//.test(path);
}

function packageOf(path: string): string[] {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return name === undefined ? [] : [name];
}
