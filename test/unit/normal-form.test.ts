/**
 * Laws of the normal form: two spellings of one thing are one thing, and what was written is what
 * is compared.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { unknownValue } from "../../provider/access/engine-values";
import { formatSeconds, parseDuration } from "../../provider/access/lifetime";
import { knownScopes } from "../../provider/access/scopes";
import { type Provider, providers } from "../providers";

/** A change in place: the engine compares the inputs itself, and honours `replaceOnChanges`. */
const leftToEngine = {};

type Properties = Record<string, unknown>;

async function checked(provider: Provider, inputs: Properties): Promise<Properties> {
  const { inputs: normal, failures } = (await provider.check?.({}, inputs)) ?? {};
  expect(failures).toEqual([]);
  return normal as Properties;
}

const scopes = fc.uniqueArray(fc.constantFrom(...knownScopes), { minLength: 1, maxLength: 6 });
const tags = fc.uniqueArray(fc.stringMatching(/^tag:[a-zA-Z][a-zA-Z0-9-]{0,6}$/), {
  minLength: 1,
  maxLength: 4,
});
const description = fc.option(fc.stringMatching(/^[a-zA-Z0-9 -]{0,50}$/), { nil: undefined });
const clients = fc.record({ scopes, tags, description });
const shuffled = <Member>(members: Member[]) =>
  fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length });

test("the order of scopes and tags does not matter, and absent, null, empty text and empty list are the same", async () => {
  const twoSpellings = clients.chain((one) =>
    fc.record({
      one: fc.constant(one),
      scopes: shuffled(one.scopes),
      tags: shuffled(one.tags),
      none: fc.constantFrom(undefined, null, ""),
    }),
  );
  await fc.assert(
    fc.asyncProperty(twoSpellings, async ({ one, scopes, tags, none }) => {
      const other = { scopes, tags, description: one.description || none, unlistedScopes: [] };
      const [a, b] = [
        await checked(providers.OAuthClient, one),
        await checked(providers.OAuthClient, other),
      ];
      expect(b).toEqual(a);
      expect(await providers.OAuthClient.diff?.("k", a, b)).toEqual({ changes: false });
    }),
  );
});

test("the normal form of a normal form is itself", async () => {
  await fc.assert(
    fc.asyncProperty(clients, fc.integer({ min: 1, max: 90 * 86_400 }), async (client, expiry) => {
      const once = await checked(providers.OAuthClient, client);
      expect(await checked(providers.OAuthClient, once)).toEqual(once);
      const key = await checked(providers.AuthKey, { tags: client.tags, expiry });
      expect(await checked(providers.AuthKey, key)).toEqual(key);
    }),
  );
});

test("a different set is a change in place for a client, and a new key for an auth key", async () => {
  await fc.assert(
    fc.asyncProperty(clients, clients, async (one, other) => {
      const [a, b] = [
        await checked(providers.OAuthClient, one),
        await checked(providers.OAuthClient, other),
      ];
      const same =
        JSON.stringify([one.scopes.toSorted(), one.tags.toSorted(), one.description || ""]) ===
        JSON.stringify([other.scopes.toSorted(), other.tags.toSorted(), other.description || ""]);
      expect(await providers.OAuthClient.diff?.("k", a, b)).toEqual(
        same ? { changes: false } : leftToEngine,
      );

      const [c, d] = [
        await checked(providers.AuthKey, { tags: one.tags }),
        await checked(providers.AuthKey, { tags: other.tags }),
      ];
      const sameTags =
        JSON.stringify(one.tags.toSorted()) === JSON.stringify(other.tags.toSorted());
      expect(await providers.AuthKey.diff?.("k", c, d)).toEqual(
        sameTags ? { changes: false } : { changes: true, replaces: ["tags"] },
      );
    }),
  );
});

test("a duration in any unit is a number of seconds, and becomes the form that people read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90 * 86_400 }), (total) => {
      expect(parseDuration(total)).toBe(total);
      expect(parseDuration(formatSeconds(total))).toBe(total);
    }),
  );
  const factors = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom(...Object.entries(factors)),
      (count, [unit, factor]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * factor);
      },
    ),
  );
  for (const none of [
    "",
    "d",
    "-1d",
    "1.5d",
    "1 d",
    "1D",
    "1d2h",
    "99999999999d",
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    expect(parseDuration(none), String(none)).toBeUndefined();
  }
});

test("an unknown or different mintedBy causes no change by itself for any key", async () => {
  const minter = fc.constantFrom(unknownValue, {
    clientId: "k2",
    clientSecret: "s2",
  });
  await fc.assert(
    fc.asyncProperty(tags, minter, async (tags, mintedBy) => {
      const state = await checked(providers.AuthKey, {
        tags,
        mintedBy: { clientId: "k1", clientSecret: "s1" },
      });
      expect(await providers.AuthKey.diff?.("k", state, { ...state, mintedBy })).not.toHaveProperty(
        "replaces",
      );
    }),
  );
});

test("an unknown input is a change in place for an identity, and a new key for an auth key", async () => {
  const unknown = unknownValue;
  const identity = await checked(providers.FederatedIdentity, {
    issuer: "https://i.example.com",
    subject: "me",
    scopes: ["dns"],
  });
  expect(
    await providers.FederatedIdentity.diff?.("k", identity, { ...identity, subject: unknown }),
  ).toEqual(leftToEngine);
  const key = await checked(providers.AuthKey, { tags: ["tag:a"] });
  expect(await providers.AuthKey.diff?.("k", key, { ...key, tags: [unknown] })).toEqual({
    changes: true,
    replaces: ["tags"],
  });
});
