/**
 * A credential that Tailscale made otherwise than it was asked to is told of at every run, and what
 * it rewrites is not.
 */

import { startEmulator } from "tailscope-emulator";
import { afterEach, expect, test, vi } from "vitest";
import { currentRun } from "../../provider/engine/run";
import { type Provider, providers } from "../providers";

let warnings: string[] = [];

afterEach(async () => {
  await currentRun.end();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/**
 * Creates a credential that the API answers as `answered`; the warnings of that run, and those of
 * the next run.
 */
async function made(
  provider: Provider,
  inputs: object,
  answered: object,
): Promise<readonly [atCreate: string[], afterwards: string[]]> {
  await using emulator = await startEmulator();
  vi.stubEnv("TAILSCALE_BASE_URL", emulator.url);
  vi.stubEnv("TAILSCALE_OAUTH_CLIENT_SECRET", emulator.clientSecret);
  warnings = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => void warnings.push(text));
  const answer = { id: "k1", key: "k", created: "2026-01-01T00:00:00Z", ...answered };
  emulator.control.addFault({
    method: "POST",
    path: "/tailnet/-/keys",
    effect: { kind: "answer", status: 200, body: JSON.stringify(answer) },
  });
  const { id, outs } = await provider.create(inputs);
  const atCreate = warnings;
  await currentRun.end();
  warnings = [];
  expect(await provider.diff(id, outs, inputs)).toMatchObject({ changes: false });
  return [atCreate, warnings];
}

const client = { scopes: ["auth_keys"], tags: ["tag:ci"] };
const identity = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/x:ref:refs/heads/main",
  scopes: ["dns"],
};

test.each<[string, Provider, object, object, string]>([
  [
    "without its tags",
    providers.OAuthClient,
    client,
    { keyType: "client", ...client, tags: [] },
    'OAuthClient k1: Tailscale set tags to none, but the program has ["tag:ci"]',
  ],
  [
    "with more scopes",
    providers.OAuthClient,
    client,
    { keyType: "client", ...client, scopes: ["auth_keys", "policy_file"] },
    'OAuthClient k1: Tailscale set scopes to ["auth_keys","policy_file"], but the program has ["auth_keys"]',
  ],
  [
    "for another subject",
    providers.FederatedIdentity,
    identity,
    { keyType: "federated", ...identity, subject: "repo:acme@1/x@2:*" },
    'set subject to "repo:acme@1/x@2:*", but the program has "repo:acme/x:ref:refs/heads/main"',
  ],
  [
    "that joins more than one machine",
    providers.AuthKey,
    { tags: ["tag:ci"], ephemeral: true },
    {
      keyType: "auth",
      expires: "2026-04-01T00:00:00Z",
      capabilities: { devices: { create: { tags: ["tag:ci"], ephemeral: false } } },
    },
    "AuthKey k1: Tailscale set ephemeral to false, but the program has true",
  ],
])(
  "a credential that Tailscale created %s causes a warning when it is created, and in each later run",
  async (_, provider, inputs, answered, said) => {
    for (const run of await made(provider, inputs, answered))
      expect(run.filter((text) => text.includes("Tailscale set"))).toEqual([
        expect.stringContaining(said),
      ]);
  },
);

test.each<[string, Provider, object, object]>([
  [
    "GitHub's ids in a subject",
    providers.FederatedIdentity,
    identity,
    { keyType: "federated", ...identity, subject: "repo:acme@1/x@2:ref:refs/heads/main" },
  ],
  [
    "an audience of Tailscale's own",
    providers.FederatedIdentity,
    identity,
    { keyType: "federated", ...identity, audience: "api.tailscale.com/k1" },
  ],
  [
    "newer names of scopes",
    providers.OAuthClient,
    { scopes: ["routes"], tags: ["tag:ci"] },
    { keyType: "client", scopes: ["devices:routes"], tags: ["tag:ci"] },
  ],
])("no warning appears about %s", async (_, provider, inputs, answered) => {
  const [atCreate, afterwards] = await made(provider, inputs, answered);
  expect([...atCreate, ...afterwards].filter((text) => text.includes("asked for"))).toEqual([]);
});
