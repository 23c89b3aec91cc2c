/** Reads get a token that can only read, in every way in which Tailscale may narrow tokens. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers } from "../../provider/access/scopes";
import { narrowForReads } from "../../provider/api/auth/read-token";
import type { Narrowing, Token, TokenSource } from "../../provider/api/auth/token";
import { createRefusal } from "../../provider/api/refusal";

const wanted = ["auth_keys:read", "oauth_keys:read", "policy_file:read", "devices:core:read"];
const attempt = {
  doing: "give a token",
  method: "POST",
  effect: "creates",
  path: "/oauth/token",
  grant: { kind: "clientCredentials" },
} as const;

/** How Tailscale may narrow tokens; which of these it is, no source says. */
interface World {
  /** What a refusal names: the scopes beyond what the client holds, or all that were asked for. */
  readonly names: "beyond" | "all" | "nothing";
  readonly writeNarrowsToRead: boolean;
  /** Whether a token may read the key that it came from, as Tailscale says. */
  readonly showsOwnKey: true;
}

const worlds: World[] = (["beyond", "all", "nothing"] as const).flatMap((names) =>
  [true, false].map((writeNarrowsToRead) => ({
    names,
    writeNarrowsToRead,
    showsOwnKey: true as const,
  })),
);

const friendly: World = { names: "beyond", writeNarrowsToRead: true, showsOwnKey: true };

/** Token requests of a client that holds `held`, answered as `world` has it. */
function tokensOf(held: readonly string[], { names, writeNarrowsToRead }: World) {
  const asked: (readonly string[])[] = [];
  const gives = (scope: string) =>
    writeNarrowsToRead || held.includes("all") || held.includes("all:read")
      ? covers(held, scope)
      : held.includes(scope);
  const tokens: TokenSource = {
    renewable: true,
    narrowable: true,
    forget() {},
    async get({ scopes }: Narrowing = { scopes: [] }): Promise<Token> {
      asked.push(scopes);
      const beyond = scopes.filter((scope) => !gives(scope));
      if (beyond.length > 0) {
        const named = { beyond, all: scopes, nothing: [] }[names];
        const body = `OAuth client cannot grant scopes "${named.join(" ")}"`;
        throw createRefusal(attempt, { status: 403, body });
      }
      const given = scopes.length > 0 ? scopes : held;
      return { value: given.join(" "), scopes: given, beyond: [] };
    },
  };
  return { tokens, asked, gives };
}

async function narrow(held: readonly string[], world: World) {
  const { tokens, asked, gives } = tokensOf(held, world);
  const told: string[] = [];
  const narrowing = await narrowForReads(tokens, {
    wanted,
    holds: async () => (world.showsOwnKey ? held : undefined),
    tell: (message) => told.push(message),
  });
  return { scopes: narrowing?.scopes ?? held, asked, gives, told };
}

const held = fc.uniqueArray(
  fc.constantFrom(
    ...wanted,
    ...wanted.map((scope) => scope.replace(":read", "")),
    "all",
    "all:read",
    "dns",
    "users",
    "logs:configuration:read",
  ),
  { minLength: 1 },
);

describe.each(worlds)(
  "if a refusal names $names and a write scope narrows: $writeNarrowsToRead",
  (world) => {
    test("reads get everything that they need and the client has, with at most five token requests", async () => {
      await fc.assert(
        fc.asyncProperty(held, async (scopes) => {
          const found = await narrow(scopes, world);
          expect(found.asked.length).toBeLessThanOrEqual(5);
          for (const scope of wanted)
            if (covers(scopes, scope)) expect(covers(found.scopes, scope), scope).toBe(true);
        }),
      );
    });

    test("a token for reads contains nothing else if Tailscale issues one without it", async () => {
      await fc.assert(
        fc.asyncProperty(held, async (scopes) => {
          const found = await narrow(scopes, world);
          const needed = wanted.filter((scope) => covers(scopes, scope));
          fc.pre(needed.length > 0);
          if (needed.every(found.gives)) {
            for (const scope of found.scopes) expect(wanted).toContain(scope);
            expect(found.told).toEqual([]);
          } else {
            // The write scope alone gives the read: nothing else that can write comes with it.
            const writes = found.scopes.filter((scope) => !scope.endsWith(":read"));
            for (const scope of writes) expect(wanted).toContain(`${scope}:read`);
          }
        }),
      );
    });

    test("a token that can write is used for reads only with exactly one warning", async () => {
      await fc.assert(
        fc.asyncProperty(held, async (scopes) => {
          const { scopes: used, told } = await narrow(scopes, world);
          const canWrite = used.some((scope) => !scope.endsWith(":read"));
          expect(told).toHaveLength(canWrite || told.length > 0 ? 1 : 0);
        }),
      );
    });
  },
);

test("a token for everything is requested only if no narrower one shows what the client has", async () => {
  await fc.assert(
    fc.asyncProperty(held, async (scopes) => {
      fc.pre(wanted.some((scope) => covers(scopes, scope)));
      expect((await narrow(scopes, friendly)).asked).not.toContainEqual([]);
    }),
  );
});

test("a client that has all read scopes is asked for one token", async () => {
  for (const world of worlds) expect((await narrow(["all"], world)).asked).toEqual([wanted]);
});

test("a token that is wider than requested is reported once, with its scopes", async () => {
  const told: string[] = [];
  const { tokens } = tokensOf(["all"], friendly);
  const wide: TokenSource = {
    ...tokens,
    get: async () => ({ value: "t", scopes: ["all"], beyond: ["all"] }),
  };
  const tell = (message: string) => void told.push(message);
  await narrowForReads(wide, { wanted, holds: async () => undefined, tell });
  expect(told).toEqual([
    "Tailscale gave reads a token that may do more than what was asked for: all. It may not know one of the scopes auth_keys:read, oauth_keys:read, policy_file:read, devices:core:read any more.",
  ]);
});

test("a failure that is not a refusal is passed on", async () => {
  const { tokens } = tokensOf(["all"], friendly);
  const failing: TokenSource = {
    ...tokens,
    get: () => Promise.reject(createRefusal(attempt, { status: 503, body: "" })),
  };
  await expect(
    narrowForReads(failing, { wanted, holds: async () => undefined, tell() {} }),
  ).rejects.toThrow("failed to give a token");
});
