/**
 * The provider process loads tailscope from the program's folder: packages that lie as pnpm and
 * others lay them, with a library between the program and tailscope.
 */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { version } from "../../provider/api/version";
import { newStack, type Stack } from "./stack";

const root = fileURLToPath(new URL("../..", import.meta.url));

const library = `
  const pulumi = require("@pulumi/pulumi");
  const { AuthKey } = require("tailscope");
  exports.Runner = class extends pulumi.ComponentResource {
    constructor(name, args, opts) {
      super("acme:index:Runner", name, {}, opts);
      this.key = new AuthKey(name + "-key", args, { parent: this });
      this.registerOutputs();
    }
  };`;

const program = 'const { Runner } = require("acme"); new Runner("ci", { tags: ["tag:ci"] });';

interface Program extends AsyncDisposable {
  readonly stack: Stack;
  /** Puts a package into the program's node_modules: files by their names. */
  add(name: string, files: Record<string, string>): void;
  /** Links tailscope into the program's node_modules, as adding it to package.json does. */
  addTailscope(): void;
}

/** A program that sees a library and the SDK, and not what the library depends on. */
async function strictProgram(emulator: Emulator): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-strict-"));
  const write = (place: string, files: Record<string, string>) => {
    mkdirSync(place, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  };
  const pulumi = join(root, "node_modules", "@pulumi");
  const packages = join(folder, "node_modules");
  const store = join(folder, "store", "acme");
  write(store, { "package.json": '{ "name": "acme", "main": "index.js" }', "index.js": library });
  write(join(store, "node_modules"), {});
  symlinkSync(join(root, "provider"), join(store, "node_modules", "tailscope"));
  symlinkSync(pulumi, join(store, "node_modules", "@pulumi"));
  write(packages, {});
  symlinkSync(store, join(packages, "acme"));
  symlinkSync(pulumi, join(packages, "@pulumi"));

  const stack = await newStack(emulator, "", undefined, packages);
  stack.save("index.js", program);
  return {
    stack,
    add: (name, files) => write(join(packages, name), files),
    addTailscope: () => symlinkSync(join(root, "provider"), join(packages, "tailscope")),
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test("a program that has tailscope only through a library is told immediately what to add, and works with it", async () => {
  await using emulator = await startEmulator();
  await using program = await strictProgram(emulator);
  const { stack } = program;
  stack.save("pnpm-lock.yaml", "");

  const { code, text } = await stack.pulumi(["preview"]);
  expect(code).not.toBe(0);
  expect(text).toContain(
    `error: The package tailscope is not found from the program's folder ${realpathSync(stack.folder)}, where Pulumi's provider process looks for it.`,
  );
  expect(text).toContain(`run \`pnpm add tailscope@${version}\` in ${realpathSync(stack.folder)}.`);
  expect(text, "one error, not Node's as well").not.toContain("Cannot find module");

  program.addTailscope();
  await stack.up();
  expect(emulator.control.activeCredentials()).toHaveLength(1);
});

test("a program whose tailscope differs from its library's is told so: an older one stops the program, and a later one works", async () => {
  await using emulator = await startEmulator();
  await using program = await strictProgram(emulator);
  const { stack } = program;
  const another = (its: string) =>
    program.add("tailscope", {
      "package.json": JSON.stringify({ name: "tailscope", version: its, main: "index.js" }),
      "index.js": `module.exports = require(${JSON.stringify(join(root, "provider"))});`,
    });

  another("0.0.9");
  const older = await stack.pulumi(["preview"]);
  expect(older.code).not.toBe(0);
  expect(older.text).toContain(
    `error: The program's folder ${realpathSync(stack.folder)} has tailscope 0.0.9, and another package of the program brings ${version}.`,
  );
  expect(older.text).toContain(
    `run \`npm install tailscope@${version}\` in ${realpathSync(stack.folder)}.`,
  );

  another("99.0.0");
  await stack.up();
  expect(stack.printed()).toContain("The provider process runs 99.0.0.");
  expect(emulator.control.activeCredentials()).toHaveLength(1);
});

test("if tailscope is removed before the stack is empty, nothing is lost and the message names the package", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });');
  await stack.up();
  const packages = join(stack.folder, "node_modules");
  rmSync(packages, { recursive: true });
  mkdirSync(packages);
  symlinkSync(join(root, "node_modules", "@pulumi"), join(packages, "@pulumi"));
  stack.save("index.js", "");
  const failed = await stack.pulumi(["up", "--yes", "--skip-preview", "--suppress-progress"]);
  expect(failed.code).not.toBe(0);
  expect(failed.text).toContain("error: Cannot find module 'tailscope'");
  expect(emulator.control.activeCredentials()).toHaveLength(1);
  // Installed again, as docs/pulumi-options.md says.
  symlinkSync(join(root, "provider"), join(packages, "tailscope"));
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});
