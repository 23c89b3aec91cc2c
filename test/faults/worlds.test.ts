/** What is not known of the real API does no harm, whichever way it is. */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { openHttp } from "../../provider/api/http";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";
import { checkGrants } from "../../provider/engine/preflight";
import { currentRun } from "../../provider/engine/run";
import { makeClient } from "../contract/client";

function tailnetOf(emulator: Emulator, deployer: ApiCredential, warn = (_message: string) => {}) {
  const connection = { baseUrl: emulator.url, tailnet: "-", deployer };
  return openTailnet(connection, { warn, http: openHttp(emulator.url, { minTimeout: 1 }) });
}

const withAll = ({ clientId, clientSecret }: Emulator): ApiCredential => ({
  kind: "oauthClient",
  clientId,
  clientSecret,
});

describe("a change of a federated identity whose program names no audience", () => {
  test.each(["keeps", "regenerates", "empties"] as const)(
    "a change without an audience keeps the identity's audience, even if such a change %s it",
    async (putWithoutAudience) => {
      await using emulator = await startEmulator({ strictness: { putWithoutAudience } });
      const { federatedIdentity } = await import("../../provider/definitions/federated-identity");
      const tailnet = tailnetOf(emulator, withAll(emulator));
      const wanted = { issuer: "https://ci.example.com", subject: "me", scopes: ["dns"] };
      const { id, ...made } = await federatedIdentity.create(wanted, tailnet);
      const state = { ...wanted, filledIn: { audience: made["audience"] } };
      const changed = { ...wanted, description: "two" };
      await federatedIdentity.update?.(id, changed, ["description"], state, tailnet);
      expect(await tailnet.keys("federated").find(id)).toMatchObject({
        description: "two",
        audience: `api.tailscale.com/${id}`,
      });
    },
  );
});

describe("an auth key that an OAuth client mints", () => {
  const key = {
    capabilities: { devices: { create: { tags: ["tag:ci"] } } },
    expirySeconds: 3600,
  };
  const minterOf = async (emulator: Emulator, scopes: string[]) => {
    const clients = tailnetOf(emulator, withAll(emulator)).keys("client");
    const made = await clients.createWithSecret({ scopes, tags: ["tag:ci"] });
    return { clientId: made.id, clientSecret: made.key };
  };

  test("an auth key is minted although Tailscale does not know the new client everywhere yet", async () => {
    await using emulator = await startEmulator({ strictness: { freshClientMilliseconds: 400 } });
    const minter = await minterOf(emulator, ["auth_keys"]);
    const made = await tailnetOf(emulator, withAll(emulator)).keys("auth", minter).create(key);
    expect(made.id).toMatch(/^k/);
  });

  test.each([403, 404] as const)(
    "the same holds for a deployer that may not see the client, which a %s says",
    async (hiddenKey) => {
      await using emulator = await startEmulator();
      const { id, key: secret } = await makeClient(emulator, ["devices:core:read"]);
      const deployer: ApiCredential = { kind: "oauthClient", clientId: id, clientSecret: secret };
      emulator.control.setUnknowns({ freshClientMilliseconds: 400, hiddenKey });
      const minter = await minterOf(emulator, ["auth_keys"]);
      const made = await tailnetOf(emulator, deployer).keys("auth", minter).create(key);
      expect(made.id).toMatch(/^k/);
    },
  );

  test("a deployer that may not see the client does not wait if its tailnet's name may be wrong", async () => {
    await using emulator = await startEmulator();
    const { id, key: secret } = await makeClient(emulator, ["devices:core:read"]);
    const minter = await minterOf(emulator, ["auth_keys"]);
    emulator.control.setUnknowns({ freshClientMilliseconds: 60_000, hiddenKey: 404 });
    const tailnet = openTailnet({
      baseUrl: emulator.url,
      tailnet: "example.com",
      deployer: { kind: "oauthClient", clientId: id, clientSecret: secret },
    });
    await expect(tailnet.keys("auth", minter).create(key)).rejects.toThrow("404");
    const creates = emulator.control
      .takeRequests()
      .filter(({ method, path }) => method === "POST" && path === "/tailnet/example.com/keys");
    expect(creates).toHaveLength(1);
  });

  test.each([true, false])(
    "a client with the scope all mints a key, whether or not a narrowed token can give any tag: %s",
    async (narrowedAllGivesAnyTag) => {
      await using emulator = await startEmulator({ strictness: { narrowedAllGivesAnyTag } });
      const clients = tailnetOf(emulator, withAll(emulator)).keys("client");
      const all = await clients.createWithSecret({ scopes: ["all"] });
      const minter = { clientId: all.id, clientSecret: all.key };
      const made = await tailnetOf(emulator, withAll(emulator)).keys("auth", minter).create(key);
      expect(made.capabilities?.devices?.create?.tags).toEqual(["tag:ci"]);
    },
  );
});

test("a check that is not possible before the deployment is reported once, with the missing scopes", async () => {
  await using emulator = await startEmulator();
  const { id, key } = await makeClient(emulator, ["oauth_keys", "policy_file:read"], ["tag:ci"]);
  const said: string[] = [];
  const deployer = { kind: "oauthClient", clientId: id, clientSecret: key } as const;
  const tailnet = tailnetOf(emulator, deployer, (message) => void said.push(message));
  for (let time = 0; time < 2; time++) {
    await checkGrants(currentRun, { needs: "oauth_keys", tags: ["tag:nowhere"] }, tailnet, {});
  }
  const about = said.filter((message) => message.startsWith("Tags cannot be checked before"));
  expect(about).toHaveLength(1);
  expect(about[0]).toMatch(
    new RegExp(`the deployer ${id} lacks devices:core:read, devices:posture_attributes:read\\.$`),
  );
});
