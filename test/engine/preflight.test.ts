import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { makeClient } from "../contract/client";
import { newStack } from "./stack";

const policy = JSON.stringify({ tagOwners: { "tag:a": [], "tag:b": [], "tag:child": ["tag:a"] } });

test("a deployment that cannot succeed does not start, and says how to fix each missing scope and tag", async () => {
  // In the harsher world Tailscale gives no token that can only read.
  await using emulator = await startEmulator({ policy, strictness: "lenient" });
  const deployer = await makeClient(
    emulator,
    [
      "oauth_keys",
      "auth_keys",
      "policy_file:read",
      "devices:core:read",
      "devices:posture_attributes:read",
    ],
    ["tag:a", "tag:b"],
  );
  await using stack = await newStack(
    emulator,
    'new OAuthClient("ci", { scopes: ["auth_keys", "users"], tags: ["tag:b", "tag:child"] });',
    { TAILSCALE_OAUTH_CLIENT_ID: deployer.id, TAILSCALE_OAUTH_CLIENT_SECRET: deployer.key },
  );
  const problem = async () => (await stack.attemptPreview()).text;

  const first = await problem();
  expect(first).toContain(
    `scopes[1]: "users" cannot be given by the deployer ${deployer.id}, which holds oauth_keys, auth_keys, policy_file:read, devices:core:read, devices:posture_attributes:read and can only pass on scopes of its own. Give it "users", or leave "users" out here.`,
  );
  expect(first).toContain(
    `tags[0]: "tag:b" cannot be given by the deployer ${deployer.id}, which has the tags tag:a, tag:b: it may give exactly its own set of tags`,
  );
  expect(first).toContain('Add under "tagOwners": "tag:b": ["tag:b"]');
  expect(first).not.toContain('"tag:child" cannot');

  stack.write('new AuthKey("key", { tags: ["tag:nowhere"] });');
  expect(await problem()).toContain(
    'tags[0]: "tag:nowhere" is not defined in the policy file, so nobody can give it. Add under "tagOwners": "tag:nowhere": ["tag:a"]',
  );
  stack.write(
    'new FederatedIdentity("identity", { issuer: "https://i.example.com", subject: "me", scopes: ["auth_keys:read"] });',
  );
  expect(await problem()).toContain('this needs federated_keys. Give it "federated_keys".');
  expect(emulator.control.activeCredentials()).toHaveLength(1);

  // What is right is planned and made; its reads are those of a run, not of each resource.
  stack.write(
    'for (const tags of [["tag:child"], ["tag:b", "tag:a"]]) new AuthKey("key-" + tags.length, { tags, description: "one" });',
  );
  emulator.control.takeRequests();
  expect(await stack.preview()).toHaveLength(2);
  expect(emulator.control.takeRequests().map(({ path }) => path)).toEqual([
    "/oauth/token", // For all read scopes, of which two are not held.
    "/oauth/token",
    `/tailnet/-/keys/${deployer.id}`,
    "/tailnet/-/acl",
  ]);
  const taken = emulator.control
    .auditLog()
    .filter(
      ({ target, actor }) => target.type === "OAUTH_ACCESS_TOKEN" && actor.id === deployer.id,
    );
  expect(taken.length).toBeGreaterThan(0);
  for (const { actionDetails } of taken)
    expect(actionDetails, "a preview needs no write scope").toBe(
      "scopes - auth_keys:read oauth_keys:read policy_file:read devices:core:read devices:posture_attributes:read",
    );
  await stack.up();
  expect(emulator.control.activeCredentials()).toHaveLength(3);
});
