/**
 * Resource options that a dynamic provider is not told of do what Pulumi says of them, or say that
 * they cannot.
 */

import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as } from "../contract/client";
import { newStack, type Stack } from "./stack";

test("replaceOnChanges replaces for the arguments that it names, and for no others", async () => {
  await using emulator = await startEmulator();
  const client = (name: string, scope: string, description: string, options: string) =>
    `new OAuthClient("${name}", { scopes: ["${scope}"], description: "${description}" }, { replaceOnChanges: ${options} });`;
  await using stack = await newStack(
    emulator,
    client("another", "dns", "one", '["scopes"]') +
      client("named", "dns", "one", '["scopes"]') +
      client("any", "dns", "one", '["*"]'),
  );
  await stack.up();
  stack.write(
    client("another", "dns", "two", '["scopes"]') +
      client("named", "dns:read", "one", '["scopes"]') +
      client("any", "dns", "two", '["*"]'),
  );
  expect((await stack.preview()).sort()).toEqual([
    "replace any",
    "replace named",
    "update another",
  ]);
});

test("`pulumi import TYPE NAME ID` fails as the adoption page says, and imports nothing", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, "");
  const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
  const { code, text } = await stack.pulumi(["import", type, "ci", emulator.clientId, "--yes"]);
  expect(code).not.toBe(0);
  // Pulumi's own words: no code of ours is asked.
  const said = "code must be a string, not undefined";
  expect(text).toContain(said);
  expect(readFileSync("docs/adoption.md", "utf8")).toContain(said);
  expect((await stack.state()).credentials).toEqual({});
});

test("a preview reports what cannot work: import, a lookup of another kind, a key without tags", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `new OAuthClient("c", { scopes: ["dns"] }, { import: "${emulator.clientId}" });`,
  );
  const problem = async () => (await stack.attemptPreview()).text;
  expect(await problem()).toContain(
    "bring the credential under management with `tailscope adopt ID --out FOLDER`",
  );
  stack.write(`AuthKey.get("k", "${emulator.clientId}");`);
  expect(await problem()).toContain("it is an OAuth client, not an auth key");
  stack.write(
    `const c = new OAuthClient("c", { scopes: ["auth_keys"], tags: ["tag:ci"] });
     new AuthKey("minted", { mintedBy: c });`,
  );
  expect(await problem()).toContain(
    "tags: an auth key that an OAuth client or a federated identity",
  );
});

/** It stands for the official provider's Acl: it sets the policy file. */
const aclClass = (url: string) => `
  const send = async ({ acl }) => {
    const authorization = "Bearer " + process.env.ACL_KEY;
    const headers = { authorization, "content-type": "application/json" };
    const answer = await fetch("${url}/api/v2/tailnet/-/acl", { method: "POST", headers, body: acl });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const provider = {
    create: async (inputs) => (await send(inputs), { id: "acl", outs: inputs }),
    update: async (id, olds, news) => (await send(news), { outs: news }),
    diff: async (id, olds, news) => ({ changes: olds.acl !== news.acl }),
  };
  class Acl extends pulumi.dynamic.Resource {
    constructor(name, tagOwners, opts) {
      super(provider, name, { acl: JSON.stringify({ tagOwners }) }, opts);
    }
  }`;

test("a tag that the same program defines is given in one `up`, and a preview says what a credential waits for: an argument, a component, a pair, its minter", async () => {
  await using emulator = await startEmulator({ policy: '{"tagOwners":{"tag:ci":[]}}' });
  const program = (tags: string) => `${aclClass(emulator.url)}
    const { RotatingAuthKey, RotatingOAuthClient } = require("tailscope");
    const old = new OAuthClient("old", { scopes: ["auth_keys"], tags: ["tag:ci"] });
    const acl = new Acl("acl", { "tag:ci": [], ${tags} }, { dependsOn: [old] });
    const client = new OAuthClient("client", { scopes: ["auth_keys"], tags: ["tag:ci"] }, { dependsOn: acl });`;
  await using stack = await newStack(emulator, program(""));
  stack.set("ACL_KEY", emulator.apiKey);
  await stack.up();
  stack.write(`${program('"tag:fresh": ["tag:ci"]')}
    const fresh = { tags: ["tag:fresh"] };
    const trust = { ...fresh, scopes: ["auth_keys"] };
    class Runner extends pulumi.ComponentResource {
      constructor(name, opts) {
        super("acme:index:Runner", name, {}, opts);
        new AuthKey(name, fresh, { parent: this });
      }
    }
    new OAuthClient("by-dependency", trust, { dependsOn: [acl] });
    new Runner("by-component", { dependsOn: acl });
    new AuthKey("by-argument", { tags: [acl.urn.apply(() => "tag:fresh")] });
    new AuthKey("by-minter", { mintedBy: client, ...fresh });
    new RotatingAuthKey("by-key-pair", { every: "30d", ...fresh }, { dependsOn: acl });
    new RotatingOAuthClient("by-client-pair", { every: "30d", ...trust }, { dependsOn: [acl] });
    new FederatedIdentity("by-promise",
      { issuer: "https://ci.example.com", subject: "me", ...trust },
      { dependsOn: Promise.resolve([acl]) });`);
  const planned = await stack.attemptPreview();
  expect(planned.code, planned.text).toBe(0);
  expect(planned.text).toContain("A resource that this one depends on may change that");
  await stack.up();
  expect(Object.keys((await stack.state()).credentials).sort()).toEqual([
    "by-argument",
    "by-client-pair-0",
    "by-client-pair-1",
    "by-component",
    "by-dependency",
    "by-key-pair-0",
    "by-key-pair-1",
    "by-minter",
    "by-promise",
    "client",
    "old",
  ]);
});

test("a tag that nothing in the program can define fails at preview, in a component too", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `const client = new OAuthClient("client", { scopes: ["dns"] });
     const component = new pulumi.ComponentResource("acme:index:Runner", "runner", {}, { dependsOn: client });
     new AuthKey("key", { tags: ["tag:typo"] }, { parent: component, dependsOn: client });`,
  );
  const { code, text } = await stack.attemptPreview();
  expect(code).not.toBe(0);
  expect(text).toContain('tags[0]: "tag:typo" is not defined in the policy file');
});

test("a type alias takes over what the official provider made, and a dynamic provider of the program's own under any names, with ids and secrets, for all three kinds", async () => {
  await using emulator = await startEmulator();
  const home = `
    const provider = {
      create: async ({ body }) => {
        const { TAILSCALE_BASE_URL: url, OWNER: owner } = process.env;
        const headers = { authorization: "Bearer " + owner, "content-type": "application/json" };
        const answer = await fetch(url + "/api/v2/tailnet/-/keys", { method: "POST", headers, body });
        const { id, key } = await answer.json();
        return { id, outs: { body, secret: key ?? "" } };
      },
      delete: async () => { throw new Error("the old provider deletes"); },
    };
    class Key extends pulumi.dynamic.Resource {
      constructor(name, body) {
        super(provider, name, { body: JSON.stringify(body), secret: undefined }, { additionalSecretOutputs: ["secret"] });
      }
    }
    const trust = { scopes: ["dns"], issuer: "https://ci.example.com", subject: "me" };
    const create = { tags: ["tag:ci"], reusable: true };
    const made = {
      client: new Key("own-client", { keyType: "client", scopes: ["dns"] }),
      key: new Key("own-key", { keyType: "auth", capabilities: { devices: { create } }, expirySeconds: 7776000 }),
      identity: new Key("own-identity", { keyType: "federated", ...trust }),
    };
    Object.assign(exports, {
      ids: [made.client.id, made.key.id, made.identity.id],
      secrets: [made.client.secret, made.key.secret],
    });`;
  await using stack = await newStack(emulator, home);
  stack.set("OWNER", emulator.apiKey);
  const own = (await stack.deployed()) as { ids: string[]; secrets: string[] };

  const api = as(emulator, emulator.apiKey);
  const made = async (body: object) => (await api("POST", "/keys", body)).body;
  const client = await made({ keyType: "client", scopes: ["dns"], description: "CI" });
  const key = await made({
    keyType: "auth",
    capabilities: { devices: { create: { tags: ["tag:ci"], reusable: true } } },
    expirySeconds: 7_776_000,
  });
  const trust = { scopes: ["dns"], issuer: "https://ci.example.com", subject: "me" };
  const identity = await made({ keyType: "federated", ...trust });
  await importOfficial(stack, [
    ["oauthClient:OauthClient", "ci", client, { description: "CI", scopes: ["dns"] }],
    ["tailnetKey:TailnetKey", "key", key, { tags: ["tag:ci"], reusable: true, expiry: 7_776_000 }],
    [
      "federatedIdentity:FederatedIdentity",
      "identity",
      identity,
      { ...trust, audience: identity["audience"] },
    ],
  ]);

  const theirs = (type: string) => `{ aliases: [{ type: "tailscale:index/${type}" }] }`;
  stack.write(`
    const trust = { scopes: ["dns"], issuer: "https://ci.example.com", subject: "me" };
    const reusable = { tags: ["tag:ci"], reusable: true };
    const ours = { aliases: [{ type: "pulumi-nodejs:dynamic:Resource" }] };
    const own = {
      client: new OAuthClient("own-client", { scopes: ["dns"], description: "ours" }, ours),
      key: new AuthKey("own-key", reusable, ours),
      identity: new FederatedIdentity("own-identity", trust, ours),
    };
    const ci = new OAuthClient("ci", { scopes: ["dns"], description: "CI" }, ${theirs("oauthClient:OauthClient")});
    const key = new AuthKey("key", reusable, ${theirs("tailnetKey:TailnetKey")});
    const identity = new FederatedIdentity("identity", trust, ${theirs("federatedIdentity:FederatedIdentity")});
    Object.assign(exports, {
      ids: [own.client.clientId, own.key.keyId, own.identity.clientId, ci.clientId, key.keyId, identity.clientId],
      secrets: [own.client.clientSecret, own.key.key, ci.clientSecret, key.key],
    });`);
  const before = emulator.control.activeCredentials().map(({ id }) => id);
  expect((await stack.preview()).sort()).toEqual(
    ["ci", "identity", "key", "own-client", "own-identity", "own-key"].map(
      (name) => `update ${name}`,
    ),
  );
  const secrets = [...own.secrets, String(client["key"]), String(key["key"])];
  expect(await stack.deployed()).toEqual({
    ids: [...own.ids, client.id, key.id, identity.id],
    secrets,
  });
  expect(emulator.control.activeCredentials().map(({ id }) => id)).toEqual(before);
  expect(
    emulator.control.activeCredentials().filter(({ description }) => description === "ours"),
  ).toHaveLength(1);
  await stack.up("--refresh", "--expect-no-changes");
  const { text } = await stack.state();
  for (const secret of secrets) expect(text).not.toContain(secret);
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test("a type alias of a revoked credential, or of another tailnet's, says so and changes nothing", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("first", { scopes: ["dns"] });');
  await stack.up();
  const { body: made } = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "client",
    scopes: ["dns"],
  });
  await importOfficial(stack, [["oauthClient:OauthClient", "ci", made, { scopes: ["dns"] }]]);
  emulator.control.revoke(made.id);
  const before = (await stack.state()).text;
  expect(before).not.toContain(String(made["key"]));
  stack.write(
    `new OAuthClient("first", { scopes: ["dns"] });
     new OAuthClient("ci", { scopes: ["dns"] }, { aliases: [{ type: "tailscale:index/oauthClient:OauthClient" }] });`,
  );
  const { code, text } = await stack.attempt();
  expect(code).not.toBe(0);
  expect(text).toContain(
    `OAuthClient ${made.id}, which another provider managed until now, is not active in the tailnet of the deployer ${emulator.clientId}`,
  );
  const resources = (exported: string) =>
    (JSON.parse(exported).deployment.resources as { id?: string }[]).map(({ id }) => id);
  expect(resources((await stack.state()).text)).toEqual(resources(before));
});

test("a provider that the program creates gets no stack config, says so, and takes it as arguments", async () => {
  await using emulator = await startEmulator();
  const program = (given: string) => `
    class Tailscope extends pulumi.ProviderResource {
      constructor(name, args) { super("pulumi-nodejs", name, args); }
    }
    const config = new pulumi.Config("tailscope");
    const provider = new Tailscope("tailscope", ${given});
    const component = new pulumi.ComponentResource("test:index:Component", "above", {}, { providers: [provider] });
    new OAuthClient("ci", { scopes: ["dns"] }, { parent: component });`;
  const given = `{
    "tailscope:oauthClientId": config.require("oauthClientId"),
    "tailscope:oauthClientSecret": config.requireSecret("oauthClientSecret"),
  }`;
  await using stack = await newStack(emulator, program("{}"), {});
  await stack.configure("tailscope:oauthClientId", emulator.clientId);
  await stack.configure("tailscope:oauthClientSecret", emulator.clientSecret);
  const { code, text } = await stack.attemptPreview();
  expect(code).not.toBe(0);
  expect(text).toContain("No credentials for Tailscale");
  expect(text).toContain("gives this resource a provider of its own");

  const disable = ["config", "set", "--path", "pulumi:disable-default-providers[0]", "*"];
  expect((await stack.pulumi(disable)).code).toBe(0);
  stack.write(program(given));
  await stack.up();
  await stack.up("--refresh", "--expect-no-changes");
  expect((await stack.state()).text).not.toContain(emulator.clientSecret);
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});

type Official = readonly [
  type: string,
  name: string,
  made: Readonly<Record<string, unknown>>,
  inputs: object,
];

/** How the engine marks a secret in a state. Its import encrypts the plaintext. */
const secretMark = "4dabf18193072939515e22adb298388d";
const secretValue = "1b47061264138c4ac30d75fd1eb44270";

/** Puts resources of the official provider into the state, as its own `up` leaves them. */
async function importOfficial(stack: Stack, resources: readonly Official[]): Promise<void> {
  const { text } = await stack.state();
  const state = JSON.parse(text);
  const urn = (type: string, name: string) => `urn:pulumi:dev::test::${type}::${name}`;
  const provider = {
    urn: urn("pulumi:providers:tailscale", "default"),
    custom: true,
    id: "11111111-1111-1111-1111-111111111111",
    type: "pulumi:providers:tailscale",
    inputs: {},
    outputs: {},
  };
  state.deployment.resources.push(
    provider,
    ...resources.map(([type, name, made, inputs]) => ({
      urn: urn(`tailscale:index/${type}`, name),
      custom: true,
      id: made["id"],
      type: `tailscale:index/${type}`,
      inputs,
      outputs: {
        ...inputs,
        id: made["id"],
        createdAt: made["created"],
        ...("key" in made && {
          key: { [secretMark]: secretValue, plaintext: JSON.stringify(made["key"]) },
        }),
        userId: "",
      },
      additionalSecretOutputs: ["key"],
      provider: `${provider.urn}::${provider.id}`,
    })),
  );
  // The file holds secrets in plaintext, as an import takes them: nobody keeps it.
  const file = join(stack.folder, "official.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  const { code, text: said } = await stack.pulumi(["stack", "import", "--file", "official.json"]);
  unlinkSync(file);
  expect(code, said).toBe(0);
}
