/**
 * The list of what the emulator gave out, by which `npm test` searches all that was left behind.
 */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startEmulator } from "tailscope-emulator";
import { expect, test, vi } from "vitest";
import { as, makeClient, takeToken } from "./client";

/** The list of the whole run, which gets these secrets as well. */
const outer = process.env["TAILSCOPE_EMULATOR_SECRETS"];

const issuer = "https://issuer.example.com";

/** Gives out one secret of each sort that there is, and says what they are. */
async function giveEachSort(): Promise<Record<string, string>> {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const client = await makeClient(emulator, ["auth_keys"], ["tag:ci"]);
  const key = await call("POST", "/keys", { capabilities: { devices: { create: {} } } });
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const published = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" };
  emulator.control.publishIssuerKeys(issuer, { keys: [published] });
  const trust = { keyType: "federated", scopes: ["users:read"], issuer, subject: "ci" };
  const identity = await call("POST", "/keys", trust);
  const jwt = await new SignJWT({ iss: issuer, sub: "ci", aud: identity.body.audience })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setExpirationTime("5m")
    .sign(privateKey);
  const exchanged = await fetch(`${emulator.url}/api/v2/oauth/token-exchange`, {
    method: "POST",
    body: new URLSearchParams({ client_id: identity.body.id, jwt }),
  });
  const { access_token } = (await exchanged.json()) as { access_token: string };
  const ofRoles = Object.entries(emulator.roles);
  return {
    ...Object.fromEntries(ofRoles.map(([role, token]) => [`API access token of ${role}`, token])),
    "secret of the first client": emulator.clientSecret,
    "control token": emulator.controlToken,
    "secret of a client": client.key,
    "auth key": key.body.key,
    "access token of a client": (await takeToken(emulator, client)).access_token,
    "access token of an identity": access_token,
  };
}

test("the list of secrets has each issued secret, including short-lived access tokens, and nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-listed-"));
  const list = join(folder, "secrets.list");
  vi.stubEnv("TAILSCOPE_EMULATOR_SECRETS", list);
  try {
    const given = await giveEachSort();
    const listed = readFileSync(list, "utf8");
    if (outer !== undefined) appendFileSync(outer, listed);
    const lines = listed.split("\n").filter(Boolean);
    // By their sorts: a failure must not show them.
    const missing = Object.keys(given).filter((sort) => !lines.includes(given[sort] ?? ""));
    expect(missing).toEqual([]);
    expect(lines.length).toBe(new Set(Object.values(given)).size);
    expect(statSync(list).mode & 0o777).toBe(0o600);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  }
});
