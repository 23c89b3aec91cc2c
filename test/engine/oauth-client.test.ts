import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

const exported =
  "exports.clientId = ci.clientId; exports.clientSecret = ci.clientSecret; exports.updatedAt = ci.updatedAt; exports.scopes = ci.scopes;";

test("an OAuth client is created with one request, stays unchanged, changes in place with the same secret, and is revoked", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `const ci = new OAuthClient("ci", { scopes: ["devices:core:read", "auth_keys"], tags: ["tag:ci", "tag:dev"], description: "CI runners" }); ${exported}`,
  );

  const created = await stack.deployed();
  expect(
    emulator.control.takeRequests(),
    "what it may give is looked at once, then one request creates it",
  ).toEqual([
    { method: "POST", path: "/oauth/token" },
    { method: "GET", path: `/tailnet/-/keys/${emulator.clientId}` },
    { method: "GET", path: "/tailnet/-/acl" },
    { method: "POST", path: "/oauth/token" },
    { method: "POST", path: "/tailnet/-/keys" },
  ]);
  const [client] = emulator.control.activeCredentials();
  expect(client).toMatchObject({
    keyType: "client",
    scopes: ["auth_keys", "devices:core:read"],
    tags: ["tag:ci", "tag:dev"],
  });
  expect(created["clientId"]).toBe(client?.id);
  expect(created["clientSecret"]).toMatch(new RegExp(`^tskey-client-${client?.id}-`));

  // The same sets in another order are the same client.
  stack.write(
    `const ci = new OAuthClient("ci", { scopes: ["auth_keys", "devices:core:read"], tags: ["tag:dev", "tag:ci"], description: "CI runners" }); ${exported}`,
  );
  expect(await stack.preview("--expect-no-changes")).toEqual([]);
  expect(emulator.control.takeRequests()).toEqual([]);

  stack.write(
    `const ci = new OAuthClient("ci", { scopes: ["auth_keys", "dns"], tags: ["tag:ci"], description: "CI machines" }); ${exported}`,
  );
  const changed = await stack.deployed();
  expect(emulator.control.takeRequests().filter(({ method }) => method === "PUT")).toEqual([
    { method: "PUT", path: `/tailnet/-/keys/${client?.id}` },
  ]);
  expect(changed).toMatchObject({
    clientId: created["clientId"],
    clientSecret: created["clientSecret"],
    scopes: ["auth_keys", "dns"],
  });
  expect(emulator.control.activeCredentials()).toMatchObject([
    { scopes: ["auth_keys", "dns"], tags: ["tag:ci"], description: "CI machines" },
  ]);

  // What is no longer written is emptied.
  stack.write(`const ci = new OAuthClient("ci", { scopes: ["dns"] }); ${exported}`);
  await stack.up();
  const [emptied] = emulator.control.activeCredentials();
  expect(emptied).not.toHaveProperty("tags");
  expect(emptied).not.toHaveProperty("description");
  expect(await stack.preview("--expect-no-changes")).toEqual([]);

  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});
