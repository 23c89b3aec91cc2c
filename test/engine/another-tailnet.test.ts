/** A stack meets a tailnet that is not its own: nothing is forgotten, and nothing is made twice. */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { makeClient } from "../contract/client";
import { newStack, type Stack } from "./stack";

const program = `
  new OAuthClient("client", { scopes: ["dns"] });
  new AuthKey("key", { tags: ["tag:ci"], reusable: true });
  new FederatedIdentity("identity", { issuer: "https://ci.example.com", subject: "me", scopes: ["dns"] });`;

const asDeployer = ({ url, clientId, clientSecret }: Emulator) => ({
  TAILSCALE_BASE_URL: url,
  TAILSCALE_OAUTH_CLIENT_ID: clientId,
  TAILSCALE_OAUTH_CLIENT_SECRET: clientSecret,
});

const destroy = [
  "destroy",
  "--yes",
  "--skip-preview",
  "--suppress-progress",
  "--continue-on-error",
];

function use(stack: Stack, environment: Record<string, string>): void {
  for (const [name, value] of Object.entries(environment)) stack.set(name, value);
}

test("a deployer of another tailnet forgets, revokes and recreates nothing", async () => {
  await using mine = await startEmulator();
  await using other = await startEmulator();
  await using stack = await newStack(mine, program);
  await stack.up();
  const before = (await stack.state()).credentials;
  const alive = mine.control.activeCredentials();
  use(stack, asDeployer(other));

  const destroyed = await stack.pulumi(destroy);
  expect(destroyed.code).not.toBe(0);
  for (const { id = "" } of Object.values(before)) expect(destroyed.text).toContain(id);
  expect(destroyed.text).toContain(`the deployer ${other.clientId} does not see it`);
  expect(destroyed.text).toContain(`It was created by the deployer ${mine.clientId}`);

  const refreshed = await stack.attempt("--refresh");
  expect(refreshed.code).not.toBe(0);
  expect(refreshed.text).toContain("so this may be the wrong tailnet");
  expect(refreshed.text).toContain("To move a stack to another tailnet on purpose");

  expect(Object.keys((await stack.state()).credentials)).toEqual(Object.keys(before));
  expect(mine.control.activeCredentials()).toEqual(alive);
  expect(other.control.activeCredentials()).toEqual([]);

  // Its own deployer finds everything as it was.
  use(stack, asDeployer(mine));
  await stack.up("--refresh", "--expect-no-changes");
});

test("in a stack with one credential, an API access token of another tailnet causes an error that names the credential's origin", async () => {
  await using mine = await startEmulator();
  await using other = await startEmulator();
  const asOwner = ({ url, apiKey }: Emulator) => ({
    TAILSCALE_BASE_URL: url,
    TAILSCALE_API_KEY: apiKey,
  });
  const reusable = 'new AuthKey("key", { tags: ["tag:ci"], reusable: true });';
  await using stack = await newStack(mine, reusable, asOwner(mine));
  await stack.up();
  const id = (await stack.state()).credentials["key"]?.id;
  use(stack, asOwner(other));
  for (const { code, text } of [await stack.attempt("--refresh"), await stack.pulumi(destroy)]) {
    expect(code).not.toBe(0);
    expect(text).toContain(`/keys/${id}): the deployer ${idIn(other.apiKey)} does not see it`);
    expect(text).toContain(`It was created by the deployer ${idIn(mine.apiKey)}.`);
  }
  expect(mine.control.activeCredentials().map((one) => one.id)).toEqual([id]);
  expect(other.control.activeCredentials()).toEqual([]);
  expect((await stack.state()).credentials["key"]?.id).toBe(id);
});

/** The id that an API access token has in its middle. */
const idIn = (token: string) => token.split("-")[2];

test("a typo in the tailnet's name does not make a credential count as gone", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, program);
  await stack.up();
  const alive = emulator.control.activeCredentials();
  stack.set("TAILSCALE_TAILNET", "exmaple.com");
  const { code, text } = await stack.pulumi(destroy);
  expect(code).not.toBe(0);
  expect(text).toContain("(403, DELETE /tailnet/exmaple.com/keys/");
  expect(text).toContain(
    `The deployer ${emulator.clientId} belongs to another tailnet than exmaple.com: set TAILSCALE_TAILNET`,
  );
  expect((await stack.attempt("--refresh")).code).not.toBe(0);
  expect(emulator.control.activeCredentials()).toEqual(alive);
});

test("a credential without any trace is recreated by the deployer that created it, or if the tailnet has another credential of the state", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, program);
  await stack.up();
  const { credentials } = await stack.state();
  emulator.control.erase(credentials["client"]?.id ?? "");
  expect(await stack.preview("--refresh")).toEqual(["create client"]);
  // Another deployer of the same tailnet sees the rest of the state there.
  const second = await makeClient(emulator, [
    "oauth_keys",
    "auth_keys:read",
    "federated_keys",
    "dns",
  ]);
  stack.set("TAILSCALE_OAUTH_CLIENT_ID", second.id);
  stack.set("TAILSCALE_OAUTH_CLIENT_SECRET", second.key);
  expect(await stack.preview("--refresh")).toEqual(["create client"]);
});

test("a stack that contains its own deployer never loses it", async () => {
  await using emulator = await startEmulator();
  const names = Array.from({ length: 5 }, (_, index) => `app${index}`);
  await using stack = await newStack(
    emulator,
    `for (const name of ${JSON.stringify(names)}) new OAuthClient(name, { scopes: ["dns"] });
     const deployer = new OAuthClient("deployer", { scopes: ["oauth_keys", "dns"] });
     exports.id = deployer.clientId; exports.secret = deployer.clientSecret;`,
  );
  const { id, secret } = await stack.deployed();
  stack.set("TAILSCALE_OAUTH_CLIENT_ID", String(id));
  stack.set("TAILSCALE_OAUTH_CLIENT_SECRET", String(secret));
  const warned = await stack.attempt("--refresh");
  expect(warned.code).toBe(0);
  expect(warned.text).toContain(`OAuthClient ${id} is the deployer of this run.`);

  const { code, text } = await stack.pulumi(destroy);
  expect(code).not.toBe(0);
  expect(text).toContain("Run the same command with another deployer.");
  const left = Object.values((await stack.state()).credentials).map((one) => one.id);
  expect(emulator.control.activeCredentials().map((one) => one.id)).toEqual(left);
  expect(left).toEqual([id]);

  stack.set("TAILSCALE_OAUTH_CLIENT_ID", emulator.clientId);
  stack.set("TAILSCALE_OAUTH_CLIENT_SECRET", emulator.clientSecret);
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test.each([
  ["the new one first", "description", 2],
  ["the old one first", "generation", 1],
])(
  "a stack that replaces its own deployer, %s, keeps it until another deployer revokes the old one",
  async (_, argument, count) => {
    await using emulator = await startEmulator();
    const program = (value: string) =>
      `const deployer = new OAuthClient("deployer", { scopes: ["oauth_keys", "dns"], ${argument}: ${value} }, { replaceOnChanges: ["description"] });
       exports.id = deployer.clientId; exports.secret = deployer.clientSecret;`;
    const [before, after] = argument === "generation" ? ["1", "2"] : ['"one"', '"two"'];
    await using stack = await newStack(emulator, program(before));
    const { id, secret } = await stack.deployed();
    stack.set("TAILSCALE_OAUTH_CLIENT_ID", String(id));
    stack.set("TAILSCALE_OAUTH_CLIENT_SECRET", String(secret));

    stack.write(program(after));
    const { code, text } = await stack.attempt();
    expect(code).not.toBe(0);
    expect(text).toContain("Run the same command with another deployer.");
    const alive = emulator.control.activeCredentials().map((one) => one.id);
    expect(alive).toContain(id);
    expect(alive).toHaveLength(count);
    const { text: exported } = await stack.state();
    for (const one of alive) expect(exported).toContain(`"id": "${one}"`);

    use(stack, asDeployer(emulator));
    const fresh = await stack.deployed();
    expect(fresh["id"]).not.toBe(id);
    expect(emulator.control.activeCredentials().map((one) => one.id)).toEqual([fresh["id"]]);
  },
);
