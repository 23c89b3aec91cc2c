/**
 * What is looked at before anything is sent, over real HTTP: whose scopes and tags, and what is
 * said of them.
 */

import { type Emulator, type Fault, startEmulator } from "tailscope-emulator";
import { expect, test, vi } from "vitest";
import { openHttp } from "../../provider/api/http";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";
import { checkAhead, checkGrants } from "../../provider/engine/preflight";
import type { Grants } from "../../provider/engine/resource";
import { currentRun } from "../../provider/engine/run";
import { type Credential, makeClient } from "../contract/client";

const policy = JSON.stringify({ tagOwners: { "tag:a": [], "tag:b": [], "tag:child": ["tag:a"] } });

async function problems(
  emulator: Emulator,
  deployer: ApiCredential,
  grants: Grants,
): Promise<string[]> {
  const tailnet = openTailnet(
    { baseUrl: emulator.url, tailnet: "-", deployer },
    { http: openHttp(emulator.url, { minTimeout: 1 }) },
  );
  const found = await checkGrants(currentRun, grants, tailnet, {
    scopes: grants.scopes,
    tags: grants.tags,
  });
  return found.map(({ property, reason }) => `${property}: ${reason}`);
}

const as = ({ id, key }: Credential): ApiCredential => ({
  kind: "oauthClient",
  clientId: id,
  clientSecret: key,
});

test("a role that cannot set a scope gets an error that says so", async () => {
  await using emulator = await startEmulator();
  const deployer: ApiCredential = { kind: "accessToken", token: emulator.roles["network-admin"] };
  expect(
    await problems(emulator, deployer, { needs: "oauth_keys", scopes: ["dns", "users"] }),
  ).toEqual([
    expect.stringMatching(
      /^scopes\[1\]: "users" exceeds the deploying user's role: this API access token can only give .*dns.*\./,
    ),
  ]);
  expect(
    await problems(
      emulator,
      { kind: "accessToken", token: emulator.apiKey },
      { needs: "oauth_keys", scopes: ["users"] },
    ),
  ).toEqual([]);
});

test("a deployer without the scope of a kind is told which scope it needs", async () => {
  await using emulator = await startEmulator();
  const deployer = await makeClient(emulator, ["oauth_keys", "dns"]);
  expect(
    await problems(emulator, as(deployer), { needs: "federated_keys", scopes: ["dns"] }),
  ).toEqual([
    `deployer: the deployer ${deployer.id} holds oauth_keys, dns, but this needs federated_keys. Give it "federated_keys".`,
  ]);
});

test("an auth key's tags are checked against the client that mints it", async () => {
  await using emulator = await startEmulator({ policy });
  const minter = await makeClient(emulator, ["auth_keys"], ["tag:a", "tag:b"]);
  const all: ApiCredential = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: emulator.clientSecret,
  };
  const minted = (...tags: string[]): Grants => ({
    needs: "auth_keys",
    tags,
    minter: { clientId: minter.id, clientSecret: minter.key },
  });
  expect(await problems(emulator, all, minted("tag:b"))).toEqual([
    expect.stringContaining(
      `tags[0]: "tag:b" cannot be given by the OAuth client ${minter.id} of mintedBy, which has the tags tag:a, tag:b`,
    ),
  ]);
  expect(await problems(emulator, all, minted("tag:b", "tag:a"))).toEqual([]);
  expect(await problems(emulator, all, minted("tag:child"))).toEqual([]);
  const owner = await makeClient(emulator, ["auth_keys"], ["tag:b"]);
  expect(
    await problems(emulator, all, {
      needs: "auth_keys",
      tags: ["tag:child"],
      minter: { clientId: owner.id, clientSecret: owner.key },
    }),
  ).toEqual([expect.stringContaining('"tag:child" cannot be given by')]);
  const other = await makeClient(emulator, ["dns"]);
  expect(
    await problems(emulator, all, {
      needs: "auth_keys",
      minter: { clientId: other.id, clientSecret: other.key },
    }),
  ).toEqual([
    `mintedBy: the OAuth client ${other.id} of mintedBy holds dns, but this needs auth_keys. Give it "auth_keys".`,
  ]);
});

test("a deployer that can only read previews for another deployer, and only what nobody can give is refused", async () => {
  await using emulator = await startEmulator({ policy });
  const previewer = await makeClient(emulator, [
    "devices:core:read",
    "devices:posture_attributes:read",
    "oauth_keys:read",
    "policy_file:read",
  ]);
  expect(
    await problems(emulator, as(previewer), {
      needs: "oauth_keys",
      scopes: ["users"],
      tags: ["tag:a"],
    }),
  ).toEqual([]);
  expect(
    await problems(emulator, as(previewer), {
      needs: "oauth_keys",
      scopes: ["users"],
      tags: ["tag:nowhere"],
    }),
  ).toEqual([
    expect.stringContaining(
      'tags[0]: "tag:nowhere" is not defined in the policy file, so nobody can give it. Add under "tagOwners": "tag:nowhere": ["autogroup:admin"]',
    ),
  ]);
});

test("nothing is refused if the deployer cannot read the policy file or itself", async () => {
  await using emulator = await startEmulator({ policy });
  const deployer = await makeClient(emulator, ["oauth_keys", "dns"], ["tag:a"]);
  expect(
    await problems(emulator, as(deployer), {
      needs: "oauth_keys",
      scopes: ["dns"],
      tags: ["tag:nowhere"],
    }),
  ).toEqual([]);
  emulator.control.addFault({
    method: "GET",
    path: `/keys/${deployer.id}`,
    effect: { kind: "answer", status: 403 },
  });
  expect(
    await problems(emulator, as(deployer), { needs: "federated_keys", scopes: ["users"] }),
  ).toEqual([]);
});

test.each<[string, Fault["effect"], string]>([
  [
    "fails",
    { kind: "answer", status: 503, body: '{"message":"down"}' },
    "Tailscale failed to read what the deployer holds (503",
  ],
  ["stalls", { kind: "stall" }, "Tailscale did not answer within 0.1 s"],
])(
  "if Tailscale %s, the preview refuses nothing, warns once and does not ask again in that run",
  async (_, effect, word) => {
    await using emulator = await startEmulator({ policy });
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const deployer: ApiCredential = {
      kind: "oauthClient",
      clientId: emulator.clientId,
      clientSecret: emulator.clientSecret,
    };
    const http = openHttp(emulator.url, { minTimeout: 1 });
    const tailnet = openTailnet({ baseUrl: emulator.url, tailnet: "-", deployer }, { http });
    emulator.control.addFault({
      method: "GET",
      path: `/keys/${emulator.clientId}`,
      times: 99,
      effect,
    });
    const grants: Grants = { needs: "oauth_keys", scopes: ["dns"], tags: ["tag:nowhere"] };
    try {
      const patience = effect.kind === "stall" ? 100 : 5000;
      expect(await checkAhead(currentRun, grants, tailnet, {}, patience)).toEqual([]);
      expect(said.mock.calls.flat()).toEqual([
        expect.stringContaining(`scopes and tags are not checked ahead: ${word}`),
      ]);
      emulator.control.takeRequests();
      expect(await checkAhead(currentRun, grants, tailnet, {}, patience)).toEqual([]);
      expect(said).toHaveBeenCalledTimes(1);
      expect(emulator.control.takeRequests()).toEqual([]);
    } finally {
      said.mockRestore();
    }
  },
);

test("an invalid deployer is an error at once", async () => {
  await using emulator = await startEmulator();
  const deployer: ApiCredential = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: "tskey-client-wrong",
  };
  const tailnet = openTailnet(
    { baseUrl: emulator.url, tailnet: "-", deployer },
    { http: openHttp(emulator.url, { minTimeout: 1 }) },
  );
  await expect(checkAhead(currentRun, { needs: "oauth_keys" }, tailnet, {})).rejects.toThrow(
    "its secret is wrong",
  );
});
