/**
 * Ways in which people write programs and run them, as public reports have them
 * (test/field/README.md).
 */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack, type Stack } from "./stack";

const urn = (type: string, name: string) =>
  `urn:pulumi:dev::test::pulumi-nodejs:dynamic/tailscope:${type}::${name}`;

async function done(stack: Stack, ...args: string[]): Promise<void> {
  const { code, text } = await stack.pulumi(args);
  expect(code, `pulumi ${args.join(" ")}\n${text}`).toBe(0);
}

test("a rotating pair keeps its clients if it is renamed and then moved into a component", async () => {
  await using emulator = await startEmulator();
  const pair = (name: string, options: string) => `
    const { RotatingOAuthClient } = require("tailscope");
    const make = (more) => new RotatingOAuthClient("${name}", { every: "30d", scopes: ["dns"] }, { ...more, ${options} });`;
  const atRoot = (name: string, options: string) =>
    `${pair(name, options)} exports.secret = make({}).clientSecret;`;
  await using stack = await newStack(emulator, atRoot("old", ""));
  const before = await stack.deployed();
  stack.write(atRoot("new", 'aliases: [{ name: "old" }]'));
  expect(await stack.preview()).toEqual([]);
  expect(await stack.deployed()).toEqual(before);
  stack.write(`${pair("new", "aliases: [{ parent: pulumi.rootStackResource }]")}
    class Access extends pulumi.ComponentResource {
      constructor(name) {
        super("acme:index:Access", name);
        this.secret = make({ parent: this }).clientSecret;
      }
    }
    exports.secret = new Access("access").secret;`);
  expect(await stack.preview()).toEqual(["create access"]);
  expect(await stack.deployed()).toEqual(before);
});

test("a client of one stack creates keys in another stack, and an exported resource hides its secrets", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'exports.ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"] });',
  );
  const { ci } = (await stack.deployed()) as { ci: { clientId: string; clientSecret: string } };
  expect((await stack.state()).text).not.toContain(ci.clientSecret);
  await done(stack, "stack", "init", "other");
  stack.write(`
    const ci = new pulumi.StackReference("organization/test/dev").requireOutput("ci");
    const key = new AuthKey("key", { mintedBy: ci, tags: ci.apply(({ tags }) => tags), expiry: "1d" });
    exports.key = key.key;`);
  const { key } = await stack.deployed();
  expect(key).toMatch(/^tskey-auth-/);
  expect((await stack.state()).text).not.toContain(ci.clientSecret);
  expect(await stack.preview("--refresh")).toEqual([]);
  await stack.destroy();
  expect(stack.printed()).not.toContain(ci.clientSecret);
  expect(emulator.control.activeCredentials().map(({ id }) => id)).toEqual([ci.clientId]);
});

test("--target, --exclude and --replace change only the named resources, and a minted key keeps working", async () => {
  await using emulator = await startEmulator();
  const clients = (description: string) => `
    const a = new OAuthClient("a", { scopes: ["dns"], description: "${description}" });
    const b = new OAuthClient("b", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "${description}" });
    const key = new AuthKey("key", { mintedBy: b, tags: ["tag:ci"] });
    Object.assign(exports, { b: b.clientId, key: key.key });`;
  await using stack = await newStack(emulator, clients("one"));
  const first = await stack.deployed();
  const described = () =>
    emulator.control.activeCredentials().map(({ description }) => description);
  stack.write(clients("two"));
  await stack.up("--target", urn("OAuthClient", "a"));
  expect(described().filter(Boolean).sort()).toEqual(["one", "two"]);
  stack.write(clients("three"));
  await stack.up("--exclude", urn("OAuthClient", "a"));
  expect(described().filter(Boolean).sort()).toEqual(["three", "two"]);
  const second = await stack.deployed("--replace", urn("OAuthClient", "b"));
  expect(second["b"]).not.toBe(first["b"]);
  expect(second["key"]).toBe(first["key"]);
  expect(await stack.preview("--refresh")).toEqual([]);
});

test("another deployer than the one that saved an update plan can carry it out", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'exports.id = new OAuthClient("ci", { scopes: ["dns"] }).clientId;',
  );
  const planned = await stack.attemptPreview(["--save-plan", "plan.json"]);
  expect(planned.code, planned.text).toBe(0);
  stack.set("TAILSCALE_OAUTH_CLIENT_ID", undefined);
  stack.set("TAILSCALE_OAUTH_CLIENT_SECRET", undefined);
  stack.set("TAILSCALE_API_KEY", emulator.apiKey);
  await stack.up("--plan", "plan.json");
  expect(emulator.control.activeCredentials()).toHaveLength(1);
});
