/** What a 404 means: that a credential is gone, or only that it is not shown. */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { NotVisible } from "../../provider/api/errors";
import { openHttp } from "../../provider/api/http";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";
import { makeClient as makeCredential } from "../contract/client";

const notFound = { kind: "answer", status: 404, body: '{"message":"not found"}' } as const;

function tailnetOf(emulator: Emulator, deployer: ApiCredential) {
  const http = openHttp(emulator.url, { minTimeout: 1 });
  return openTailnet({ baseUrl: emulator.url, tailnet: "-", deployer }, { http });
}

function withAll({ clientId, clientSecret }: Emulator): ApiCredential {
  return { kind: "oauthClient", clientId, clientSecret };
}

/** A deployer of its own that holds `scopes`. */
async function withScopes(emulator: Emulator, ...scopes: string[]): Promise<ApiCredential> {
  const { id, key } = await makeCredential(emulator, scopes, ["tag:ci"]);
  return { kind: "oauthClient", clientId: id, clientSecret: key };
}

async function makeClient(emulator: Emulator): Promise<string> {
  const clients = tailnetOf(emulator, withAll(emulator)).keys("client");
  return (await clients.createWithSecret({ scopes: ["dns"] })).id;
}

describe("a read that is answered with 404", () => {
  test("a read answered with 404 means that the credential is gone if the token covers its kind", async () => {
    await using emulator = await startEmulator();
    const deployer = await withScopes(emulator, "oauth_keys:read");
    expect(await tailnetOf(emulator, deployer).keys("client").find("kNone")).toBeUndefined();
  });

  test("a read answered with 404 proves nothing about a kind that the token does not cover", async () => {
    await using emulator = await startEmulator();
    const id = await makeClient(emulator);
    const deployer = await withScopes(emulator, "auth_keys");
    emulator.control.addFault({ method: "GET", path: `/keys/${id}`, effect: notFound });
    const reading = tailnetOf(emulator, deployer).keys("client").find(id);
    await expect(reading).rejects.toThrow(NotVisible);
    await expect(reading).rejects.toThrow(
      new RegExp(
        `read the OAuth client ${id} .*the deployer k.* does not see it[^]*oauth_keys:read`,
      ),
    );
  });

  test("an API access token that lists only its own keys does not treat anybody else's as gone", async () => {
    await using emulator = await startEmulator({ strictness: "strict" });
    const deployer = { kind: "accessToken", token: emulator.apiKey } as const;
    await makeClient(emulator);
    const clients = tailnetOf(emulator, deployer).keys("client");
    await expect(clients.find("kNone", "")).rejects.toThrow(NotVisible);
  });

  test("an API access token treats a credential as gone only if the list would show it", async () => {
    await using emulator = await startEmulator({ strictness: "lenient" });
    const deployer = { kind: "accessToken", token: emulator.apiKey } as const;
    const identities = () => tailnetOf(emulator, deployer).keys("federated");
    const owner = emulator.control.activeCredentials;
    expect(owner()).toEqual([]);
    // Nobody's: whoever made it is not known, so the list decides.
    expect(await identities().find("T1-kNone")).toBeUndefined();
    // A trust credential's, of a kind of which the list shows nobody else's: it may be hidden.
    await expect(identities().find("T1-kNone", "")).rejects.toThrow(NotVisible);
    await tailnetOf(emulator, withAll(emulator))
      .keys("federated")
      .create({ scopes: ["dns"], issuer: "https://ci.example.com", subject: "x" });
    expect(await identities().find("T1-kNone", "")).toBeUndefined();
  });
});

describe("a revocation that is answered with 404", () => {
  const revoking = (emulator: Emulator, id: string, expires?: string) =>
    tailnetOf(emulator, withAll(emulator)).keys("client").revoke(id, expires);

  test("a revocation answered with 404 succeeds if the key says that it is no longer valid", async () => {
    await using emulator = await startEmulator();
    const id = await makeClient(emulator);
    emulator.control.revoke(id);
    emulator.control.addFault({ method: "DELETE", effect: notFound });
    await revoking(emulator, id);
  });

  test("a revocation answered with 404 fails if the key is still active", async () => {
    await using emulator = await startEmulator();
    const id = await makeClient(emulator);
    emulator.control.addFault({ method: "DELETE", effect: notFound });
    await expect(revoking(emulator, id)).rejects.toThrow(NotVisible);
  });

  test("a revocation answered with 404 fails if nothing shows that the key ended, and names its id, its tailnet and the caller", async () => {
    await using emulator = await startEmulator();
    const failed = revoking(emulator, "kNone");
    await expect(failed).rejects.toThrow(NotVisible);
    await expect(failed).rejects.toThrow(
      `Could not revoke the OAuth client kNone (404, DELETE /tailnet/-/keys/kNone): the deployer ${emulator.clientId} does not see it, which does not mean that it is gone`,
    );
  });

  test("a revocation answered with 404 succeeds for an expired auth key", async () => {
    await using emulator = await startEmulator();
    await revoking(emulator, "kNone", "2020-01-01T00:00:00Z");
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await expect(revoking(emulator, "kNone", later)).rejects.toThrow(NotVisible);
    // By Tailscale's clock, not by ours.
    emulator.control.advanceClock(7_200_000);
    await revoking(emulator, "kNone", later);
  });
});

test("a revocation that the server fails succeeds if the key was revoked anyway", async () => {
  await using emulator = await startEmulator();
  const id = await makeClient(emulator);
  const broken = { kind: "answer", status: 500 } as const;
  const revoking = () => tailnetOf(emulator, withAll(emulator)).keys("client").revoke(id);
  emulator.control.addFault({ method: "DELETE", times: 5, effect: broken });
  await expect(revoking()).rejects.toThrow("Tailscale failed to revoke");
  emulator.control.revoke(id);
  emulator.control.addFault({ method: "DELETE", times: 5, effect: broken });
  await revoking();
});
