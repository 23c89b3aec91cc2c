import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("creating three hundred credentials needs two tokens, one read of the deployer and one request each, and a refresh needs two requests", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'for (let n = 0; n < 300; n++) new OAuthClient("c" + n, { scopes: ["dns"] });',
  );
  // The state is written once, at the end: what is counted here are requests.
  stack.set("PULUMI_EXPERIMENTAL", "true");
  stack.set("PULUMI_SKIP_CHECKPOINTS", "true");
  await stack.up();
  const requests = emulator.control.takeRequests().map(({ method, path }) => `${method} ${path}`);
  expect(requests.filter((request) => request === "POST /tailnet/-/keys")).toHaveLength(300);
  expect(requests.filter((request) => request !== "POST /tailnet/-/keys")).toEqual([
    "POST /oauth/token",
    `GET /tailnet/-/keys/${emulator.clientId}`,
    "POST /oauth/token",
  ]);
  const started = Date.now();
  expect(
    (await stack.pulumi(["refresh", "--yes", "--skip-preview", "--suppress-progress"])).code,
  ).toBe(0);
  // A busy machine may pause for longer than a list is shared (three seconds), and so reads another.
  const pauses = Math.floor((Date.now() - started) / 3_000);
  const list = { method: "GET", path: "/tailnet/-/keys?all=true" };
  const [token, ...lists] = emulator.control.takeRequests();
  expect(token).toEqual({ method: "POST", path: "/oauth/token" });
  expect(lists).toEqual(Array(lists.length).fill(list));
  expect(lists.length).toBeGreaterThan(0);
  expect(lists.length).toBeLessThanOrEqual(1 + pauses);
  await stack.up("--expect-no-changes");
  expect(emulator.control.takeRequests(), "nothing changed, so nothing is asked").toEqual([]);
});

test("a preview without credentials says which settings it looked for, and where", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });', {});
  const { code, text } = await stack.attemptPreview();
  expect(code).not.toBe(0);
  expect(text).toContain(
    "No credentials for Tailscale. Looked in the environment and in stack config for one of:",
  );
  expect(text).toContain(
    "TAILSCALE_OAUTH_CLIENT_ID, tailscope:oauthClientId with TAILSCALE_OAUTH_CLIENT_SECRET, tailscope:oauthClientSecret (a secret)",
  );
  expect(
    text.match(/No credentials for Tailscale/g)?.length,
    "said in the table and once among the diagnostics",
  ).toBe(2);
  expect(text).not.toMatch(/\n\s+at /);
  expect(emulator.control.takeRequests()).toEqual([]);
});

test("a refusal by the API is shown with the next step", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'new OAuthClient("a", { scopes: ["users"] }); new OAuthClient("b", { scopes: ["dns"], tags: ["tag:nowhere"] });',
    { TAILSCALE_API_KEY: emulator.roles["network-admin"], TAILSCOPE_PREFLIGHT: "off" },
  );
  const text = await stack.failingUp("--continue-on-error");
  expect(text).toMatch(
    /Tailscale refused to create an OAuth client \(403, POST \/tailnet\/-\/keys, request REQ-\w+\): actor cannot set scopes: \[users\]/,
  );
  expect(text).toContain("Give it users, or leave users out here.");
  expect(text).toMatch(
    /\(400, POST \/tailnet\/-\/keys, request REQ-\w+\): requested tags \[tag:nowhere\] are invalid or not permitted/,
  );
  expect(text).toContain("Every tag must be defined under tagOwners in the tailnet's policy file.");
});
