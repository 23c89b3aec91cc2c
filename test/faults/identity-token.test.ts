/** Where identity tokens come from, with real files and a real runner's address on loopback. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readIdentityToken } from "../../provider/api/auth/identity-token";
import { readConnection } from "../../provider/api/settings/connection";

const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const token = (claims: object) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

const from = (environment: Record<string, string>) => {
  const { deployer } = readConnection(
    { TAILSCALE_OAUTH_CLIENT_ID: "T1-k1", ...environment },
    () => undefined,
  );
  if (deployer.kind !== "identityToken")
    throw new Error(`a deployer of another kind: ${deployer.kind}`);
  return readIdentityToken(deployer.identityToken);
};

test("an identity token in the environment is used unchanged, unless it is malformed or expired", async () => {
  expect(await from({ TAILSCALE_IDENTITY_TOKEN: token({ exp: inAnHour }) })).toBe(
    token({ exp: inAnHour }),
  );
  await expect(from({ TAILSCALE_IDENTITY_TOKEN: token({ exp: 1_700_000_000 }) })).rejects.toThrow(
    "The identity token of TAILSCALE_IDENTITY_TOKEN expired at 2023-11-14T22:13:20.000Z.",
  );
  for (const none of ["nonsense", "a.b.c", token({}), token({ exp: "soon" })]) {
    await expect(from({ TAILSCALE_IDENTITY_TOKEN: none })).rejects.toThrow(
      "is not an identity token: it is not a JWT with an expiry (exp)",
    );
  }
});

test("a file with an identity token is read for each exchange, so a new token in it is found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-token-"));
  const file = join(folder, "token");
  try {
    await expect(from({ TAILSCALE_IDENTITY_TOKEN_FILE: file })).rejects.toThrow(
      `The identity token file ${file} (TAILSCALE_IDENTITY_TOKEN_FILE) cannot be read`,
    );
    for (const claims of [{ exp: inAnHour }, { exp: inAnHour + 1 }]) {
      writeFileSync(file, `${token(claims)}\n`);
      expect(await from({ TAILSCALE_IDENTITY_TOKEN_FILE: file })).toBe(token(claims));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the GitHub Actions runner is asked automatically, with the audience that Tailscale generated or the one that is set", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    response.end(
      request.headers.authorization === "Bearer job"
        ? JSON.stringify({ value: token({ exp: inAnHour }) })
        : "{}",
    );
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2`;
  try {
    const runner = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job" };
    expect(await from(runner)).toBe(token({ exp: inAnHour }));
    await from({ ...runner, TAILSCALE_AUDIENCE: "tailscale" });
    expect(asked).toEqual([
      "/token?api-version=2&audience=api.tailscale.com%2FT1-k1 Bearer job",
      "/token?api-version=2&audience=tailscale Bearer job",
    ]);
    const refused = from({ ...runner, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "stale" });
    await expect(refused).rejects.toThrow(
      "The GitHub Actions runner gave no identity token: it answered 200",
    );
    await expect(refused).rejects.toThrow("`permissions: { id-token: write }`");
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("the runner's bearer token is never sent in plaintext", () => {
  const runner = {
    ACTIONS_ID_TOKEN_REQUEST_URL: "http://runner.example.com/",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job",
  };
  expect(() =>
    readConnection({ TAILSCALE_OAUTH_CLIENT_ID: "k", ...runner }, () => undefined),
  ).toThrow("is neither https nor loopback");
});
