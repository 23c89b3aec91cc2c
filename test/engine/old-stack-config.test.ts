/**
 * A deployer that was rotated in stack config: the engine hands the one of the last `up` to refresh
 * and destroy.
 */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack, type Stack } from "./stack";

const program = 'new OAuthClient("ci", { scopes: ["dns:read"] });';

async function makeDeployer(emulator: Awaited<ReturnType<typeof startEmulator>>) {
  const answer = await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ keyType: "client", description: "first deployer", scopes: ["all"] }),
  });
  return (await answer.json()) as { id: string; key: string };
}

/** In plaintext, as ids are: what is set as a secret the engine takes out of every message. */
const nameDeployer = (stack: Stack, id: string) =>
  stack.pulumi(["config", "set", "tailscope:oauthClientId", id]);

const refresh = (stack: Stack, environment?: Record<string, string>) =>
  stack.pulumi(["refresh", "--yes", "--skip-preview", "--suppress-progress"], environment);

test("the environment wins over the engine's old stack config, and without it a refresh says where the old deployer comes from", async () => {
  await using emulator = await startEmulator();
  const first = await makeDeployer(emulator);
  await using stack = await newStack(emulator, program, {});
  await nameDeployer(stack, first.id);
  await stack.configure("tailscope:oauthClientSecret", first.key);
  await stack.up();
  expect(stack.printed(), "one place names the deployer").not.toContain("is not used");

  await nameDeployer(stack, emulator.clientId);
  await stack.configure("tailscope:oauthClientSecret", emulator.clientSecret);
  emulator.control.revoke(first.id);

  const refused = await refresh(stack);
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain(
    `The OAuth client ${first.id} was not accepted: it is revoked or expired, or its secret is wrong. Use one that is active. It comes from stack config, and a refresh, a destroy and an \`up --refresh\` use the config of the last \`up\`: if you have changed it since, repeat the command with --run-program, or run \`pulumi up\` once without --refresh, or set the deployer in the environment, which wins.`,
  );

  // One way out: whatever the engine hands on, the environment is the deployer, as a whole.
  const environment = { TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret };
  const refreshed = await refresh(stack, environment);
  expect(refreshed.code, refreshed.text).toBe(0);
  expect(refreshed.text).toContain("2 unchanged");
  expect(refreshed.text).toContain(
    `The deployer comes from the environment (${emulator.clientId}); the one in stack config (${first.id}) is not used.`,
  );

  // Another: what an `up` without a refresh has is what the engine hands on from then.
  await stack.up("--expect-no-changes");
  const after = await refresh(stack);
  expect(after.code, after.text).toBe(0);
  expect(after.text).not.toContain("is not used");

  const destroyed = await stack.pulumi(
    ["destroy", "--yes", "--skip-preview", "--suppress-progress"],
    environment,
  );
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(emulator.control.activeCredentials()).toHaveLength(0);
});

test("with --run-program, a refresh and later commands use the current stack config", async () => {
  await using emulator = await startEmulator();
  const first = await makeDeployer(emulator);
  await using stack = await newStack(emulator, program, {});
  await stack.configure("tailscope:oauthClientSecret", first.key);
  await stack.up();
  await stack.configure("tailscope:oauthClientSecret", emulator.clientSecret);
  emulator.control.revoke(first.id);

  const refreshed = await stack.pulumi(["refresh", "--yes", "--skip-preview", "--run-program"]);
  expect(refreshed.code, refreshed.text).toBe(0);
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toHaveLength(0);
});
