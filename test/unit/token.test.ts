import { expect, test } from "vitest";
import type { Http, Request } from "../../provider/api/http";
import { tokenSource } from "../../provider/api/token";

/** An authorization server that answers when it is told to. */
function server(answer: () => unknown) {
  const requests: Request[] = [];
  const http: Http = {
    theirs: (time) => time,
    baseUrl: "",
    async send(request) {
      requests.push(request);
      return answer();
    },
    close: async () => {},
  };
  return { http, requests };
}

const client = { kind: "oauthClient", clientId: "kA", clientSecret: "s" } as const;

test("a token is kept until two minutes before it runs out, for each scope apart", async () => {
  let now = 0;
  let issued = 0;
  const { http, requests } = server(() => ({
    access_token: `token-${++issued}`,
    expires_in: 3600,
    scope: "dns users",
  }));
  const tokens = tokenSource(http, client, () => now);
  expect(await Promise.all([tokens.get(), tokens.get(), tokens.get("dns")])).toMatchObject([
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

test("a short life is used for its first half at least", async () => {
  let now = 0;
  const { http, requests } = server(() => ({ access_token: "t", expires_in: 100 }));
  const tokens = tokenSource(http, client, () => now);
  await tokens.get();
  now = 49_000;
  await tokens.get();
  expect(requests).toHaveLength(1);
  now = 51_000;
  await tokens.get();
  expect(requests).toHaveLength(2);
});

test("a failure is told to everybody who waited, and the next one asks again", async () => {
  let fails = true;
  const { http, requests } = server(() => {
    if (fails) throw new Error("down");
    return { access_token: "t" };
  });
  const tokens = tokenSource(http, client);
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
    await expect(tokenSource(http, client).get()).rejects.toThrow("it holds no access token");
  },
);

test("an identity token is exchanged anew when the token it gave runs out, and scopes are not asked for", async () => {
  let now = 0;
  const { http, requests } = server(() => ({ access_token: "t", expires_in: 3600 }));
  const jwt = `e30.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString("base64url")}.c2ln`;
  const identity = {
    kind: "identityToken",
    clientId: "T-k",
    identityToken: { kind: "value", token: jwt, name: "A" },
  } as const;
  const tokens = tokenSource(http, identity, () => now);
  await Promise.all([tokens.get(), tokens.get("dns")]);
  expect(requests.map(({ path, form }) => [path, form])).toEqual([
    ["/oauth/token-exchange", { client_id: "T-k", jwt }],
  ]);
  now = 3_600_000;
  await tokens.get();
  expect(requests).toHaveLength(2);
});
