/** Who asks, with which token, and what is made of the answer: nothing here goes over a wire. */

import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readScopes } from "../../provider/access/kinds";
import { nameActor, readAuditLog } from "../../provider/api/audit-log";
import {
  type ApiClient,
  createApiClient,
  waitWhileFresh,
  withFallback,
} from "../../provider/api/auth/client";
import {
  AnswerNotUnderstood,
  NotAuthenticated,
  NotFound,
  NotPermitted,
  TagsNotPermitted,
} from "../../provider/api/errors";
import type { Http, Request } from "../../provider/api/http";
import { isClientGone, type Keys } from "../../provider/api/keys/keys";
import { fetchTagOwners } from "../../provider/api/policy-file";
import { createRefusal } from "../../provider/api/refusal";
import type { ApiCredential } from "../../provider/api/settings/credential";

const client: ApiCredential = {
  kind: "oauthClient",
  clientId: "kC",
  clientSecret: "tskey-client-kC-x",
};
const get = { doing: "read it", method: "GET", path: "/x", needs: "dns:read" } as const;
const post = {
  doing: "make it",
  method: "POST",
  effect: "creates",
  path: "/x",
  needs: "dns",
} as const;
const id = () => z.object({ id: z.string() });
/** What the table's resources, and the policy file, are read with. */
const reads = [
  ...readScopes,
  "policy_file:read",
  "devices:core:read",
  "devices:posture_attributes:read",
];
const allReads = reads.join(" ");

interface Sent {
  readonly request: Request;
  readonly token: string | undefined;
  readonly sender: string | undefined;
}

/**
 * An API that gives tokens for less than `mayNotGive`, whose names are their scopes, and answers as
 * it is told.
 */
function api(
  answer: (request: Request, token: string | undefined) => unknown,
  mayNotGive: readonly string[] = [],
) {
  const asked: (string | undefined)[] = [];
  const sent: Sent[] = [];
  const http: Http = {
    baseUrl: "https://api.example.com",
    serverTime: (time) => time,
    close: async () => {},
    async send(request, authorization) {
      if (request.path !== "/oauth/token") {
        sent.push({ request, token: authorization?.token, sender: authorization?.sender.name });
        return answer(request, authorization?.token);
      }
      const scope = request.form?.["scope"];
      asked.push(scope);
      const beyond = scope?.split(" ").filter((one) => mayNotGive.includes(one)) ?? [];
      if (beyond.length > 0)
        throw createRefusal(request, {
          status: 403,
          body: `OAuth client cannot grant scopes "${beyond.join(" ")}"`,
        });
      return {
        access_token: `token ${asked.length} for ${scope ?? "all"}`,
        ...(scope !== undefined && { scope }),
      };
    },
  };
  return { http, asked, sent };
}

describe("a deployer", () => {
  test("a deployer reads with a token that can only read, and writes with a token for everything that it has", async () => {
    const { http, asked, sent } = api(() => ({ id: "k" }));
    const deployer = createApiClient(http, client, { name: "the deployer", tokensFor: "reading" });
    await deployer.send(get, id);
    await deployer.send(get, id);
    await deployer.send(post, id);
    expect(asked).toEqual([allReads, undefined]);
    expect(sent.map(({ token }) => token)).toEqual([
      `token 1 for ${allReads}`,
      `token 1 for ${allReads}`,
      "token 2 for all",
    ]);
    expect(sent[0]?.sender).toBe("the deployer kC");
  });

  test("a deployer that lacks read scopes requests those that it has, and the additional ones of the command", async () => {
    const lacking = ["federated_keys:read", "policy_file:read"];
    const { http, asked } = api(() => ({ id: "k" }), lacking);
    const options = {
      name: "the deployer",
      tokensFor: "reading",
      alsoReads: ["logs:configuration:read"],
    } as const;
    const deployer = createApiClient(http, client, options);
    await deployer.send(get, id);
    const held = reads.filter((scope) => !lacking.includes(scope));
    expect(asked.at(-1)).toBe([...held, "logs:configuration:read"].join(" "));
    expect(asked).toHaveLength(2);
  });

  test("a deployer without read scopes reads with a token for everything that it has", async () => {
    const { http, asked, sent } = api(() => ({ id: "k" }), allReads.split(" "));
    await createApiClient(http, client, { name: "the deployer", tokensFor: "reading" }).send(
      get,
      id,
    );
    expect(asked.at(-1)).toBeUndefined();
    expect(sent[0]?.token).toMatch(/for all$/);
  });

  test("a deployer whose token request fails for another reason requests again each time", async () => {
    let failures = 1;
    const { http } = api(() => ({ id: "k" }));
    const failing: Http = {
      ...http,
      send: (request, authorization) =>
        request.path === "/oauth/token" && failures-- > 0
          ? Promise.reject(createRefusal(request, { status: 401, body: "no" }))
          : http.send(request, authorization),
    };
    const deployer = createApiClient(failing, client, {
      name: "the deployer",
      tokensFor: "reading",
    });
    await expect(deployer.send(get, id)).rejects.toThrow(NotAuthenticated);
    expect(await deployer.send(get, id)).toEqual({ id: "k" });
  });

  test("a deployer with an API access token sends it unchanged, and does not repeat a refused one", async () => {
    const { http, asked, sent } = api((request) => {
      throw createRefusal(request, { status: 401, body: "no" });
    });
    const deployer = createApiClient(
      http,
      { kind: "accessToken", token: "tskey-api-k-x" },
      { name: "the deployer", tokensFor: "reading" },
    );
    await expect(deployer.send(get, id)).rejects.toThrow(NotAuthenticated);
    expect(asked).toEqual([]);
    expect(sent.map(({ token, sender }) => [token, sender])).toEqual([
      ["tskey-api-k-x", "the deployer"],
    ]);
  });

  test("a deployer gets a new token once if one is refused, even for a create", async () => {
    const { http, sent } = api((request, token) => {
      if (token?.startsWith("token 1")) throw createRefusal(request, { status: 401, body: "no" });
      return { id: "k" };
    });
    expect(
      await createApiClient(http, client, { name: "the deployer", tokensFor: "needed" }).send(
        post,
        id,
      ),
    ).toEqual({ id: "k" });
    expect(sent.map(({ token }) => token)).toEqual(["token 1 for dns", "token 2 for dns"]);
    const never = api((request) => {
      throw createRefusal(request, { status: 401, body: "no" });
    });
    await expect(
      createApiClient(never.http, client, { name: "x", tokensFor: "needed" }).send(post, id),
    ).rejects.toThrow(NotAuthenticated);
    expect(never.sent).toHaveLength(2);
  });

  test("a deployer does not get another token after another refusal", async () => {
    const { http, sent } = api((request) => {
      throw createRefusal(request, { status: 403, body: "no" });
    });
    await expect(
      createApiClient(http, client, { name: "x", tokensFor: "needed" }).send(post, id),
    ).rejects.toThrow(NotPermitted);
    expect(sent).toHaveLength(1);
  });
});

test("a minting client requests only the scope that each request needs", async () => {
  const { http, asked } = api(() => ({ id: "k" }));
  const minter = createApiClient(http, client, {
    name: "the OAuth client of mintedBy,",
    tokensFor: "needed",
  });
  await minter.send(get, id);
  await minter.send(post, id);
  expect(asked).toEqual(["dns:read", "dns"]);
});

test.each([
  [{}, "id: it is missing"],
  [{ id: 7 }, "id: it is not a string"],
  ["text", "the whole: it is not an object"],
  [undefined, "the whole: it is missing"],
  [{ id: "", list: [] }, 'id: Invalid input: expected "k"'],
])(
  "the answer %j is not understood, and the error says what is wrong with it",
  async (answer, problem) => {
    const schema = problem.includes('"k"') ? () => z.object({ id: z.literal("k") }) : id;
    const sending = createApiClient(api(() => answer).http, client, {
      name: "x",
      tokensFor: "needed",
    }).send(get, schema);
    await expect(sending).rejects.toThrow(AnswerNotUnderstood);
    await expect(sending).rejects.toThrow(`is not what its API documents: ${problem}\n`);
  },
);

test("an error about an answer names everything that is wrong with it, each with its place", async () => {
  const schema = () => z.object({ a: z.object({ b: z.string() }), c: z.number() });
  await expect(
    createApiClient(api(() => ({ a: {} })).http, client, { name: "x", tokensFor: "needed" }).send(
      get,
      schema,
    ),
  ).rejects.toThrow("a.b: it is missing; c: it is missing\n");
});

describe("a minting client", () => {
  const minting = { name: "the client", tokensFor: "needed" } as const;
  const create = { ...post, needs: "auth_keys", tags: ["tag:ci"] } as const;

  /** An API that refuses tokens as `refuses` says, and requests as `answer` does. */
  function asking(
    refuses: (form: Readonly<Record<string, string>>) => boolean,
    answer: (token: string | undefined) => unknown = () => ({ id: "k" }),
  ) {
    const asked: string[] = [];
    const http: Http = {
      ...api(() => undefined).http,
      async send(request, authorization) {
        if (request.path !== "/oauth/token") return answer(authorization?.token);
        const { scope, tags } = request.form ?? {};
        asked.push([scope, tags].filter(Boolean).join(" with "));
        if (refuses(request.form ?? {})) {
          throw createRefusal(request, { status: 403, body: "OAuth client cannot grant scopes" });
        }
        return { access_token: asked.at(-1), scope };
      },
    };
    return { asked, sender: createApiClient(http, client, minting) };
  }

  test("a minting client reads with its write scope if Tailscale issues no token for the read form, and requests it once", async () => {
    const { asked, sender } = asking(({ scope }) => scope === "dns:read");
    await sender.send(get, id);
    await sender.send(get, id);
    expect(asked).toEqual(["dns:read", "dns"]);
    expect(await sender.mayRead("dns:read")).toBe(true);
  });

  test("a minting client names the tags in its token request once Tailscale says that the token cannot give them", async () => {
    const { asked, sender } = asking(
      () => false,
      (token) => {
        if (token?.includes("tag:ci")) return { id: "k" };
        const body = '{"message":"requested tags [tag:ci] are invalid or not permitted"}';
        throw createRefusal(create, { status: 400, body });
      },
    );
    await sender.send(create, id);
    await sender.send(create, id);
    expect(asked).toEqual(["auth_keys", "auth_keys with tag:ci"]);
  });

  test("a minting client that cannot give the tags at all gets Tailscale's first message", async () => {
    const { sender } = asking(
      ({ tags }) => tags !== undefined,
      () => {
        const body = '{"message":"requested tags [tag:ci] are invalid or not permitted"}';
        throw createRefusal(create, { status: 400, body });
      },
    );
    await expect(sender.send(create, id)).rejects.toThrow(TagsNotPermitted);
  });
});

describe("a new client", () => {
  const quick = { firstPause: 1, longestPause: 4, tellAfter: 10, giveUpAfter: 200 };
  const notFound = (request: Request) => createRefusal(request, { status: 404, body: "not found" });

  /** Answers as if unknown so many times; then it is known everywhere. */
  function unknownFor(times: number, failure: Error = notFound(post)) {
    let asked = 0;
    const known: ApiClient = {
      send: async (_request, schema) => {
        if (asked++ < times) throw failure;
        return schema().parse({ id: "k" });
      },
      mayRead: async () => true,
    };
    return { known, count: () => asked };
  }

  test("a new client is waited for while Tailscale answers 404, and a message says so once", async () => {
    let told = 0;
    const { known } = unknownFor(8);
    const patient = waitWhileFresh(
      known,
      async () => true,
      () => void told++,
      // As patient as a busy machine needs it.
      { ...quick, giveUpAfter: 60_000 },
    );
    expect(await patient.send(post, id)).toEqual({ id: "k" });
    expect(told).toBe(1);
  });

  test("a new client is given up after a while", async () => {
    const { known } = unknownFor(Number.POSITIVE_INFINITY);
    const patient = waitWhileFresh(
      known,
      async () => true,
      () => {},
      quick,
    );
    await expect(patient.send(post, id)).rejects.toThrow(NotFound);
  });

  test.each<[string, Error, boolean]>([
    ["an older client", notFound(post), false],
    ["a key that does not exist", notFound(get), true],
    ["another refusal", createRefusal(post, { status: 403, body: "no" }), true],
  ])("nobody waits for %s", async (_what, failure, isFresh) => {
    const { known, count } = unknownFor(1, failure);
    const patient = waitWhileFresh(
      known,
      async () => isFresh,
      () => {},
      quick,
    );
    await expect(patient.send(post, id)).rejects.toThrow(failure.message);
    expect(count()).toBe(1);
  });

  test("a new client is waited for if its token request gets a 404", async () => {
    const token = { ...post, grant: { kind: "clientCredentials" } } as const;
    const { known } = unknownFor(1, createRefusal(token, { status: 404, body: "not found" }));
    const patient = waitWhileFresh(
      known,
      async () => true,
      () => {},
      quick,
    );
    expect(await patient.send(post, id)).toEqual({ id: "k" });
  });
});

describe("a second credential", () => {
  const says = (text: string | Error): ApiClient => ({
    send: async (_request, schema) => {
      if (typeof text !== "string") throw text;
      return schema().parse({ id: text });
    },
    mayRead: async () => undefined,
  });
  const refused = createRefusal(get, { status: 401, body: "no" });

  test.each<[string, Error, boolean, string | Error]>([
    ["yes, if the first one is gone", refused, true, "second"],
    ["no, if the first one still exists", refused, false, refused],
    [
      "no, if the first one lacks the right",
      createRefusal(get, { status: 403, body: "no" }),
      true,
      createRefusal(get, { status: 403, body: "no" }),
    ],
  ])(
    "whether a second credential takes the place of the first: %s",
    async (_what, failure, isGone, expected) => {
      let told = 0;
      const both = withFallback(
        says(failure),
        says("second"),
        async () => isGone,
        () => void told++,
      );
      for (let time = 0; time < 2; time++) {
        const sending = both.send(get, id);
        if (expected instanceof Error) await expect(sending).rejects.toThrow(expected.message);
        else expect(await sending).toEqual({ id: expected });
      }
      expect(told).toBe(typeof expected === "string" ? 1 : 0);
    },
  );

  test("a second credential never takes the place of the first one if the first one works", async () => {
    const both = withFallback(
      says("first"),
      says("second"),
      async () => true,
      () => expect.unreachable(),
    );
    expect(await both.send(get, id)).toEqual({ id: "first" });
  });
});

test("a client counts as gone if it does not exist, is revoked, or cannot be read", async () => {
  const finding = (find: Keys["find"]) => isClientGone({ find } as Keys, "kC"); // Nothing else of it is used.
  expect(await finding(async () => undefined)).toBe(true);
  expect(await finding(async () => ({ id: "kC", revoked: "2026-01-01T00:00:00Z" }))).toBe(true);
  expect(await finding(async () => ({ id: "kC", invalid: true }))).toBe(true);
  expect(await finding(async () => ({ id: "kC" }))).toBe(false);
  expect(await finding(() => Promise.reject(createRefusal(get, { status: 403, body: "no" })))).toBe(
    true,
  );
  await expect(
    finding(() => Promise.reject(createRefusal(get, { status: 404, body: "no" }))),
  ).rejects.toThrow(NotFound);
});

test("the audit log is requested for a period, and names each actor as people know it", async () => {
  const { http, asked, sent } = api(() => ({ logs: null }));
  const deployer = createApiClient(http, client, { name: "x", tokensFor: "needed" });
  const [from, to] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-02-01T00:00:00Z")];
  expect(await readAuditLog("a/b", deployer, from, to)).toEqual([]);
  expect(asked).toEqual(["logs:configuration:read"]);
  expect(sent[0]?.request).toMatchObject({
    doing: "read the audit log",
    method: "GET",
    path: "/tailnet/a%2Fb/logging/configuration?start=2026-01-01T00%3A00%3A00.000Z&end=2026-02-01T00%3A00%3A00.000Z",
  });

  const entry = {
    eventTime: "2026-01-02T00:00:00Z",
    action: "CREATE",
    target: { id: "k1" },
    actor: { id: "u1" },
  };
  const full = createApiClient(api(() => ({ logs: [entry] })).http, client, {
    name: "x",
    tokensFor: "needed",
  });
  expect(await readAuditLog("-", full, from, to)).toEqual([entry]);
  const bad = createApiClient(api(() => ({ logs: [{}] })).http, client, {
    name: "x",
    tokensFor: "needed",
  });
  await expect(readAuditLog("-", bad, from, to)).rejects.toThrow("logs.0.eventTime: it is missing");

  const named = (actor: Parameters<typeof nameActor>[0]["actor"]) => nameActor({ ...entry, actor });
  expect(named({ id: "u1", loginName: "amelie@example.com", displayName: "Amelie" })).toBe(
    "amelie@example.com",
  );
  expect(named({ id: "u1", loginName: "", displayName: "Amelie" })).toBe("Amelie");
  expect(named({ id: "u1" })).toBe("u1");
  expect(named({})).toBe("unknown");
});

test("only the owners of tags are read from the policy file", async () => {
  const { http, asked, sent } = api(() => ({ tagOwners: { "tag:a": ["group:x"] }, acls: [] }));
  const deployer = createApiClient(http, client, { name: "x", tokensFor: "needed" });
  expect(await fetchTagOwners("a/b", deployer)).toEqual({ "tag:a": ["group:x"] });
  expect(asked).toEqual(["policy_file:read"]);
  expect(sent[0]?.request).toMatchObject({
    doing: "read the policy file",
    method: "GET",
    path: "/tailnet/a%2Fb/acl",
  });
  expect(
    await fetchTagOwners(
      "-",
      createApiClient(api(() => ({})).http, client, { name: "x", tokensFor: "needed" }),
    ),
  ).toEqual({});
});
