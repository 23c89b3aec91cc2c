/**
 * Bringing what exists under management: what we would let nobody ask for, and the page for those
 * who come from the official provider.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { runProcess } from "../../harness/process";
import { as } from "../contract/client";
import { newStack, type Stack } from "./stack";
import { tailscope } from "./tailscope";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An adopted program as the JavaScript that the test's stack runs. */
function asJavaScript(program: string): string {
  return program.replace(/^import .*$/gm, "");
}

/** Runs a line of a page as a person types it, who answers every question with yes. */
function typed(stack: Stack, line: string): Promise<{ code: number | null; text: string }> {
  const bin = join(stack.folder, "..", "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, "tailscope"),
    `#!/bin/sh\nexec ${process.execPath} ${join(root, "provider/dist/cli/main.js")} "$@"\n`,
    { mode: 0o755 },
  );
  const env = {
    ...stack.environment,
    PATH: `${bin}${delimiter}${stack.environment["PATH"]}`,
    PULUMI_SKIP_CONFIRMATIONS: "true",
    // The plugin of the official provider is not there, and nobody looks for it in the network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return runProcess("sh", ["-c", line], { cwd: stack.folder, env });
}

/** The commands of the page's steps, in their order. */
function commandsOf(page: string): string[][] {
  const steps = page.slice(page.indexOf("\n1. "), page.indexOf("\nIf anything"));
  return steps
    .split(/\n(?=\d\. )/)
    .filter(Boolean)
    .map((step) =>
      [...step.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
        block
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      ),
    );
}

test("credentials of the official provider move with the commands on the page, without that provider's plugin", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const make = async (body: object) => (await call("POST", "/keys", body)).body.id as string;
  const client = await make({ keyType: "client", scopes: ["dns"], description: "one" });
  const key = await make({ capabilities: { devices: { create: { tags: ["tag:ci"] } } } });
  const identity = await make({
    keyType: "federated",
    scopes: ["dns"],
    issuer: "https://i.example.com",
    subject: "me",
  });
  const before = emulator.control.activeCredentials();
  await using stack = await newStack(
    emulator,
    'new (class extends pulumi.ComponentResource {})("my:index:Uses", "user");',
  );
  await stack.up();
  // State as the official provider leaves it: protected, in a component, and used by others.
  const { deployment, version } = JSON.parse((await stack.state()).text);
  const [top, user] = deployment.resources as { urn: string }[];
  const type = "pulumi:providers:tailscale";
  const provider = {
    urn: `urn:pulumi:dev::test::${type}::default_0_29_0`,
    custom: true,
    id: "p1",
    type,
    inputs: { version: "0.29.0" },
    outputs: { version: "0.29.0" },
  };
  const official = (resourceType: string, name: string, id: string, more: object = {}) => ({
    urn: `urn:pulumi:dev::test::${resourceType}::${name}`,
    custom: true,
    id,
    type: resourceType,
    inputs: {},
    outputs: {},
    parent: top?.urn,
    provider: `${provider.urn}::p1`,
    ...more,
  });
  const theirs = [
    official("tailscale:index/oauthClient:OauthClient", "ci", client),
    official("tailscale:index/tailnetKey:TailnetKey", "it's a key", key, { protect: true }),
    official("tailscale:index/federatedIdentity:FederatedIdentity", "deploy", identity),
  ];
  const uses = { ...user, dependencies: [theirs[0]?.urn] };
  stack.save(
    "made.json",
    JSON.stringify({
      version,
      deployment: { ...deployment, resources: [top, provider, ...theirs, uses] },
    }),
  );
  expect((await typed(stack, "pulumi stack import --file made.json")).code).toBe(0);

  const page = readFileSync(join(root, "docs/moving-from-the-official-provider.md"), "utf8");
  const steps = commandsOf(page);
  expect(steps.map((lines) => lines.length)).toEqual([2, 0, 1, 2]);
  for (const [index, lines] of steps.entries()) {
    if (index === 1) {
      const program = readFileSync(join(stack.folder, "tailnet", "index.ts"), "utf8");
      stack.write(
        `new (class extends pulumi.ComponentResource {})("my:index:Uses", "user");\n${asJavaScript(program)}`,
      );
    }
    for (const line of lines) {
      const { code, text } = await typed(stack, line);
      expect(code, `${line}\n${text}`).toBe(0);
      if (line.startsWith("pulumi preview")) expect(text).toContain("5 unchanged");
    }
  }
  expect(Object.keys((await stack.state()).credentials).sort()).toEqual([
    "ci",
    "deploy",
    "it's a key",
  ]);
  expect(emulator.control.activeCredentials(), "nothing in the tailnet was touched").toEqual(
    before,
  );
  const undone = await typed(stack, "pulumi stack import --file before.json");
  expect(undone.code, undone.text).toBe(0);
});

test("a credential with arguments that Tailscope would refuse is adopted, kept, and can be corrected", async () => {
  await using emulator = await startEmulator({ scopes: ["brand_new"] });
  const call = as(emulator, emulator.apiKey);
  const { body } = await call("POST", "/keys", { keyType: "client", scopes: ["dns", "brand_new"] });
  const description = "temp: aws_app.connector (old)!";
  emulator.control.change(body.id, { description });
  const folder = mkdtempSync(join(tmpdir(), "tailscope-odd-"));
  try {
    await using stack = await newStack(emulator, "");
    const out = join(folder, "out");
    const adopted = await tailscope(stack, ["adopt", body.id, "--out", out]);
    expect(adopted.code, adopted.stderr).toBe(0);
    expect(adopted.stdout).toContain("In an existing stack:");
    const program = asJavaScript(readFileSync(join(out, "index.ts"), "utf8"));
    stack.write(program);
    const imported = await typed(
      stack,
      `pulumi import --file ${join(out, "import.json")} --generate-code=false --protect=false`,
    );
    expect(imported.code, imported.text).toBe(0);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toEqual([]);

    // Of a change Tailscale takes the whole credential, and refuses in it what it would not take
    // today.
    const changed = program.replace('scopes: ["brand_new", "dns"]', 'scopes: ["dns"]');
    stack.write(changed);
    expect(await stack.failingUp()).toContain("keys: description had invalid characters");
    stack.write(changed.replace(description, "temp"));
    await stack.up();
    expect(emulator.control.activeCredentials()).toMatchObject([
      { id: body.id, description: "temp", scopes: ["dns"] },
    ]);
    // What is new has to be right.
    stack.write(program.replace(description, "another: one"));
    expect(await stack.failingUp()).toContain("description");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
