/**
 * What people do to a stack and its state with Pulumi's own commands, as public reports have it
 * (test/field/README.md).
 */

import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as } from "../contract/client";
import { newStack, type Stack } from "./stack";
import { tailscope } from "./tailscope";

const program = `
  const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"] });
  const key = new AuthKey("key", { mintedBy: ci, tags: ["tag:ci"], reusable: true });
  Object.assign(exports, { id: ci.clientId, secret: ci.clientSecret, key: key.key });`;

const urnIn = (stack: string, type: string, name: string) =>
  `urn:pulumi:${stack}::test::pulumi-nodejs:dynamic/tailscope:${type}::${name}`;

const alive = (emulator: Emulator) =>
  emulator.control
    .activeCredentials()
    .map(({ id }) => id)
    .sort();

async function done(stack: Stack, ...args: string[]): Promise<string> {
  const { code, text } = await stack.pulumi(args);
  expect(code, `pulumi ${args.join(" ")}\n${text}`).toBe(0);
  return text;
}

test("a stack keeps its credentials if it is renamed, moved into another stack or moved to another backend", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, program);
  const before = await stack.deployed();
  const made = alive(emulator);

  await done(stack, "stack", "rename", "prod");
  expect(await stack.preview()).toEqual([]);
  expect(await tailscope(stack, ["drift"])).toMatchObject({ code: 0 });

  await done(stack, "stack", "init", "other");
  const [client, key] = [urnIn("prod", "OAuthClient", "ci"), urnIn("prod", "AuthKey", "key")];
  await done(stack, "state", "move", "--source", "prod", "--dest", "other", client, key, "--yes");
  expect(await stack.preview("--refresh")).toEqual([]);
  expect(await tailscope(stack, ["drift"])).toMatchObject({ code: 0 });
  expect(await stack.deployed()).toEqual(before);

  // The export has secrets in plaintext: nobody keeps it.
  await done(stack, "stack", "export", "--show-secrets", "--file", "other.json");
  const elsewhere = join(stack.folder, "elsewhere");
  await done(stack, "stack", "rm", "--force", "--yes");
  mkdirSync(elsewhere);
  stack.set("PULUMI_BACKEND_URL", pathToFileURL(elsewhere).href);
  await done(stack, "stack", "init", "other");
  await done(stack, "stack", "import", "--file", "other.json");
  unlinkSync(join(stack.folder, "other.json"));
  expect(await stack.preview("--refresh")).toEqual([]);
  expect(await stack.deployed()).toEqual(before);
  expect((await stack.state()).text).not.toContain(String(before["secret"]));
  expect(alive(emulator)).toEqual(made);
});

test("a tainted client is replaced, and a key that it minted continues under the new client", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, program);
  const before = await stack.deployed();
  await done(stack, "state", "taint", urnIn("dev", "OAuthClient", "ci"), "--yes");
  expect(await stack.preview()).toContain("replace ci");
  const after = await stack.deployed();
  expect(after["id"]).not.toBe(before["id"]);
  expect(after["key"]).toBe(before["key"]);
  expect(await stack.preview("--refresh")).toEqual([]);
  await stack.destroy();
  expect(alive(emulator)).toEqual([]);
});

test("the inventory lists what an interrupted create left, before the stack continues and after the stack is removed", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("a", { scopes: ["dns"] });');
  await stack.up();
  const left = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "client",
    scopes: ["dns"],
    description: "b",
  });
  interruptCreate(stack, "a", "b");
  stack.write(
    'for (const name of ["a", "b"]) new OAuthClient(name, { scopes: ["dns"], ...(name === "b" && { description: name }) });',
  );
  const { code, text } = await stack.attempt();
  expect(code, text).toBe(0);
  expect(text).toContain("interrupted while creating");
  const unmanaged = await tailscope(stack, ["inventory", "--unmanaged", "--json"]);
  const ids = (ran: { stdout: string }) =>
    JSON.parse(ran.stdout).credentials.map(({ id }: { id: string }) => id);
  expect(ids(unmanaged)).toContain(left.body.id);
  const [a = ""] = (await managedIds(stack)).filter((id) => id !== left.body.id);

  await done(stack, "stack", "rm", "--force", "--yes");
  const removed = await tailscope(stack, ["inventory", "--json"]);
  expect(removed, removed.stderr).toMatchObject({ code: 0 });
  expect(ids(removed)).toEqual(expect.arrayContaining([a, left.body.id]));
  expect(removed.stderr).toContain("Without a stack, nothing says which credentials are managed");
  expect(await tailscope(stack, ["inventory", "--unmanaged"])).toMatchObject({ code: 1 });
  expect((await tailscope(stack, ["drift"])).stderr).toContain("no stack selected");
});

async function managedIds(stack: Stack): Promise<string[]> {
  return Object.values((await stack.state()).credentials).map(({ id }) => id ?? "");
}

/**
 * Makes the state what an engine leaves that was killed while it made `name`, a resource like
 * `like`.
 */
function interruptCreate(stack: Stack, like: string, name: string): void {
  const folder = fileURLToPath(String(stack.environment["PULUMI_BACKEND_URL"]));
  const file = join(folder, ".pulumi/stacks/test/dev.json");
  const state = JSON.parse(readFileSync(file, "utf8"));
  const { latest } = state.checkpoint;
  const pattern = latest.resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${like}`));
  const { outputs, id, created, modified, ...resource } = pattern;
  const urn = pattern.urn.replace(new RegExp(`::${like}$`), `::${name}`);
  latest.pending_operations = [{ type: "creating", resource: { ...resource, urn } }];
  writeFileSync(file, JSON.stringify(state));
}
