/**
 * The commands beside a real stack: whose settings they take, what they decrypt, what they compare.
 */

import { join } from "node:path";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeClient } from "../contract/client";
import { newStack, type Stack } from "./stack";
import { tailscope } from "./tailscope";

const passphrase = { PULUMI_CONFIG_PASSPHRASE: "of a test" };
const noPassphrase = { PULUMI_CONFIG_PASSPHRASE: undefined };

interface Setting {
  readonly value: string;
  readonly secret: boolean;
}

/** Sets all of it by one run of the CLI. */
async function configure(stack: Stack, settings: Record<string, Setting>): Promise<void> {
  const pairs = Object.entries(settings).flatMap(([key, { value, secret }]) => [
    secret ? "--secret" : "--plaintext",
    `${key}=${value}`,
  ]);
  const { code, text } = await stack.pulumi(["config", "set-all", ...pairs]);
  expect(code, text).toBe(0);
}

/** The deployer of a stack, in its config. */
const deployerIn = (emulator: Emulator): Record<string, Setting> => ({
  "tailscope:baseUrl": { value: emulator.url, secret: false },
  "tailscope:oauthClientId": { value: emulator.clientId, secret: false },
  "tailscope:oauthClientSecret": { value: emulator.clientSecret, secret: true },
});

const deployerOf = (emulator: Emulator) => ({
  TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
  TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
});

/** Each with what it needs; what one writes goes to the folder. */
const commandsInto = (folder: string): readonly (readonly [name: string, ...args: string[]])[] => [
  ["drift"],
  ["inventory"],
  ["audit"],
  ["token", "--scope", "dns:read"],
  ["doctor"],
  ["adopt", "--all", "--out", folder],
];

describe("a stack whose deployer and other secrets are in its config", () => {
  let emulator: Emulator;
  let stack: Stack;

  beforeAll(async () => {
    emulator = await startEmulator();
    await makeClient(emulator, ["dns"]);
    stack = await newStack(
      emulator,
      'new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"] }); new AuthKey("key", { tags: ["tag:ci"] });',
      { TAILSCALE_BASE_URL: undefined, ...passphrase },
    );
    await configure(stack, {
      ...deployerIn(emulator),
      "tailscope:tailnet": { value: "example.com", secret: false },
      "other:secret": { value: "of something else", secret: true },
    });
    await stack.up();
  });
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  test("every command uses the deployer of a stack's config, in its folder and from elsewhere", async () => {
    for (const [name, ...args] of commandsInto("adopted")) {
      const here = await tailscope(stack, [name, ...args]);
      expect(here.code, `${name}: ${here.stdout}${here.stderr}`).toBe(0);
    }
    const from = ["--cwd", stack.folder, "--stack", "dev"];
    for (const [name, ...args] of commandsInto(join(stack.folder, "adopted-again"))) {
      const there = await tailscope({ ...stack, folder: "/" }, [name, ...from, ...args]);
      expect(there.code, `${name}: ${there.stdout}${there.stderr}`).toBe(0);
    }
    const unreadable = await tailscope(stack, ["audit"], noPassphrase);
    expect(unreadable).toMatchObject({ code: 1, stdout: "" });
    expect(unreadable.stderr).toContain(
      "The deployer is in the stack's config (tailscope:oauthClientSecret), which cannot be decrypted",
    );
    expect(unreadable.stderr).toContain("PULUMI_CONFIG_PASSPHRASE");
  });

  test("a command whose deployer is in the environment does not decrypt the stack's secrets", async () => {
    const environment = { ...deployerOf(emulator), ...noPassphrase };
    for (const [name, ...args] of commandsInto("adopted-without-passphrase")) {
      const ran = await tailscope(stack, [name, ...args], environment);
      expect(ran.code, `${name}: ${ran.stdout}${ran.stderr}`).toBe(0);
      expect(ran.stderr).not.toContain("passphrase");
    }
  });
});

describe("the deployer of a command", () => {
  test("a command uses the deployer of the environment if a stack is named and no project is near", async () => {
    await using emulator = await startEmulator();
    await using stack = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });');
    await stack.up();
    const project = (await stack.state()).credentials["ci"]?.urn.split("::")[1];
    const anywhere = { ...stack, folder: "/" };
    const named = ["--stack", `organization/${project}/dev`];
    for (const [name, ...args] of commandsInto(join(stack.folder, "from-elsewhere"))) {
      const { code, stderr, stdout } = await tailscope(anywhere, [name, ...named, ...args]);
      expect(code, `${name}: ${stdout}${stderr}`).toBe(0);
    }
    // What only the config could say is asked for where the config is.
    const nobody = {
      TAILSCALE_OAUTH_CLIENT_ID: undefined,
      TAILSCALE_OAUTH_CLIENT_SECRET: undefined,
    };
    const advice = "Run this in the project's folder, or name that folder with --cwd.";
    for (const [options, environment] of [
      [["--connection", "prod"], {}],
      [[], nobody],
    ] as const) {
      const refused = await tailscope(anywhere, ["audit", ...named, ...options], environment);
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toContain(advice);
    }
  });

  test("a command uses the deployer of a connection if it is named, and for each resource of it", async () => {
    await using here = await startEmulator();
    await using prod = await startEmulator();
    await using stack = await newStack(
      here,
      'new OAuthClient("ci", { scopes: ["dns"] }); new OAuthClient("far", { scopes: ["dns"], connection: "prod" });',
      { TAILSCALE_BASE_URL: undefined, ...passphrase },
    );
    const { url, clientId, clientSecret } = prod;
    const connections = {
      prod: { baseUrl: url, oauthClientId: clientId, oauthClientSecret: clientSecret },
    };
    await configure(stack, {
      ...deployerIn(here),
      "tailscope:connections": { value: JSON.stringify(connections), secret: true },
    });
    await stack.up();
    const { credentials } = await stack.state();
    const inventory = await tailscope(stack, ["inventory", "--connection", "prod", "--json"]);
    const listed = JSON.parse(inventory.stdout).credentials as { id: string; managedBy: string }[];
    expect(listed.find(({ id }) => id === credentials["far"]?.id)?.managedBy).toMatch(/::far$/);
    expect(listed.map(({ id }) => id)).not.toContain(credentials["ci"]?.id);
    expect((await tailscope(stack, ["doctor", "--connection", "prod"])).stdout).toContain(url);
    const token = await tailscope(stack, ["token", "--connection", "prod", "--scope", "dns"]);
    expect(token.code, token.stderr).toBe(0);

    prod.control.revoke(credentials["far"]?.id ?? "");
    expect((await tailscope(stack, ["drift"])).stdout).toContain("1 of 2 credentials differ");
    expect((await tailscope(stack, ["drift", "--connection", "prod"])).stdout).toContain(
      "1 of 1 credential differs",
    );
    const unknown = await tailscope(stack, ["audit", "--connection", "nowhere"]);
    expect(unknown.stderr).toContain('There is no connection "nowhere"');
  });
});

test("inventory works outside of a project, and says that it knows no resources there", async () => {
  await using emulator = await startEmulator();
  const environment = {
    ...process.env,
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_API_KEY: emulator.apiKey,
  };
  const outside = { folder: "/", environment };
  const { code, stdout, stderr } = await tailscope(outside, ["inventory"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(emulator.clientId);
  expect(stdout).not.toContain("unmanaged");
  expect(stderr).toContain("Without a stack, nothing says which credentials are managed");
  const unmanaged = await tailscope(outside, ["inventory", "--unmanaged"]);
  expect(unmanaged).toMatchObject({ code: 1, stdout: "" });
  expect(unmanaged.stderr).toContain(
    "Without a stack, nothing says which credentials are managed.",
  );
  const drift = await tailscope(outside, ["drift"]);
  expect(drift.stderr).toContain("There is no Pulumi project here.");
});

test("secret arguments are compared decrypted and never printed, or reported as not compared", async () => {
  await using emulator = await startEmulator({ rewriteGithubSubjects: true });
  await using stack = await newStack(
    emulator,
    `new OAuthClient("c", { scopes: ["auth_keys"], tags: pulumi.secret(["tag:ci"]), description: pulumi.secret("TOPSECRET first") });
       new OAuthClient("plain", { scopes: ["dns"] });
       new FederatedIdentity("f", { issuer: "https://token.actions.githubusercontent.com", subject: pulumi.secret("repo:acme/TOPSECRET:ref:refs/heads/main"), scopes: ["dns:read"] });`,
    { ...deployerOf(emulator), ...passphrase },
  );
  await stack.up();
  const { credentials, text: state } = await stack.state();
  const drift = async (...args: string[]) => {
    const ran = await tailscope(stack, ["drift", ...args]);
    expect(ran.stdout + ran.stderr).not.toMatch(
      /TOPSECRET|ciphertext|4dabf18193072939515e22adb298388d/,
    );
    return ran;
  };
  expect(await drift()).toEqual({
    code: 0,
    stdout: "No drift: 3 credentials match the state.\n",
    stderr: "",
  });

  emulator.control.change(credentials["c"]?.id ?? "", { description: "TOPSECRET second" });
  const found = JSON.parse((await drift("--json")).stdout);
  expect(found.drift).toMatchObject([
    { kind: "OAuthClient", fields: { description: { state: "[secret]", tailnet: "[secret]" } } },
  ]);
  expect(found.notCompared).toBeUndefined();
  emulator.control.change(credentials["c"]?.id ?? "", { description: "TOPSECRET first" });

  const hidden = await tailscope(stack, ["drift", "--state", "-"], noPassphrase, state);
  expect(hidden.code).toBe(1);
  expect(hidden.stdout).not.toMatch(/TOPSECRET|ciphertext/);
  expect(hidden.stdout).toMatch(
    /c \(k\w+\) was not compared in tags, description, because their values are encrypted/,
  );
  expect(hidden.stdout).toMatch(/f \(T\w+-k\w+\) was not compared in subject/);
  expect(hidden.stdout).toContain(
    "No drift was found, but 2 of 3 credentials were not fully compared. The other one matches the state.",
  );
  expect(hidden.stderr).toContain("Secret arguments in the state cannot be decrypted");
  emulator.control.change(credentials["plain"]?.id ?? "", { scopes: ["dns", "users"] });
  const both = await tailscope(stack, ["drift", "--json"], noPassphrase);
  expect(both.code).toBe(2);
  expect(JSON.parse(both.stdout)).toMatchObject({
    drift: [{ id: credentials["plain"]?.id }],
    notCompared: [
      { id: credentials["f"]?.id, arguments: ["subject"] },
      { id: credentials["c"]?.id, arguments: ["tags", "description"] },
    ],
  });
});
