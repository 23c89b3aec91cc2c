import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

const client = (description: string) =>
  `const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "${description}" });`;
const key = (more: string) =>
  `const key = new AuthKey("key", { tags: ["tag:ci"], reusable: true, ${more} }); exports.keyId = key.keyId; exports.key = key.key; exports.expiresAt = key.expiresAt;`;

test("an auth key is minted by the client that it names, replaced if an argument changes, and outlives that client", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `${client("one")} ${key('mintedBy: ci, expiry: "1h"')}`,
  );

  const first = await stack.deployed();
  const clientId = (await stack.state()).credentials["ci"]?.id;
  expect(first["key"]).toMatch(new RegExp(`^tskey-auth-${first["keyId"]}-`));
  const made = emulator.control.activeCredentials().find(({ keyType }) => keyType === "auth");
  expect(made).toMatchObject({
    id: first["keyId"],
    userId: "",
    expirySeconds: 3600,
    expires: first["expiresAt"],
  });
  expect(creatorOf(emulator, first["keyId"])).toBe(clientId);
  expect(tokensOf(emulator, clientId)).toEqual(["scopes - auth_keys"]);
  emulator.control.takeRequests();

  // A change of the client makes its secret unknown at preview: that plans nothing for the key.
  stack.write(`${client("two")} ${key('mintedBy: ci, expiry: "1h"')}`);
  expect(await stack.preview()).toEqual(["update ci"]);
  await stack.up();
  emulator.control.takeRequests();

  // Another minter, and a rule of ours: written down, and nothing is sent.
  const other =
    'const other = new OAuthClient("other", { scopes: ["auth_keys"], tags: ["tag:ci"] });';
  stack.write(
    `${client("two")} ${other} ${key('mintedBy: other, expiry: "1h", recreateIfInvalid: "never"')}`,
  );
  expect((await stack.deployed())["keyId"]).toBe(first["keyId"]);
  expect(writesOf(emulator), "the other client").toEqual([
    { method: "POST", path: "/tailnet/-/keys" },
  ]);

  stack.write(
    `${client("two")} ${other} ${key('mintedBy: other, expiry: "2h", recreateIfInvalid: "never"')}`,
  );
  expect(await stack.preview()).toEqual(["replace key"]);
  emulator.control.takeRequests();
  const second = await stack.deployed();
  expect(second["keyId"]).not.toBe(first["keyId"]);
  expect(writesOf(emulator), "the new key is there before the old one goes").toEqual([
    { method: "POST", path: "/tailnet/-/keys" },
    { method: "DELETE", path: `/tailnet/-/keys/${first["keyId"]}` },
  ]);

  // The client that should revoke the key is gone: the deployer does it, and says so.
  emulator.control.revoke((await stack.state()).credentials["other"]?.id ?? "");
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
  expect(stack.printed()).toContain("of mintedBy no longer exists: the deployer takes its place");
});

test("a deployer without auth_keys can deploy keys that a client mints", async () => {
  await using emulator = await startEmulator();
  const made = await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${emulator.apiKey}` },
    body: JSON.stringify({ keyType: "client", scopes: ["devices:core:read"] }),
  });
  const deployer = (await made.json()) as { id: string; key: string };
  const minter = (await (
    await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${emulator.apiKey}` },
      body: JSON.stringify({ keyType: "client", scopes: ["auth_keys", "dns"], tags: ["tag:ci"] }),
    })
  ).json()) as { id: string; key: string };
  const minted = `new AuthKey("minted", { tags: ["tag:ci"], mintedBy: { clientId: process.env.MINTER_ID, clientSecret: process.env.MINTER_SECRET } });`;
  await using stack = await newStack(emulator, minted, {
    TAILSCALE_OAUTH_CLIENT_ID: deployer.id,
    TAILSCALE_OAUTH_CLIENT_SECRET: deployer.key,
    MINTER_ID: minter.id,
    MINTER_SECRET: minter.key,
  });

  await stack.up();
  expect(
    tokensOf(emulator, minter.id),
    "asked for with just the scope that the request needs",
  ).toEqual(["scopes - auth_keys"]);
  await stack.up("--refresh");
  // Where no token can be narrowed to the read form of a write scope, the write scope reads.
  const { writeNarrowsToRead } = emulator.control.unknowns();
  const reads = writeNarrowsToRead ? "scopes - auth_keys:read" : "scopes - auth_keys";
  expect(tokensOf(emulator, minter.id).at(-1)).toBe(reads);

  expect(stack.printed()).not.toContain(minter.key);
});

test("ninety days are the same expiry in stack config, in ISO 8601, and as the default", async () => {
  await using emulator = await startEmulator();
  const program = (lives: readonly string[]) =>
    lives
      .map((life, at) => `new AuthKey("key${at}", { tags: ["tag:ci"], expiry: ${life} });`)
      .join("\n");
  const lives = ['"90d"', '"P90D"', '"PT2160H"', "7776000", "0", '"0"', "undefined"];
  const inConfig = lives.map(() => 'new pulumi.Config().require("life")');
  await using stack = await newStack(emulator, program(["0", ...inConfig.slice(1)]));
  expect((await stack.pulumi(["config", "set", "life", "7776000"])).code).toBe(0);
  await stack.up();
  const made = emulator.control.activeCredentials().map(({ expirySeconds }) => expirySeconds);
  expect(made).toEqual(lives.map(() => 7_776_000));
  stack.write(program(lives));
  expect(await stack.preview()).toEqual([]);
  stack.write(program(lives.map(() => '"P30D"')));
  expect((await stack.preview()).toSorted()).toEqual(lives.map((_, at) => `replace key${at}`));
});

function writesOf(emulator: Emulator) {
  return emulator.control
    .takeRequests()
    .filter(({ method, path }) => method !== "GET" && path.startsWith("/tailnet/"));
}

type Emulator = Awaited<ReturnType<typeof startEmulator>>;

function creatorOf(emulator: Emulator, id: unknown): string | undefined {
  return emulator.control
    .auditLog()
    .find(({ action, target }) => action === "CREATE" && target.id === id)?.actor.id;
}

function tokensOf(emulator: Emulator, id: string | undefined): (string | undefined)[] {
  return emulator.control
    .auditLog()
    .filter(({ target, actor }) => target.type === "OAUTH_ACCESS_TOKEN" && actor.id === id)
    .map(({ actionDetails }) => actionDetails);
}
