import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { runTailscope } from "../../harness/tailscope";
import { as } from "../contract/client";
import { newStack, type Stack } from "./stack";

async function tailscope(emulator: Emulator, ...args: string[]): Promise<void> {
  const env = {
    ...process.env,
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_OAUTH_CLIENT_ID: emulator.clientId,
    TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
  };
  const { code, text } = await runTailscope(args, { env });
  expect(code, text).toBe(0);
}

/** The adopted program as the JavaScript that the test's stack runs. */
function asJavaScript(program: string): string {
  return program.replace(/^import .*$/gm, "").replaceAll("export const ", "exports.a; const ");
}

async function importInto(stack: Stack, folder: string): Promise<void> {
  const { code, text } = await stack.pulumi([
    "import",
    "--file",
    join(folder, "import.json"),
    "--yes",
    "--generate-code=false",
    "--protect=false",
    "--suppress-progress",
  ]);
  expect(code, text).toBe(0);
}

test("fifty existing credentials of all kinds are adopted, and the next preview shows no change", async () => {
  await using emulator = await startEmulator({
    scopes: ["brand_new"],
    rewriteGithubSubjects: true,
  });
  const call = as(emulator, emulator.apiKey);
  const github = "https://token.actions.githubusercontent.com";
  const bodies = Array.from({ length: 50 }, (_, n) =>
    [
      {
        keyType: "client",
        scopes: ["dns", "auth_keys"],
        tags: ["tag:ci", "tag:dev"],
        description: "CI runners",
      },
      { keyType: "client", scopes: ["brand_new", "acl:read"], description: `client ${n}` },
      { keyType: "client", scopes: ["all"] },
      {
        keyType: "federated",
        scopes: ["dns"],
        issuer: github,
        subject: "repo:acme/web:ref:refs/heads/main",
      },
      {
        keyType: "federated",
        scopes: ["dns"],
        issuer: "https://i.example.com",
        subject: "repo:acme/*",
        audience: "mine",
        customClaimRules: { "job-ref": "refs/*" },
      },
      {
        capabilities: {
          devices: { create: { reusable: true, ephemeral: true, tags: ["tag:ci"] } },
        },
        expirySeconds: 3600,
        description: "await",
      },
      { capabilities: { devices: {} } },
    ].at(n % 7),
  );
  for (const body of bodies) expect((await call("POST", "/keys", body)).status).toBe(200);
  const before = emulator.control.activeCredentials();
  const folder = mkdtempSync(join(tmpdir(), "tailscope-adopt-"));
  try {
    await tailscope(emulator, "adopt", "--all", "--out", join(folder, "out"));
    const program = readFileSync(join(folder, "out", "index.ts"), "utf8");
    expect(program).toContain('new OAuthClient("ci-runners", {');
    expect(program).toContain('new OAuthClient("ci-runners-2", {');
    expect(program).toContain('unlistedScopes: ["brand_new"]');
    // It is a program: the compiler says so.
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const check = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
        module: "node20",
        paths: { tailscope: [join(root, "provider/dist/index.d.ts")] },
      },
      files: ["index.ts"],
    };
    writeFileSync(join(folder, "out", "tsconfig.json"), JSON.stringify(check));
    const compiled = spawnSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "-p", join(folder, "out")],
      {
        encoding: "utf8",
      },
    );
    expect(compiled.stdout).toBe("");

    await using stack = await newStack(emulator, asJavaScript(program));
    await importInto(stack, join(folder, "out"));
    expect(await stack.preview("--refresh", "--expect-no-changes")).toEqual([]);
    expect(emulator.control.activeCredentials(), "nothing that exists was changed").toEqual(before);

    // Secrets cannot be had: outputs say so, and rotation gets a new one.
    const { credentials } = await stack.state();
    expect(credentials["ci-runners"]?.outputs?.["clientSecret"]).toMatch(
      /^not known: this credential was adopted/,
    );
    expect(stack.printed()).not.toContain("which is not known");
    const handedOn = 'exports.client = new OAuthClient("ci-runners", {';
    stack.write(asJavaScript(program).replace('new OAuthClient("ci-runners", {', handedOn));
    const { code, text } = await stack.attemptPreview();
    expect(code, text).toBe(0);
    expect(text).toContain("The program uses clientSecret, which is not known");
    stack.write(
      asJavaScript(program).replace(
        'new OAuthClient("ci-runners", {',
        'new OAuthClient("ci-runners", { rotateEvery: "60s",',
      ),
    );
    stack.set("TAILSCOPE_NOW", new Date(Date.now() + 3_600_000 - 600_000).toISOString());
    expect(await stack.preview()).toEqual(["replace ci-runners"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("credentials of the official provider are adopted without being recreated", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const made = [
    (await call("POST", "/keys", { keyType: "client", scopes: ["dns"], description: "one" })).body,
    (await call("POST", "/keys", { capabilities: { devices: { create: { tags: ["tag:ci"] } } } }))
      .body,
    (
      await call("POST", "/keys", {
        keyType: "federated",
        scopes: ["dns"],
        issuer: "https://i.example.com",
        subject: "me",
      })
    ).body,
  ];
  const types = [
    "tailscale:index/oauthClient:OauthClient",
    "tailscale:index/tailnetKey:TailnetKey",
    "tailscale:index/federatedIdentity:FederatedIdentity",
  ];
  const before = emulator.control.activeCredentials();
  const folder = mkdtempSync(join(tmpdir(), "tailscope-move-"));
  try {
    await using stack = await newStack(emulator, "");
    await stack.up();
    // State as the official provider leaves it.
    const { deployment, version } = JSON.parse((await stack.state()).text);
    const [root] = deployment.resources;
    const provider = {
      urn: "urn:pulumi:dev::test::pulumi:providers:tailscale::default",
      custom: true,
      id: "p1",
      type: "pulumi:providers:tailscale",
    };
    const theirs = types.map((type, index) => ({
      urn: `urn:pulumi:dev::test::${type}::theirs-${index}`,
      custom: true,
      id: made[index].id,
      type,
      inputs: {},
      outputs: {},
      parent: root.urn,
      provider: `${provider.urn}::${provider.id}`,
    }));
    const file = join(folder, "state.json");
    writeFileSync(
      file,
      JSON.stringify({
        version,
        deployment: { ...deployment, resources: [root, provider, ...theirs] },
      }),
    );
    expect((await stack.pulumi(["stack", "import", "--file", file])).code).toBe(0);

    // docs/moving-from-the-official-provider.md
    await tailscope(emulator, "adopt", "--from-state", file, "--out", join(folder, "out"));
    stack.write(asJavaScript(readFileSync(join(folder, "out", "index.ts"), "utf8")));
    for (const { urn } of [...theirs, provider])
      expect((await stack.pulumi(["state", "delete", urn, "--yes"])).code).toBe(0);
    await importInto(stack, join(folder, "out"));
    expect(await stack.preview("--refresh", "--expect-no-changes")).toEqual([]);
    expect(Object.keys((await stack.state()).credentials).sort()).toEqual([
      "theirs-0",
      "theirs-1",
      "theirs-2",
    ]);
    expect(emulator.control.activeCredentials()).toEqual(before);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
