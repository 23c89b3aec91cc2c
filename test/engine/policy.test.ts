/** The policy pack through the real engine: a program that every rule lets through, and one that every rule stops. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { preparePack } from "./policy-pack";
import { exampleStack, newStack } from "./stack";

const table =
  '"allowed-tags-and-scopes": { table: [{ project: "test", stack: "d*", tags: ["tag:ci", "tag:ci-*"], scopes: ["auth_keys", "dns", "users", "policy_file", "all"] }] }';

const exceptions =
  'exceptions: [{ credential: "people-*", scope: "users", reason: "Syncs people from HR", until: "2999-12-31" }, { credential: "late", scope: "policy_file", reason: "Was a migration", until: "2020-01-31" }]';

const pack = (rules: string) => `require("tailscope/policy").policyPack("acme", { ${rules} });`;

const all = `"administrators-by-exception": { ${exceptions} }, "auth-key-expiry": { longest: "7d" }, ${table}, "clients-rotate": { longest: "90d" }`;

const good = `
new OAuthClient("ci", { scopes: ["auth_keys", "dns:read"], tags: ["tag:ci"], description: "CI", rotateEvery: "30d" });
new OAuthClient("people-sync", { scopes: ["users"], description: "People", generation: 3 });
new AuthKey("runner", { tags: ["tag:ci"], reusable: true, ephemeral: true, preauthorized: true, expiry: "1d", description: "CI" });
new FederatedIdentity("deploy", { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/*", scopes: ["dns"], description: "CI" });
`;

/** For each rule one credential that breaks it and no other rule. */
const bad: Readonly<Record<string, readonly [program: string, message: string]>> = {
  "no-all-scope": [
    'new OAuthClient("x1", { scopes: ["all"], description: "x", rotateEvery: "30d" });',
    'List what it needs instead, for example ["devices:core:read"].',
  ],
  "administrators-by-exception": [
    'new OAuthClient("late", { scopes: ["policy_file"], description: "x", rotateEvery: "30d" });',
    'The exception for it ended on 2020-01-31. Leave it out, or write down in the pack why it is right and until when: exceptions: [{ credential: "late", scope: "policy_file"',
  ],
  "auth-key-expiry": [
    'new AuthKey("x3", { tags: ["tag:ci"], description: "x" });',
    'Write expiry: "7d" or less.',
  ],
  "reusable-keys-are-ephemeral": [
    'new AuthKey("x4", { tags: ["tag:ci"], expiry: "1d", reusable: true, description: "x" });',
    "Write ephemeral: true, or leave reusable out.",
  ],
  "preauthorized-keys-are-tagged": [
    'new AuthKey("x5", { expiry: "1d", preauthorized: true, description: "x" });',
    'Write tags: ["tag:ci"], or leave preauthorized out.',
  ],
  "description-required": [
    'new OAuthClient("x6", { scopes: ["dns"], rotateEvery: "30d" });',
    'for example description: "CI runners".',
  ],
  "allowed-tags-and-scopes": [
    'new OAuthClient("x7", { scopes: ["webhooks"], tags: ["tag:prod"], description: "x", rotateEvery: "30d" });',
    '"tag:prod" is not for project test, stack dev. Allowed are tag:ci, tag:ci-*.',
  ],
  "subject-names-its-owner": [
    'new FederatedIdentity("x8", { issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme*/x:*", scopes: ["dns"], description: "x" });',
    "Write the owner in full",
  ],
  "clients-rotate": [
    'new OAuthClient("x9", { scopes: ["dns"], description: "x" });',
    'Write rotateEvery: "90d", or use RotatingOAuthClient.',
  ],
};

async function previewed(program: string, body: string): Promise<{ code: number; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-policy-"));
  try {
    await using emulator = await startEmulator();
    await using stack = await newStack(emulator, program);
    const prepared = preparePack(folder, { body });
    return await stack.pulumi(["preview", "--policy-pack", prepared.folder], prepared.environment);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rules that a preview says were broken, with the credential after each. */
function violations(text: string): string[] {
  return [...text.matchAll(/- \[(\w+)\] +([a-z-]+) +\(\S+: (\S+)\)/g)]
    .map(([, level, rule, name]) => `${level} ${rule} ${name}`)
    .sort();
}

test("every rule lets a program through that keeps it", async () => {
  const { code, text } = await previewed(good, pack(all));
  expect(text).toContain("acme@v1.0.0");
  expect({ code, violations: violations(text) }, text).toEqual({ code: 0, violations: [] });
});

test("every rule stops a program that breaks it, and says what to write instead", async () => {
  const { code, text } = await previewed(
    Object.values(bad)
      .map(([line]) => line)
      .join("\n"),
    pack(all),
  );
  expect(code, text).not.toBe(0);
  const broken = Object.entries(bad).map(
    ([rule, [program]]) => `mandatory ${rule} ${/"(\w+)"/.exec(program)?.[1]}`,
  );
  // `all` makes administrators, too.
  expect(violations(text)).toEqual([...broken, "mandatory administrators-by-exception x1"].sort());
  for (const [, message] of Object.values(bad))
    expect(text.replace(/\s+/g, " ")).toContain(message);
});

test("the example's pack lets the quickstart through, and warns where a rule is advisory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-policy-"));
  try {
    await using emulator = await startEmulator();
    await using stack = await exampleStack(emulator, "quickstart");
    const prepared = preparePack(folder, { example: "policy" });
    const { code, text } = await stack.pulumi(
      ["preview", "--policy-pack", prepared.folder],
      prepared.environment,
    );
    expect({ code, violations: violations(text) }, text).toEqual({
      code: 0,
      violations: ["advisory clients-rotate ci"],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
