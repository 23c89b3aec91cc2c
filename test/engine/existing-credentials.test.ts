import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("get reads an existing credential without managing it, and fails for one that is gone", async () => {
  await using emulator = await startEmulator();
  await using owner = await newStack(
    emulator,
    `const ci = new OAuthClient("ci", { scopes: ["dns", "auth_keys"], tags: ["tag:ci"], description: "CI" });
     const key = new AuthKey("key", { tags: ["tag:ci"], reusable: true });
     const identity = new FederatedIdentity("identity", { issuer: "https://issuer.example.com", subject: "me", scopes: ["dns"] });
     Object.assign(exports, { ci: ci.id, key: key.id, identity: identity.id });`,
  );
  const { ci, key, identity } = await owner.deployed();
  const reader = (id: unknown) => `
    const ci = OAuthClient.get("ci", "${id}"), key = AuthKey.get("key", "${key}"), identity = FederatedIdentity.get("identity", "${identity}");
    Object.assign(exports, { scopes: ci.scopes, tags: ci.tags, description: ci.description, reusable: key.reusable, subject: identity.subject });`;
  await using stack = await newStack(emulator, reader(ci));
  expect(await stack.deployed()).toEqual({
    scopes: ["auth_keys", "dns"],
    tags: ["tag:ci"],
    description: "CI",
    reusable: true,
    subject: "me",
  });
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toHaveLength(3);

  emulator.control.revoke(String(ci));
  expect(await stack.failingUp()).toContain(String(ci));
});
