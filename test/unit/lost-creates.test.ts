/**
 * What a lost create may have made: only what is alike in everything, of that moment and unknown to
 * the run is revoked. Each way of being different is tried here; that it holds over HTTP is what
 * test/faults/lost-creates.test.ts is for.
 */

import { describe, expect, test } from "vitest";
import { LostCreate, NotPermitted } from "../../provider/api/errors";
import type { Key, KeyType } from "../../provider/api/keys/key";
import {
  type Creation,
  createSafeCreate,
  type LostCreateLookup,
} from "../../provider/api/keys/lost-creates";
import { createRefusal, createUnreachable } from "../../provider/api/refusal";

const attempt = {
  doing: "create it",
  method: "POST",
  effect: "creates",
  path: "/tailnet/-/keys",
} as const;
const lost = () => createUnreachable(attempt, "https://api.example.com", "it took too long");

/** A tailnet with some keys, in which the first `failures` creates are lost. */
function tailnet(keys: readonly Partial<Key>[], known: readonly string[] = []) {
  const revoked: string[] = [];
  const listed = keys.map(
    (key, index): Key => ({ id: `k${index}`, created: new Date().toISOString(), ...key }),
  );
  const looking: LostCreateLookup = {
    list: async () => listed.filter(({ id }) => !revoked.includes(id)),
    find: async (_, id) => listed.find((key) => key.id === id),
    revoke: async (_, id) => void revoked.push(id),
    serverTime: (time) => time,
    isTrustCredential: true,
    known: new Set(known),
  };
  return { looking, revoked };
}

function creation(
  keyType: KeyType,
  body: Creation["body"],
  failures = 1,
): { creation: Creation; sent: () => number } {
  let sent = 0;
  return {
    sent: () => sent,
    creation: {
      keyType,
      body,
      async send() {
        if (++sent <= failures) throw lost();
        return { id: "kMade" };
      },
    },
  };
}

interface Kind {
  readonly body: Creation["body"];
  /** As Tailscale lists what that made. */
  readonly key: Partial<Key>;
  /** What makes another of it. */
  readonly others: readonly Partial<Key>[];
}

const device = { reusable: true, ephemeral: false, preauthorized: false, tags: ["tag:b", "tag:a"] };
const listedDevice = { reusable: true, tags: ["tag:a", "tag:b"] };
const auth = (more: object) => ({
  capabilities: { devices: { create: { ...listedDevice, ...more } } },
});

const kinds: Readonly<Record<KeyType, Kind>> = {
  client: {
    body: { scopes: ["users", "dns"], tags: ["tag:b", "tag:a"], description: "one" },
    key: {
      keyType: "client",
      scopes: ["dns", "users"],
      tags: ["tag:a", "tag:b"],
      description: "one",
    },
    others: [
      { scopes: ["dns"] },
      { scopes: null },
      { tags: ["tag:a"] },
      { tags: null },
      { description: "two" },
      { description: null },
      { keyType: "federated" },
    ],
  },
  auth: {
    body: { capabilities: { devices: { create: device } }, description: "one" },
    // 90 days are what Tailscale makes of no expiry.
    key: { keyType: "auth", ...auth({}), description: "one", expirySeconds: 90 * 86_400 },
    others: [
      auth({ reusable: false }),
      auth({ ephemeral: true }),
      auth({ preauthorized: true }),
      auth({ tags: ["tag:a"] }),
      { capabilities: null },
      { expirySeconds: 60 },
    ],
  },
  federated: {
    body: {
      issuer: "https://i",
      subject: "repo:acme/app:x",
      customClaimRules: { b: "2", a: "1" },
      scopes: ["dns"],
    },
    key: {
      keyType: "federated",
      issuer: "https://i",
      subject: "repo:acme@12/app@34:x",
      audience: "api.tailscale.com/k0",
      customClaimRules: { a: "1", b: "2" },
      scopes: ["dns"],
    },
    others: [
      { issuer: "https://other" },
      { issuer: null },
      { subject: "repo:acme/app:y" },
      { subject: null },
      { customClaimRules: { a: "1" } },
      { customClaimRules: null },
    ],
  },
};

describe.each(Object.entries(kinds) as [KeyType, Kind][])(
  "a lost create of kind %s",
  (keyType, { body, key, others }) => {
    test(`a lost create of kind ${keyType} revokes an identical credential of the same moment, and is sent again`, async () => {
      const { looking, revoked } = tailnet([key]);
      const { creation: wanted, sent } = creation(keyType, body);
      expect(await createSafeCreate(looking)(wanted)).toEqual({ id: "kMade" });
      expect(revoked).toEqual(["k0"]);
      expect(sent()).toBe(2);
      expect([...looking.known]).toEqual(["kMade"]);
    });

    test.each([
      ...others,
      { invalid: true },
      { revoked: "2026-01-01T00:00:00Z" },
      { created: new Date(Date.now() - 10_000).toISOString() },
      { created: new Date(Date.now() + 600_000).toISOString() },
      { created: "yesterday" },
      { userId: "u1" },
    ])(`a lost create of kind ${keyType} does not touch what differs: %j`, async (difference) => {
      const { looking, revoked } = tailnet([{ ...key, ...difference }]);
      const { creation: wanted, sent } = creation(keyType, body);
      expect(await createSafeCreate(looking)(wanted)).toEqual({ id: "kMade" });
      expect(revoked).toEqual([]);
      expect(sent()).toBe(2);
    });

    test(`a lost create of kind ${keyType} does not touch what the run or the state knows`, async () => {
      const { looking, revoked } = tailnet([key], ["k0"]);
      await createSafeCreate(looking)(creation(keyType, body).creation);
      expect(revoked).toEqual([]);
    });

    test(`a lost create of kind ${keyType} touches neither of two identical credentials, and names them`, async () => {
      const { looking, revoked } = tailnet([key, key]);
      const { creation: wanted, sent } = creation(keyType, body);
      const failure = await createSafeCreate(looking)(wanted).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(LostCreate);
      expect((failure as LostCreate).candidates).toEqual(["k0", "k1"]);
      expect((failure as LostCreate).message).toContain(
        "each of these was created at the same time with the same arguments: k0, k1.\n  Nothing was revoked. `tailscope inventory --unmanaged` lists what no stack manages",
      );
      expect(revoked).toEqual([]);
      expect(sent()).toBe(1);
    });
  },
);

test("a credential that names a user cannot come from a trust credential, but may come from an access token", async () => {
  const { body, key } = kinds.client;
  for (const isTrustCredential of [true, false]) {
    const { looking, revoked } = tailnet([{ ...key, userId: "u1" }]);
    await createSafeCreate({ ...looking, isTrustCredential })(creation("client", body).creation);
    expect(revoked).toEqual(isTrustCredential ? [] : ["k0"]);
  }
});

test("a requested audience is compared too", async () => {
  const { body, key } = kinds.federated;
  const ours = tailnet([{ ...key, audience: "us" }]);
  await createSafeCreate(ours.looking)(creation("federated", { ...body, audience: "us" }).creation);
  expect(ours.revoked).toEqual(["k0"]);
  const others = tailnet([{ ...key, audience: "them" }]);
  await createSafeCreate(others.looking)(
    creation("federated", { ...body, audience: "us" }).creation,
  );
  expect(others.revoked).toEqual([]);
});

test("a credential counts as ours up to two seconds before and after the request", async () => {
  const { body, key } = kinds.client;
  for (const [offset, isOurs] of [
    [-1000, true],
    [1000, true],
    [-60_000, false],
    [60_000, false],
  ] as const) {
    const { looking, revoked } = tailnet([
      { ...key, created: new Date(Date.now() + offset).toISOString() },
    ]);
    await createSafeCreate(looking)(creation("client", body).creation);
    expect({ offset, revoked }).toEqual({ offset, revoked: isOurs ? ["k0"] : [] });
  }
});

test("credentials in a list of ids are read one by one, and one that cannot be read counts as the list says", async () => {
  const { body, key } = kinds.client;
  const whole = { id: "k0", created: new Date().toISOString(), ...key };
  const { looking, revoked } = tailnet([]);
  const made = createSafeCreate({
    ...looking,
    list: async () => [{ id: "k0" }, { id: "k1" }],
    find: async (_, id) => (id === "k0" ? whole : undefined),
  });
  await made(creation("client", body).creation);
  expect(revoked).toEqual(["k0"]);
});

describe("a lost create that cannot be looked for", () => {
  const { body, key } = kinds.client;
  const failureOf = async (more: Partial<LostCreateLookup>, error?: Error) => {
    const { looking } = tailnet([key]);
    const { creation: wanted } = creation("client", body);
    const sent = error === undefined ? wanted : { ...wanted, send: () => Promise.reject(error) };
    return (await createSafeCreate({ ...looking, ...more })(sent).catch(
      (failure: unknown) => failure,
    )) as Error; // Each of these fails.
  };

  test("if a lost create cannot be looked for, the error says why and how to look", async () => {
    const unreadable = await failureOf({ list: () => Promise.reject(new Error("no way\nat all")) });
    expect(unreadable.message).toContain(
      "It may have taken effect: whether it did is not known (no way).",
    );
    const unlisted = await failureOf({ list: async () => undefined });
    expect(unlisted.message).toContain(
      "whether it did is not known, because the deployer may not list credentials.",
    );
    expect(unlisted.message).toContain(
      "revoke what nobody needs, then run the same command again.",
    );
    const kept = await failureOf({ revoke: () => Promise.reject("an outage") });
    expect(kept.message).toContain("it created k0, which could not be revoked (an outage).");
    expect((kept as LostCreate).candidates).toEqual(["k0"]);
  });

  test("a lost create is given up after three attempts, and nothing is left", async () => {
    const { looking } = tailnet([]);
    const { creation: wanted, sent } = creation("client", body, 9);
    await expect(createSafeCreate(looking)(wanted)).rejects.toThrow(
      "it was sent 3 times, and what it created was revoked.\n  Nothing is left behind: run the same command again.",
    );
    expect(sent()).toBe(3);
  });

  test.each([
    ["that was refused", createRefusal(attempt, { status: 403, body: "no" }), false],
    ["that never left", createUnreachable(attempt, "https://a", "x", false), false],
    ["that was redirected", createRefusal(attempt, { status: 307, body: "" }), false],
    [
      "whose token could not be had",
      createUnreachable(
        { ...attempt, path: "/oauth/token", effect: "repeatable" },
        "https://a",
        "x",
      ),
      false,
    ],
    ["that failed for another reason", new TypeError("x"), false],
    ["that failed at the server", createRefusal(attempt, { status: 502, body: "" }), true],
  ])("whether a create %s is looked for: %s", async (_what, error, isLookedFor) => {
    let looked = 0;
    const failure = await failureOf({ list: async () => void looked++ }, error);
    expect(looked > 0).toBe(isLookedFor);
    if (!isLookedFor) expect(failure).toBe(error);
  });
});

test("a lost create that was dealt with does not count for a later identical one", async () => {
  const { body, key } = kinds.client;
  const { looking, revoked } = tailnet([]);
  const present: Key[] = [];
  const create = createSafeCreate({ ...looking, list: async () => present });
  await create(creation("client", body).creation);
  for (const id of ["kOurs", "kTheirs"])
    present.push({ ...key, id, created: new Date().toISOString() });
  await expect(create(creation("client", body).creation)).rejects.toThrow("kOurs, kTheirs");
  expect(revoked).toEqual([]);
});

test("identical requests that are under way are waited for, so none is mistaken for another", async () => {
  const { body, key } = kinds.client;
  const { looking, revoked } = tailnet([]);
  const present: Key[] = [];
  const create = createSafeCreate({
    ...looking,
    list: async () => present.filter(({ id }) => !revoked.includes(id)),
  });
  let answer: (key: Key) => void = () => {};
  const slow = create({
    keyType: "client",
    body,
    send: () => new Promise((resolve) => (answer = resolve)),
  });
  let tries = 0;
  const quick = create({
    keyType: "client",
    body,
    async send() {
      if (tries++ > 0) return { id: "kSecond" };
      // Both were carried out; the answer to this one is lost, and the other's is on its way.
      for (const id of ["kSlow", "kLost"])
        present.push({ ...key, id, created: new Date().toISOString() });
      setImmediate(() => answer({ id: "kSlow" }));
      throw lost();
    },
  });
  expect(await Promise.all([slow, quick])).toEqual([{ id: "kSlow" }, { id: "kSecond" }]);
  expect(revoked).toEqual(["kLost"]);
});

test("a lost credential that appears after it was created again is revoked if it can be nobody else's", async () => {
  const { body, key } = kinds.client;
  for (const [late, expected] of [
    [["kLate"], ["kLate"]],
    [["kLate", "kAlike"], []],
    [[], []],
  ] as const) {
    const { looking, revoked } = tailnet([]);
    const present: Key[] = [];
    let tries = 0;
    const made = await createSafeCreate({ ...looking, list: async () => present })({
      keyType: "client",
      body,
      async send() {
        if (tries++ === 0) throw lost();
        for (const id of ["kMade", ...late])
          present.push({ ...key, id, created: new Date().toISOString() });
        return { id: "kMade" };
      },
    });
    expect(made).toEqual({ id: "kMade" });
    expect(revoked).toEqual(expected);
  }
});

test("a later check that fails has no consequences", async () => {
  const { looking } = tailnet([]);
  let looks = 0;
  const list = async () => {
    if (looks++ > 0) throw new NotPermitted("no");
    return [];
  };
  expect(
    await createSafeCreate({ ...looking, list })(creation("client", kinds.client.body).creation),
  ).toEqual({ id: "kMade" });
});
