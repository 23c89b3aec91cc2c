/**
 * Reads that arrive together share one token and one list, which is never older than a write of our
 * own.
 */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { openHttp } from "../../provider/api/http";
import { createKeyList } from "../../provider/api/keys/shared-list";
import type { ApiCredential } from "../../provider/api/settings/credential";
import { openTailnet } from "../../provider/api/tailnet";
import { makeClient } from "../contract/client";

const body = { scopes: ["dns"] };

function open(
  emulator: Emulator,
  deployer: ApiCredential = {
    kind: "oauthClient",
    clientId: emulator.clientId,
    clientSecret: emulator.clientSecret,
  },
) {
  return openTailnet(
    { baseUrl: emulator.url, tailnet: "-", deployer },
    { http: openHttp(emulator.url, { minTimeout: 1, timeout: 20_000 }) },
  );
}

const paths = (emulator: Emulator) =>
  emulator.control.takeRequests().map(({ method, path }) => `${method} ${path}`);

test("three hundred reads of all kinds need one token and one list", async () => {
  await using emulator = await startEmulator();
  const made = await Promise.all(
    Array.from({ length: 300 }, () => open(emulator).keys("client").create(body)),
  );
  emulator.control.takeRequests();
  const tailnet = open(emulator);
  const found = await Promise.all(made.map(({ id }) => tailnet.keys("client").find(id)));
  expect(found.map((key) => key?.id)).toEqual(made.map(({ id }) => id));
  expect(paths(emulator)).toEqual(["POST /oauth/token", "GET /tailnet/-/keys?all=true"]);
});

test("a credential that the list does not show, revoked or unknown, is read on its own", async () => {
  await using emulator = await startEmulator();
  const tailnet = open(emulator);
  const [one, two] = [
    await tailnet.keys("client").create(body),
    await tailnet.keys("client").create(body),
  ];
  emulator.control.revoke(two.id);
  emulator.control.takeRequests();
  const keys = tailnet.keys("client");
  expect(
    await Promise.all([keys.find(one.id), keys.find(two.id), keys.find("kNowhere")]),
  ).toMatchObject([{ id: one.id }, { id: two.id, invalid: true }, undefined]);
  expect(paths(emulator).sort()).toEqual(
    [
      "GET /tailnet/-/keys?all=true",
      `GET /tailnet/-/keys/${two.id}`,
      "GET /tailnet/-/keys/kNowhere",
      "POST /oauth/token",
    ].sort(),
  );
});

test("a read after our own write sees it, and a read during the write is repeated after it", async () => {
  await using emulator = await startEmulator();
  const keys = open(emulator).keys("client");
  const { id } = await keys.create(body);
  expect((await keys.find(id))?.scopes).toEqual(["dns"]);
  const writing = keys.update(id, () => ({ scopes: ["users:read"] }));
  await Promise.all([writing, keys.find(id)]);
  expect((await keys.find(id))?.scopes).toEqual(["users:read"]);
  await keys.revoke(id);
  expect(await keys.find(id)).toMatchObject({ invalid: true });
});

test("reads share a list that is at most 15 s old with pauses of at most 3 s, and never share a failure", async () => {
  let now = 0;
  let asked = 0;
  let fails = true;
  const actor = {
    async send() {
      asked += 1;
      if (fails) throw new Error("down");
      return { keys: [{ id: "kA", keyType: "client", scopes: ["dns"] }] } as never;
    },
    mayRead: async () => undefined,
  };
  const list = createKeyList("-", actor, () => now);
  await expect(list.find("kA")).rejects.toThrow("down");
  fails = false;
  expect((await list.find("kA"))?.id).toBe("kA");
  for (now = 3000; now <= 15_000; now += 3000) await list.find("kA");
  expect(asked).toBe(2);
  now = 15_001;
  await list.find("kA");
  expect(asked).toBe(3);
  now += 3000;
  await list.find("kA");
  expect(asked).toBe(3);
  now += 3001;
  await list.find("kA");
  expect(asked).toBe(4);
});

test("a list that takes long is requested once, and its age counts from the answer", async () => {
  let now = 0;
  let asked = 0;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const actor = {
    async send() {
      asked += 1;
      await answered;
      return { keys: [{ id: "kA", keyType: "client", scopes: ["dns"] }] } as never;
    },
    mayRead: async () => undefined,
  };
  const list = createKeyList("-", actor, () => now);
  const first = list.find("kA");
  now = 5000;
  const second = list.find("kA");
  now = 9000;
  answer();
  expect(await Promise.all([first, second])).toMatchObject([{ id: "kA" }, { id: "kA" }]);
  now = 12_000;
  await list.find("kA");
  expect(asked).toBe(1);
  now = 15_001;
  await list.find("kA");
  expect(asked).toBe(2);
});

test("a deployer with some of the read scopes requests only those, and its reads can change nothing", async () => {
  await using emulator = await startEmulator({ strictness: "lenient" });
  const { id, key } = await makeClient(emulator, ["oauth_keys", "dns"]);
  const keys = open(emulator, { kind: "oauthClient", clientId: id, clientSecret: key }).keys(
    "client",
  );
  emulator.control.takeRequests();
  await Promise.all([keys.find(id), keys.find(emulator.clientId)]);
  expect(paths(emulator)).toEqual([
    "POST /oauth/token",
    "POST /oauth/token",
    `GET /tailnet/-/keys/${id}`,
    "GET /tailnet/-/keys?all=true",
  ]);
  expect(emulator.control.auditLog().at(-1)?.actionDetails).toBe("scopes - oauth_keys:read");
});

test("a deployer that cannot list credentials reads them one by one", async () => {
  await using emulator = await startEmulator({ strictness: "lenient" });
  const { id, key } = await makeClient(emulator, ["dns"]);
  const keys = open(emulator, { kind: "oauthClient", clientId: id, clientSecret: key }).keys(
    "client",
  );
  expect((await keys.find(id))?.id).toBe(id);
  await expect(keys.find(emulator.clientId)).rejects.toThrow(
    "This request needs the scope oauth_keys:read.",
  );
});

test("an older form of the list, which has only ids, needs one read for each credential", async () => {
  await using emulator = await startEmulator();
  const keys = open(emulator).keys("client");
  const { id } = await keys.create(body);
  emulator.control.addFault({
    method: "GET",
    path: "/keys",
    effect: { kind: "answer", status: 200, body: JSON.stringify({ keys: [{ id }] }) },
  });
  expect((await keys.find(id))?.scopes).toEqual(["dns"]);
});
