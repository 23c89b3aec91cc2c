import { describe, expect, test } from "vitest";
import { createTokenSource, narrowToken } from "../../provider/api/auth/token";
import { ServerFailed, TokenExchangeFailed, TokenTooWide } from "../../provider/api/errors";
import type { Http, Request } from "../../provider/api/http";
import { createRefusal } from "../../provider/api/refusal";

/** An authorization server that answers when it is told to. */
function server(answer: (request: Request) => unknown) {
  const requests: Request[] = [];
  const http: Http = {
    serverTime: (time) => time,
    baseUrl: "",
    async send(request) {
      requests.push(request);
      return answer(request);
    },
    close: async () => {},
  };
  return { http, requests };
}

const client = { kind: "oauthClient", clientId: "kA", clientSecret: "s" } as const;

test("a token is kept for each set of scopes until two minutes before it expires", async () => {
  let now = 0;
  let issued = 0;
  const { http, requests } = server(() => ({
    access_token: `token-${++issued}`,
    expires_in: 3600,
    scope: "dns users",
  }));
  const tokens = createTokenSource(http, client, () => now);
  expect(
    await Promise.all([tokens.get(), tokens.get(), tokens.get({ scopes: ["dns"] })]),
  ).toMatchObject([
    { value: "token-1", scopes: ["dns", "users"] },
    { value: "token-1" },
    { value: "token-2" },
  ]);
  now = (3600 - 121) * 1000;
  expect((await tokens.get()).value).toBe("token-1");
  now = (3600 - 120) * 1000;
  expect((await tokens.get()).value).toBe("token-3");
  expect(requests.map(({ form }) => form?.["scope"])).toEqual([undefined, "dns", undefined]);
});

test("a short-lived token is used for at least half of its life", async () => {
  let now = 0;
  const { http, requests } = server(() => ({ access_token: "t", expires_in: 100 }));
  const tokens = createTokenSource(http, client, () => now);
  await tokens.get();
  now = 49_000;
  await tokens.get();
  expect(requests).toHaveLength(1);
  now = 51_000;
  await tokens.get();
  expect(requests).toHaveLength(2);
});

test("a failed token request reaches everybody who waited, and the next caller requests again", async () => {
  let fails = true;
  const { http, requests } = server(() => {
    if (fails) throw new Error("down");
    return { access_token: "t" };
  });
  const tokens = createTokenSource(http, client);
  const waiting = await Promise.allSettled([tokens.get(), tokens.get()]);
  expect(waiting.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(requests).toHaveLength(1);
  fails = false;
  expect((await tokens.get()).value).toBe("t");
});

test.each([{}, { access_token: "" }, { access_token: 7 }, undefined, "text"])(
  "an answer without a token is reported: %j",
  async (answer) => {
    const { http } = server(() => answer);
    await expect(createTokenSource(http, client).get()).rejects.toThrow("it has no access token");
  },
);

test("an identity token is exchanged again when its access token expires, and no scopes are requested", async () => {
  let now = 0;
  const { http, requests } = server(() => ({ access_token: "t", expires_in: 3600 }));
  const jwt = `e30.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString("base64url")}.c2ln`;
  const identity = {
    kind: "identityToken",
    clientId: "T-k",
    identityToken: { kind: "value", token: jwt, name: "A" },
  } as const;
  const tokens = createTokenSource(http, identity, () => now);
  await Promise.all([tokens.get(), tokens.get({ scopes: ["dns"] })]);
  expect(requests.map(({ path, form }) => [path, form])).toEqual([
    ["/oauth/token-exchange", { client_id: "T-k", jwt }],
  ]);
  now = 3_600_000;
  await tokens.get();
  expect(requests).toHaveLength(2);
});

describe("a token that may do more than what was asked for", () => {
  const given = (answer: object) => server(() => ({ access_token: "t", ...answer })).http;

  test.each<[string, object, string[]]>([
    ["all that the client holds", { scope: "all" }, ["all"]],
    ["one scope more", { scope: "dns:read users" }, ["users"]],
    ["its write scope", { scope: "dns" }, ["dns"]],
    ["scopes separated by commas", { scope: "dns:read,users" }, ["users"]],
    ["a scope that no catalogue has", { scope: "dns:read shiny" }, ["shiny"]],
    ["a tag more", { scope: "dns:read", tags: "tag:a tag:b" }, ["tag:b"]],
  ])(
    "a token that can do more than requested is not handed on: %s",
    async (_what, answer, beyond) => {
      const asked = { scopes: ["dns:read"], tags: ["tag:a"] };
      const refused = narrowToken(given(answer), client, asked).catch((error: unknown) => error);
      expect(await refused).toBeInstanceOf(TokenTooWide);
      expect(await refused).toMatchObject({ beyond });
      expect(String(await refused)).toContain(`may do more: ${beyond.join(", ")}.`);
    },
  );

  test.each<[string, readonly string[], object]>([
    ["the same scopes in another order", ["dns:read", "users"], { scope: "users dns:read" }],
    ["less", ["dns:read", "users"], { scope: "users" }],
    ["no word about scopes, which RFC 6749 takes for the same", ["dns"], {}],
    ["the read form of a write scope", ["dns"], { scope: "dns dns:read" }],
    ["an older name by its names of today", ["acl"], { scope: "policy_file" }],
    ["the client's tags where none were asked for", ["dns"], { scope: "dns", tags: "tag:a" }],
  ])("a token with %s is not too wide", async (_what, scopes, answer) => {
    expect(await narrowToken(given(answer), client, { scopes })).toBe("t");
  });
});

describe("an identity token that is not accepted", () => {
  const claims = { exp: 4_000_000_000, iss: "https://ci.example.com", sub: "repo:a/b", aud: ["x"] };
  const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  const identity = {
    kind: "identityToken",
    clientId: "T-k",
    identityToken: { kind: "value", token: jwt, name: "A" },
  } as const;

  test.each([400, 401, 403, 404, 409])(
    "a refused identity token is the same failure at status %i",
    async (status) => {
      const { http } = server((request) => {
        throw createRefusal(request, {
          status,
          body: '{"message":"Unauthorized. Visit x for details"}',
        });
      });
      const failed = createTokenSource(http, identity).get();
      await expect(failed).rejects.toThrow(TokenExchangeFailed);
      await expect(failed).rejects.toThrow(
        "The identity token has the issuer https://ci.example.com, the subject repo:a/b, the audience x. " +
          "Compare its issuer, subject, audience and claims with the federated identity T-k. " +
          "Only that credential's page in the console shows the reason: https://console.tailscale.com/admin/settings/trust-credentials",
      );
    },
  );

  test("a failing server is not treated as a refusal of the identity token", async () => {
    const { http } = server((request) => {
      throw createRefusal(request, { status: 503, body: "" });
    });
    await expect(createTokenSource(http, identity).get()).rejects.toThrow(ServerFailed);
  });
});

describe("a client that asks for tokens for a tailnet of its organisation", () => {
  const ofOrganisation = { ...client, tokenTailnet: "T1CNTRL" } as const;
  const asked = (requests: readonly Request[]) => requests.map(({ form }) => form?.["tailnet"]);

  test("a client of an organisation names the tailnet in each token request, also for a script", async () => {
    const { http, requests } = server(() => ({ access_token: "t", scope: "dns" }));
    const tokens = createTokenSource(http, ofOrganisation);
    await tokens.get();
    await tokens.get({ scopes: ["dns"] });
    await narrowToken(http, ofOrganisation, { scopes: ["dns"] });
    expect(asked(requests)).toEqual(["T1CNTRL", "T1CNTRL", "T1CNTRL"]);
    expect((await tokens.get()).refusedTailnet).toBeUndefined();
  });

  test("a client of an organisation uses tokens for its own tailnet if the named one is refused, and keeps the reason", async () => {
    const { http, requests } = server((request) => {
      if (request.form?.["tailnet"] === undefined) return { access_token: "own" };
      const body = '{"message":"client does not have the all scope"}';
      throw createRefusal(request, { status: 403, body });
    });
    const tokens = createTokenSource(http, ofOrganisation);
    const refusedTailnet =
      "Tailscale refused to give a token to the OAuth client (403, POST /oauth/token): client does not have the all scope";
    expect(await tokens.get()).toMatchObject({ value: "own", refusedTailnet });
    expect(await tokens.get({ scopes: ["dns"] })).toMatchObject({ value: "own", refusedTailnet });
    // It is asked for once: the answer does not change within a run.
    expect(asked(requests)).toEqual(["T1CNTRL", undefined, undefined]);
  });

  test("a client of an organisation does not use tokens for its own tailnet if those or the scopes are refused too", async () => {
    const refusing = (body: string, status = 403) =>
      server((request) => {
        throw createRefusal(request, { status, body });
      });
    const all = refusing('{"message":"something else"}');
    const tokens = createTokenSource(all.http, ofOrganisation);
    await expect(tokens.get()).rejects.toThrow("something else");
    await expect(tokens.get()).rejects.toThrow("something else");
    expect(asked(all.requests)).toEqual(["T1CNTRL", undefined, "T1CNTRL", undefined]);
    for (const [body, status] of [
      ['{"message":"OAuth client cannot grant scopes \\"dns\\""}', 403],
      ['{"message":"API token invalid"}', 401],
      ["", 500],
    ] as const) {
      const one = refusing(body, status);
      await expect(createTokenSource(one.http, ofOrganisation).get()).rejects.toThrow(
        String(status),
      );
      expect(asked(one.requests)).toEqual(["T1CNTRL"]);
    }
  });
});
