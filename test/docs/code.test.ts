/**
 * Every block of code on a page: programs compile and run, commands exist with their options, data
 * can be read.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Command } from "commander";
import ts from "typescript";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { createCommand } from "../../emulator/command";
import { isResourceType } from "../../provider/access/kinds";
import { createProgram } from "../../provider/cli/program";
import { definitions } from "../../provider/definitions/all";
import { loadOnDemand } from "../../provider/engine/on-demand";
import * as entry from "../../provider/index";
import { type Block, blocksOf, readPages, root } from "./pages";

const isReference = ({ page }: Block) => page.startsWith("docs/reference/");

/** Signatures are generated; what is under "Example" was written by a person. */
const isWritten = (block: Block) =>
  !isReference(block) || /new \w+\("|policyPack\("/.test(block.code);

const blocks = readPages().flatMap(blocksOf).filter(isWritten);
const ofLanguage = (...languages: string[]) =>
  blocks.filter(({ language }) => languages.includes(language));
const named = (some: readonly Block[]) =>
  some.map((block): [string, Block] => [block.where, block]);

test("every code block names its language, and each language is tested", () => {
  const tested = ["ts", "console", "yaml", "json", "text", "mermaid", "diff"];
  const others = blocks.filter(({ language }) => !tested.includes(language));
  // What nobody types: the map of the house, a change of a file, a picture.
  const drawings = others.filter(
    ({ page, language }) =>
      /^(diff|mermaid)$/.test(language) || (page === "ARCHITECTURE.md" && language === ""),
  );
  expect(others.filter((block) => !drawings.includes(block)).map(({ where }) => where)).toEqual([]);
  expect(blocks.length).toBeGreaterThan(50);
});

test.each(named(ofLanguage("json")))("%s is valid JSON", (_, { code }) => {
  expect(() => JSON.parse(code)).not.toThrow();
});

test.each(named(ofLanguage("yaml")))("%s is valid YAML", (_, { code }) => {
  expect(parseYaml(code)).toBeTypeOf("object");
});

test.each(named(ofLanguage("mermaid")))("%s is a valid diagram of reach", (_, { code }) => {
  const [first, ...edges] = code.trim().split("\n");
  expect(first).toBe("flowchart LR");
  for (const edge of edges)
    expect(edge).toMatch(
      /^ {2}(n\d+(\["[^"]+"\])? (-->|==>)\|"[^"]+"\| n\d+(\["[^"]+"\])?|linkStyle \d+ stroke:#[0-9a-f]{6})$/,
    );
});

test.each(named(ofLanguage("diff")))(
  "the diff in %s removes only lines that the policy file contains",
  (_, { page, code }) => {
    const policy = readFileSync(join(root, dirname(page), "policy.hujson"), "utf8");
    const taken = code.split("\n").filter((line) => line.startsWith("-"));
    expect(taken.length).toBeGreaterThan(0);
    for (const line of taken) expect(policy).toContain(line.slice(1));
  },
);

const programs = ofLanguage("ts");
/** The examples of doc comments leave out what is imported. */
const imports = `import { ${Object.keys(entry).join(", ")} } from "tailscope";
import { policies, policyPack } from "tailscope/policy";
import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
declare const ourOwn: ResourceValidationPolicy[];
`;
const minter = "declare const ci: OAuthClient;\n";

function sourceOf(block: Block): string {
  if (/^import /m.test(block.code)) return block.code;
  return imports + (/\bconst ci\b/.test(block.code) ? "" : minter) + block.code;
}

describe("programs", () => {
  const problems = new Map<string, string[]>();

  beforeAll(() => {
    const virtual = new Map(
      programs.map((block, index) => [join(root, "docs", `block-${index}.mts`), block]),
    );
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (path) => virtual.has(path) || fileExists(path);
    host.readFile = (path) => {
      const block = virtual.get(path);
      return block === undefined ? readFile(path) : sourceOf(block);
    };
    host.getSourceFile = (path, ...more) => {
      const block = virtual.get(path);
      return block === undefined
        ? getSourceFile(path, ...more)
        : ts.createSourceFile(
            path,
            sourceOf(block),
            {
              languageVersion: ts.ScriptTarget.ES2023,
              impliedNodeFormat: ts.ModuleKind.ESNext,
            },
            true,
          );
    };
    const program = ts.createProgram(
      [...virtual.keys(), join(root, "test", "docs", "packages.d.ts")],
      options,
      host,
    );
    for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
      const where = virtual.get(diagnostic.file?.fileName ?? "")?.where ?? "elsewhere";
      const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
      problems.set(where, [...(problems.get(where) ?? []), text]);
    }
  });

  test("the documentation contains programs", () => {
    expect(programs.length).toBeGreaterThan(20);
    expect(problems.get("elsewhere")).toBeUndefined();
  });

  test.each(named(programs))("%s compiles", (where) => {
    expect(problems.get(where) ?? []).toEqual([]);
  });
});

/** Programs of resources; the others start an emulator or a pack, which has tests of its own. */
const deployments = programs.filter(
  (block) =>
    !isReference(block) &&
    /from "tailscope"/.test(block.code) &&
    !/\/automation\b/.test(block.code),
);

interface Registered {
  readonly name: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
}

describe("programs run, and their arguments pass the check of the preview", () => {
  const registered: Registered[] = [];
  const load = createRequire(join(root, "examples", "quickstart", "index.ts"));

  /** The packages that packages.d.ts declares. */
  class Other extends pulumi.CustomResource {
    readonly metadata = pulumi.output({ name: "tailscale" });
    constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      super("test:index:Other", name, args, opts);
    }
  }
  const standIns: Record<string, unknown> = {
    "@pulumi/github": { ActionsSecret: Other },
    "@pulumi/kubernetes": { core: { v1: { Namespace: Other, Secret: Other } } },
    "@pulumi/pulumi": pulumi,
  };

  beforeEach(() => {
    registered.length = 0;
    pulumi.runtime.setMocks({
      newResource: ({ name, type, inputs, id }) => {
        registered.push({ name, type, inputs });
        const secrets = { clientId: "kTest1CNTRL", clientSecret: "of a test", key: "of a test" };
        return { id: id ?? `${name}-id`, state: { ...inputs, ...secrets } };
      },
      call: ({ inputs }) => inputs,
    });
  });

  test.each(named(deployments))(
    "%s runs, and its arguments pass the preview's checks",
    async (_, { code }) => {
      const { outputText } = ts.transpileModule(code, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      });
      const run = new Function("require", "exports", outputText);
      run((name: string) => standIns[name] ?? load(name), {});
      await pulumi.runtime.disconnect();
      expect(registered.length).toBeGreaterThan(0);
      for (const { type, inputs, name } of registered) {
        const [, className = ""] = /^pulumi-nodejs:dynamic\/tailscope:(\w+)$/.exec(type) ?? [];
        if (!isResourceType(className) || isLookedUp(inputs)) continue;
        const provider = loadOnDemand(async () => definitions[className]);
        // Which connections there are is the stack's config.
        const { connection: _, ...args } = plain(inputs);
        const { failures } = (await provider.check?.({}, args)) ?? {};
        expect(failures ?? [], name).toEqual([]);
      }
    },
  );
});

/** A `get` has no arguments. */
const isLookedUp = (inputs: Record<string, unknown>) =>
  Object.entries(inputs).every(([key, value]) => key.startsWith("__") || value == null);

/** Inputs as the engine gives them: without what is undefined, secrets unwrapped. */
function plain(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value), (_, inner) =>
    inner !== null &&
    typeof inner === "object" &&
    "value" in inner &&
    Object.keys(inner).length === 2
      ? inner.value
      : inner,
  );
}

describe("commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  let commands: Command;

  beforeAll(async () => {
    commands = await createProgram();
  });

  /** What is typed: without prompts and comments; where a block has prompts, the rest is output. */
  function typed({ code }: Block): string[] {
    const lines = code.replace(/\\\n\s*/g, " ").split("\n");
    const prompted = lines.filter((line) => line.startsWith("$ "));
    return (prompted.length > 0 ? prompted.map((line) => line.slice(2)) : lines)
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter(Boolean);
  }

  /**
   * The commands of a line: parts of pipes and lists, and what is within `$(…)`; without variables
   * that are set.
   */
  const partsOf = (line: string) =>
    line
      .split(/\||&&|\$\(|;/)
      .map((part) => part.replace(/[)"]+$/, "").trim())
      .map((part) => part.replace(/^(?:export\s+)?(?:[A-Z_]+=[^\s$]*\s*)+/, "").trim())
      .map((part) => part.replace(/^(?:bash -c ')?time (.*?)'?$/, "$1"))
      .map((part) => part.replace(/\s*[<>]+\s*\S+$/, ""))
      .filter((part) => part !== "" && !part.startsWith("export "));

  const lines = ofLanguage("console").flatMap((block) =>
    typed(block).flatMap((line) => partsOf(line).map((part) => ({ where: block.where, part }))),
  );

  /** Programs of others, with what pages show of them. */
  const others =
    /^(cd|mkdir|git|eval|go|xargs|sed|kubectl|terraform|set -o pipefail|aws|gh)\b|^(pulumi (preview|up|stack|import|destroy|config|login|state|refresh)\b)/;

  test.each(lines.map(({ where, part }): [string, string] => [where, part]))(
    "%s shows a command that exists, with valid options: %s",
    (_, part) => {
      const words = part.replace(/^npx (--no-install )?/, "").split(/\s+/);
      const [program = "", ...args] = words;
      if (program === "tailscope") return expectOptions(args);
      if (program === "tailscope-emulator")
        return expect(createCommand().parseOptions(args).unknown).toEqual([]);
      if (program === "npm") return expectScript(args);
      if (program === "vitest") return expect(args[0]).toBe("run");
      expect(part).toMatch(others);
    },
  );

  function expectOptions([name, ...args]: string[]): void {
    const command = commands.commands.find((one) => one.name() === name);
    if (args.length === 0 && /^--(help|version)$/.test(name ?? "")) return;
    expect(command, `tailscope ${name}`).toBeDefined();
    if (args.includes("--help")) return;
    expect(command?.parseOptions(args).unknown, `options of ${name}`).toEqual([]);
  }

  function expectScript(args: string[]): void {
    const words = args.filter((word) => !/^--(silent|yes)$/.test(word));
    const [verb = "", script = ""] = words;
    if (verb === "run") expect(Object.keys(scripts)).toContain(script);
    else expect(verb).toMatch(/^(start|test|install|ci|init|pkg)$/);
  }
});
