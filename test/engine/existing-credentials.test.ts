import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as } from "../contract/client";
import { newStack } from "./stack";

test("get reads an existing credential without managing it, and fails if the credential is gone", async () => {
  await using emulator = await startEmulator();
  const make = async (body: object) =>
    (await as(emulator, emulator.apiKey)("POST", "/keys", body)).body.id;
  const ci = await make({
    keyType: "client",
    scopes: ["dns", "auth_keys"],
    tags: ["tag:ci"],
    description: "CI",
  });
  const key = await make({
    capabilities: { devices: { create: { reusable: true, tags: ["tag:ci"] } } },
  });
  const identity = await make({
    keyType: "federated",
    issuer: "https://issuer.example.com",
    subject: "me",
    scopes: ["dns"],
  });
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
