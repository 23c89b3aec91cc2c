/** What no public source says of the real API: each switch of the emulator, both ways. */

import { type Emulator, type Strictness, startEmulator, type Unknowns } from "tailscope-emulator";
import { afterEach, describe, expect, test, vi } from "vitest";
import { as, type Credential, makeClient, refusedToken, takeToken } from "./client";

const github = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/infrastructure:ref:refs/heads/main",
};

async function callAs(emulator: Emulator, client: Credential, scope?: string) {
  const { access_token } = await takeToken(emulator, client, scope === undefined ? {} : { scope });
  return as(emulator, access_token);
}

function start({ clientId, clientSecret }: Emulator): Credential {
  return { id: clientId, key: clientSecret };
}

test.each([
  ["beyond", "users"],
  ["all", "dns users"],
] as const)(
  "with narrowingRefusalNames %s, a refusal of dns and users to a client with dns names %s",
  async (narrowingRefusalNames, named) => {
    await using emulator = await startEmulator({ strictness: { narrowingRefusalNames } });
    const client = await makeClient(emulator, ["dns"]);
    expect(await refusedToken(emulator, { client_secret: client.key, scope: "dns users" })).toEqual(
      [403, `OAuth client cannot grant scopes "${named}"`],
    );
  },
);

test.each([true, false])(
  "with writeNarrowsToRead %s, a client with dns may get dns:read, and all and all:read always give it",
  async (writeNarrowsToRead) => {
    await using emulator = await startEmulator({ strictness: { writeNarrowsToRead } });
    const asked = async (held: string) => {
      const { key } = await makeClient(emulator, [held]);
      return (await refusedToken(emulator, { client_secret: key, scope: "dns:read" }))[0];
    };
    expect(await asked("all")).toBe(200);
    expect(await asked("all:read")).toBe(200);
    expect(await asked("dns:read")).toBe(200);
    expect(await asked("dns")).toBe(writeNarrowsToRead ? 200 : 403);
  },
);

test.each([
  [403, "calling actor does not have enough permissions to perform this function"],
  [404, "not found"],
] as const)(
  "with hiddenKey %i, that is the status of a hidden key, and a visible one that cannot be changed is always 403",
  async (hiddenKey, message) => {
    await using emulator = await startEmulator({ strictness: { hiddenKey } });
    const { id } = await makeClient(emulator, ["dns"]);
    const body = { keyType: "client", scopes: ["dns"] };
    const blind = await callAs(emulator, await makeClient(emulator, ["users"]));
    expect(await blind("GET", `/keys/${id}`)).toMatchObject({
      status: hiddenKey,
      body: { message },
    });
    expect((await blind("PUT", `/keys/${id}`, body)).status).toBe(hiddenKey);
    expect((await blind("DELETE", `/keys/${id}`)).status).toBe(hiddenKey);
    const reader = await callAs(emulator, await makeClient(emulator, ["oauth_keys:read"]));
    expect((await reader("GET", `/keys/${id}`)).status).toBe(200);
    expect((await reader("PUT", `/keys/${id}`, body)).status).toBe(403);
    expect((await reader("DELETE", `/keys/${id}`)).status).toBe(403);
  },
);

test.each([
  ["keeps", "https://mine.example.com"],
  ["regenerates", "api.tailscale.com/ID"],
  ["empties", undefined],
] as const)(
  "with putWithoutAudience %s, an own audience becomes %s, and an audience that is sent stays",
  async (putWithoutAudience, left) => {
    await using emulator = await startEmulator({ strictness: { putWithoutAudience } });
    const call = as(emulator, emulator.apiKey);
    const body = { keyType: "federated", scopes: ["dns"], ...github };
    const audience = "https://mine.example.com";
    const { id } = (await call("POST", "/keys", { ...body, audience })).body;
    const audienceAfter = async (sent: object) => {
      await call("PUT", `/keys/${id}`, sent);
      return (await call("GET", `/keys/${id}`)).body.audience;
    };
    expect(await audienceAfter({ ...body, audience })).toBe(audience);
    expect(await audienceAfter(body)).toBe(left?.replace("ID", id));
    expect(await audienceAfter({ ...body, audience: "" })).toBe(left?.replace("ID", id));
    expect(await audienceAfter({ ...body, audience })).toBe(audience);
  },
);

test.each(["all", "own"] as const)(
  "with userTokensList %s, all=true lists the right keys for an administrator's API access token",
  async (userTokensList) => {
    await using emulator = await startEmulator({ strictness: { userTokensList } });
    const theirs = await makeClient(emulator, ["dns"]);
    const own = await makeClient(emulator, ["dns"], undefined, emulator.roles.admin);
    const { body } = await as(emulator, emulator.roles.admin)("GET", "/keys?all=true");
    const ids = body.keys.map(({ id }: { id: string }) => id);
    expect(ids).toContain(own.id);
    expect(ids.includes(theirs.id)).toBe(userTokensList === "all");
    const client = await callAs(emulator, start(emulator));
    const listed = (await client("GET", "/keys?all=true")).body.keys;
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([own.id, theirs.id]),
    );
  },
);

test.each([true, false])("with logsUpdates %s, the audit log has a change or not", async (on) => {
  await using emulator = await startEmulator({ strictness: { logsUpdates: on } });
  const { id } = await makeClient(emulator, ["dns"]);
  const changed = { keyType: "client", scopes: ["users"] };
  await as(emulator, emulator.apiKey)("PUT", `/keys/${id}`, changed);
  emulator.control.change(id, { description: "another" });
  const actions = emulator.control.auditLog().map(({ action }) => action);
  expect(actions).toEqual(on ? ["CREATE", "UPDATE", "UPDATE"] : ["CREATE"]);
});

test.each([true, false])(
  "with listsTokens %s, lists show short-lived tokens or not, and a token can always read itself",
  async (listsTokens) => {
    await using emulator = await startEmulator({ strictness: { listsTokens } });
    const client = await makeClient(emulator, ["dns"], undefined);
    const token = await takeToken(emulator, client);
    const id = /^tskey-api-(k\w+CNTRL)-/.exec(token.access_token)?.[1];
    const shown = {
      id,
      keyType: "api",
      created: expect.any(String),
      expires: expect.any(String),
      expirySeconds: 3600,
      userId: "",
      scopes: ["dns"],
    };
    const call = await callAs(emulator, start(emulator));
    const { keys } = (await call("GET", "/keys?all=true")).body;
    const found = keys.find((key: { id: string }) => key.id === id);
    expect(found).toEqual(listsTokens ? shown : undefined);
    expect((await call("GET", `/keys/${id}`)).status).toBe(listsTokens ? 200 : 404);
    expect((await as(emulator, token.access_token)("GET", `/keys/${id}`)).body).toEqual(shown);
    emulator.control.revoke(client.id);
    expect((await call("GET", `/keys/${id}`)).status, "it ended with its client").toBe(404);
  },
);

test("with freshClientMilliseconds, only a new client's tokens are answered with 404 at first", async () => {
  await using emulator = await startEmulator({ strictness: { freshClientMilliseconds: 5_000 } });
  const owner = as(emulator, emulator.apiKey);
  const made = await owner("POST", "/keys", { keyType: "client", scopes: ["users:read"] });
  const call = await callAs(emulator, made.body);
  const first = await callAs(emulator, start(emulator));
  for (const path of ["/users", `/keys/${made.body.id}`]) {
    expect(await call("GET", path)).toMatchObject({ status: 404, body: { message: "not found" } });
    expect((await owner("GET", path)).status).toBe(200);
    expect((await first("GET", path)).status).toBe(200);
  }
  emulator.control.advanceClock(5_000);
  expect((await call("GET", "/users")).status).toBe(200);
});

describe("a world is chosen", () => {
  afterEach(() => vi.unstubAllEnvs());

  const lenient: Unknowns = {
    narrowingRefusalNames: "beyond",
    writeNarrowsToRead: true,
    hiddenKey: 403,
    putWithoutAudience: "keeps",
    userTokensList: "all",
    narrowedAllGivesAnyTag: true,
    logsUpdates: true,
    listsTokens: false,
    freshClientMilliseconds: 0,
  };
  const strict: Unknowns = {
    narrowingRefusalNames: "all",
    writeNarrowsToRead: false,
    hiddenKey: 404,
    putWithoutAudience: "empties",
    userTokensList: "own",
    narrowedAllGivesAnyTag: false,
    logsUpdates: false,
    listsTokens: true,
    freshClientMilliseconds: 300,
  };

  test.each<[string | undefined, Strictness | undefined, Unknowns]>([
    [undefined, undefined, lenient],
    ["", undefined, lenient],
    ["lenient", undefined, lenient],
    ["strict", undefined, strict],
    ["strict", "lenient", lenient],
    ["lenient", "strict", strict],
    ["strict", { hiddenKey: 403 }, { ...strict, hiddenKey: 403 }],
    [undefined, { hiddenKey: 404, listsTokens: undefined }, { ...lenient, hiddenKey: 404 }],
  ])(
    "the world is chosen by the environment's %j and the option's %j",
    async (name, strictness, expected) => {
      vi.stubEnv("TAILSCOPE_EMULATOR_STRICTNESS", name);
      await using emulator = await startEmulator(strictness === undefined ? {} : { strictness });
      expect(emulator.control.unknowns()).toEqual(expected);
    },
  );

  test("an unknown name of a world is refused", async () => {
    vi.stubEnv("TAILSCOPE_EMULATOR_STRICTNESS", "harsh");
    await expect(startEmulator()).rejects.toThrow(
      'TAILSCOPE_EMULATOR_STRICTNESS is "harsh": write lenient or strict, or leave it unset.',
    );
  });

  test("switches can be set over HTTP while the emulator runs, and an unknown switch is refused", async () => {
    await using emulator = await startEmulator({ strictness: "lenient" });
    emulator.control.setUnknowns({ hiddenKey: 404 });
    expect(emulator.control.unknowns()).toEqual({ ...lenient, hiddenKey: 404 });
    const set = (strictness: unknown) =>
      fetch(`${emulator.url}/control/set-unknowns`, {
        method: "POST",
        headers: { authorization: `Bearer ${emulator.controlToken}` },
        body: JSON.stringify({ strictness }),
      });
    expect((await set("strict")).status).toBe(200);
    expect((await set({ logsUpdates: true })).status).toBe(200);
    expect(emulator.control.unknowns()).toEqual({ ...strict, logsUpdates: true });
    for (const wrong of ["harsh", { hiddenKey: 500 }, { hiddenkey: 403 }, 7]) {
      const refused = await set(wrong);
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain("strictness");
      // From JavaScript, where no type is in the way.
      const problem = "which is not valid: write";
      expect(() => emulator.control.setUnknowns(wrong as Strictness)).toThrow(problem);
      await expect(startEmulator({ strictness: wrong as Strictness })).rejects.toThrow(problem);
    }
    expect(emulator.control.unknowns()).toEqual({ ...strict, logsUpdates: true });
  });
});
