/**
 * docs/getting-started.md as a stranger walks it, with the real engine: the files are written and
 * the commands typed in the order of the page, against the emulator that it starts.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { quickStart } from "../../harness/quick-start";
import { blocksOf, readPages } from "../docs/pages";
import { shell } from "./pipeline";

const root = fileURLToPath(new URL("../..", import.meta.url));
const path = "docs/getting-started.md";
const text = readFileSync(join(root, path), "utf8");

const folder = mkdtempSync(join(tmpdir(), "tailscope-getting-started-"));
const bin = join(folder, "bin");
let emulator: ChildProcess;
let exports = "";

/** npm, but that the packages are those of this repository. */
const npm = (real: string) => `#!/bin/bash
if [ "$1" = install ]; then
  mkdir -p node_modules && cd "${join(root, "node_modules")}" || exit 1
  exec ln -sfn "$PWD"/{@pulumi,@types,tailscope,typescript} "$OLDPWD/node_modules"
fi
exec "${real}" "$@"
`;

/** npx, but that npm does not look for a command which is there; the first one it does. */
const npx = (real: string) => `#!/bin/bash
if [ -e "${bin}/looked" ]; then exec "$@"; fi
touch "${bin}/looked"
exec "${real}" "$@"
`;

beforeAll(async () => {
  mkdirSync(bin);
  for (const [name, write] of Object.entries({ npm, npx })) {
    const real = (await shell(`command -v ${name}`, root, process.env)).stdout.trim();
    writeFileSync(join(bin, name), write(real), { mode: 0o755 });
  }
  // The second terminal of the page, on any port that is free.
  const line = /npx (tailscope-emulator) --port 8080/.exec(text)?.[1];
  if (line === undefined) throw new Error("The page does not start the emulator.");
  emulator = spawn(process.execPath, [join(root, "emulator", "bin", `${line}.js`)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  exports = await new Promise((resolve) => {
    let printed = "";
    emulator.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk;
      if (printed.includes("--json prints")) resolve(exportsIn(printed));
    });
  });
});

afterAll(() => {
  emulator.kill();
  rmSync(folder, { recursive: true, force: true });
});

const exportsIn = (printed: string) => (printed.match(/^ *export .*$/gm) ?? []).join("\n");

/**
 * The page as a script: files where it shows them by name, commands where it shows them to be
 * typed.
 */
function script(section: string): string {
  const blocks = blocksOf({ path, text: section });
  return blocks
    .map(({ language, code }, index) => {
      if (language === "console") return code;
      const before = section.split("```")[2 * index] ?? "";
      const [, file] = /`([\w.]+)`:\s*$/.exec(before) ?? [];
      return file === undefined ? "" : `cat > ${file} <<'END'\n${code}END\n`;
    })
    .filter((part) => !part.includes("tailscope-emulator"))
    .join("\n");
}

function type(lines: string, cwd = folder) {
  const { PULUMI_BACKEND_URL: _, ...env } = process.env;
  return shell(lines, cwd, {
    ...env,
    ...quickStart,
    HOME: folder,
    PULUMI_HOME: join(folder, ".pulumi"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PATH: [bin, join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
  });
}

const sectionsOf = (heading: string) => {
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  return section.split("\n## ")[0] ?? "";
};

/** The lines of other pages that read a stack or a preview, each with the command `tailscope`. */
function commandsOfOtherPages(): string[] {
  const lines = readPages()
    .filter(({ path }) => /^docs\/(commands|drift-and-inventory|review|rotation)\.md$/.test(path))
    .flatMap(blocksOf)
    .filter(({ language }) => language === "console")
    .flatMap(({ code }) => code.split("\n"));
  // Plans have a test of their own: plan.test.ts.
  return [...new Set(lines)].filter((line) => /tailscope/.test(line) && !/--plan/.test(line));
}

test("every command of the getting-started page works, with the emulator and as with a tailnet, and so do commands of other pages", async () => {
  // `--local` is the home of the machine's user, whatever HOME says.
  mkdirSync(join(folder, "state"));
  const lines = script(sectionsOf("A project"));
  expect(lines).toContain("pulumi login --local\n");
  const project = await type(lines.replace("--local", pathToFileURL(join(folder, "state")).href));
  expect(project.code, project.text).toBe(0);

  const [first = "", second = ""] =
    sectionsOf("With the emulator").split("Give the client another");
  const [, replacement = ""] = /write `(scopes: [^`]+)`/.exec(second) ?? [];
  const work = join(folder, "tailnet");
  const deployed = await type(`${exports}\n${script(first)}`, work);
  expect(deployed.code, deployed.text).toBe(0);
  expect(deployed.text).toContain("[secret]");

  const program = join(work, "index.ts");
  const changed = readFileSync(program, "utf8").replace(/scopes: \[[^\]]*\]/, replacement);
  expect(changed).toContain(replacement);
  writeFileSync(program, changed);
  // What was exported in this terminal is still there.
  const still = `${exports}\n${(first.match(/^export .*$/gm) ?? []).join("\n")}`;
  const previewed = script(second).replace(
    "preview --json |",
    "preview --json | tee preview.json |",
  );
  expect(previewed).toContain("tee");
  const updated = await type(`${still}\n${previewed}`, work);
  expect(updated.code, updated.text).toBe(0);
  expect(updated.text).toMatch(/OAuthClient ci, (changed|updated)/);
  expect(updated.text).toMatch(/No drift/);

  // "Your tailnet" is the emulator's again, and its client the one that the page has people make.
  const [, secret = ""] = /CLIENT_SECRET=(\S+)/.exec(exports) ?? [];
  const address = /export TAILSCALE_BASE_URL=\S+/.exec(exports)?.[0];
  const theirs = script(sectionsOf("With your tailnet")).replace("tskey-client-…", secret);
  const passphrase = "export PULUMI_CONFIG_PASSPHRASE=only-for-trying";
  const settings = `${address}\n${passphrase}\nexport TAILSCALE_OAUTH_CLIENT_SECRET=${secret}`;
  const real = await type(`${settings}\n${theirs}`, work);
  expect(real.code, real.text).toBe(0);

  // The other pages, in the project of this one, but for what this one has typed already. What
  // finds something exits with 2.
  const others = commandsOfOtherPages();
  expect(others.length).toBeGreaterThan(8);
  const typed = script(text).replaceAll("npx tailscope", "tailscope").split("\n");
  for (const line of others.filter((one) => !typed.includes(one))) {
    const ran = await type(`${settings}\n${line}`, work);
    expect([0, 2], `${line}\n${ran.text}`).toContain(ran.code);
  }

  const gone = await type(`${settings}\npulumi destroy --yes`, work);
  expect(gone.code, gone.text).toBe(0);
  for (const { text } of [deployed, updated, real, gone]) expect(text).not.toContain(secret);
});
