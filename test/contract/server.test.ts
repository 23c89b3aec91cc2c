import { type Emulator, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { as, makeClient, takeToken } from "./client";

const users = (emulator: Emulator) => as(emulator, emulator.apiKey)("GET", "/users");

describe("the users and the audit log", () => {
  test("there is one user for each role, in the API's form", async () => {
    await using emulator = await startEmulator();
    const { body } = await users(emulator);
    expect(body.users.map(({ role }: { role: string }) => role).sort()).toEqual(
      Object.keys(emulator.roles).sort(),
    );
    expect(body.users[0]).toMatchObject({
      id: expect.any(String),
      loginName: "owner@example.com",
      type: "member",
      status: "active",
    });
  });

  test("the audit log is filtered by time, actor, target and event", async () => {
    await using emulator = await startEmulator();
    const one = await makeClient(emulator, ["dns"]);
    await takeToken(emulator, one);
    await makeClient(emulator, ["dns"], undefined, emulator.roles.admin);
    const log = async (query: string, from = Date.now() - 60_000) => {
      const { body } = await as(emulator, emulator.apiKey)(
        "GET",
        `/logging/configuration?start=${new Date(from).toISOString()}&end=${new Date(Date.now() + 60_000).toISOString()}${query}`,
      );
      return body.logs?.map(({ target }: { target: { type: string } }) => target.type) ?? null;
    };
    expect(await log("")).toEqual(["API_KEY", "OAUTH_ACCESS_TOKEN", "API_KEY"]);
    expect(await log(`&target=${one.id.slice(1, 6)}`)).toEqual(["API_KEY"]);
    expect(await log("&target=access token&target=nothing")).toEqual(["OAUTH_ACCESS_TOKEN"]);
    expect(await log("&event=API_KEY.CREATE")).toEqual(["API_KEY", "API_KEY"]);
    expect(await log(`&actor=${one.id}`)).toEqual(["OAUTH_ACCESS_TOKEN"]);
    expect(await log("&actor=admin@example.com"), "a name without ~ is an id").toEqual(null);
    expect(await log("&actor=~ADMIN@")).toEqual(["API_KEY"]);
    expect(await log("&actor=~oauth cli")).toEqual(["OAUTH_ACCESS_TOKEN"]);
    expect(await log("", Date.now() + 30_000), "an empty log is null").toEqual(null);
    expect(
      (await as(emulator, emulator.apiKey)("GET", "/logging/configuration?start=yesterday&end=now"))
        .status,
    ).toBe(400);
  });
});

test("every answer of the API has a request id that support can find", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  const { id } = await makeClient(emulator, ["dns"]);
  emulator.control.addFault({
    path: "/users",
    effect: { kind: "answer", status: 403, body: '{"message":"of the plan"}' },
  });
  const answers = [
    await call("GET", `/keys/${id}`),
    await call("DELETE", `/keys/${id}`),
    await call("GET", "/keys/kNowhereCNTRL"),
    await call("GET", "/users"),
    await as(emulator, "nonsense")("GET", "/users"),
    await call("POST", "/oauth/token", ""),
    await call("POST", "/acl", " ".repeat(3 * 1024 * 1024)),
  ];
  const ids = answers.map(({ headers }) => headers.get("x-tailscale-request-id"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 403, 401, 401, 413]);
  for (const requestId of ids) expect(requestId).toMatch(/^REQ-\d{14}[0-9a-f]{16}$/);
  expect(new Set(ids).size).toBe(answers.length);
});

describe("requests that no well-behaved client sends", () => {
  test.each([
    ["GET", "/nowhere"],
    ["PATCH", "/keys"],
    ["DELETE", "/keys"],
    ["GET", "/keys/../users/../nowhere"],
    ["GET", "/keys/%2e%2e%2fusers"],
    ["GET", "/keys/%"],
  ])("a request %s %s is answered with 404 and a message", async (method, path) => {
    await using emulator = await startEmulator();
    const { status, body } = await as(emulator, emulator.apiKey)(method, path);
    expect(status).toBe(404);
    expect(body.message).toMatch(/\w/);
  });

  test("a body that is too large is refused, and the next request is served", async () => {
    await using emulator = await startEmulator();
    // fetch reads an answer that comes before all is sent.
    const refused = await fetch(`${emulator.url}/api/v2/tailnet/-/acl`, {
      method: "POST",
      headers: { authorization: `Bearer ${emulator.apiKey}` },
      body: " ".repeat(3 * 1024 * 1024),
    });
    expect(refused.status).toBe(413);
    expect((await users(emulator)).status).toBe(200);
  });

  test("a form field that is given twice is refused", async () => {
    await using emulator = await startEmulator();
    const body = `grant_type=client_credentials&client_id=${emulator.clientId}&client_secret=${emulator.clientSecret}&scope=dns&scope=all`;
    const response = await fetch(`${emulator.url}/api/v2/oauth/token`, { method: "POST", body });
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: "scope is given twice" },
    ]);
  });
});

describe("the control interface", () => {
  test("the control interface is separate from the API and needs its own token", async () => {
    await using emulator = await startEmulator();
    const { id } = await makeClient(emulator, ["dns"]);
    const control = (token: string, name: string, body: unknown) =>
      fetch(`${emulator.url}/control/${name}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    expect((await control(emulator.apiKey, "revoke", { id })).status).toBe(401);
    expect((await as(emulator, emulator.controlToken)("GET", "/users")).status).toBe(401);
    expect((await control(emulator.controlToken, "revoke", { id: "kNowhere" })).status).toBe(404);
    expect((await control(emulator.controlToken, "revoke", { name: id })).status).toBe(400);
    expect((await control(emulator.controlToken, "revoke", { id })).status).toBe(200);
    expect(emulator.control.activeCredentials()).toEqual([]);
    expect(
      (
        await control(emulator.controlToken, "advance-clock", {
          milliseconds: 91 * 24 * 60 * 60 * 1000,
        })
      ).status,
    ).toBe(200);
    expect((await users(emulator)).status).toBe(401);
  });

  test("a fault affects the requests that it names, as often as it says, and never the control interface", async () => {
    await using emulator = await startEmulator();
    emulator.control.addFault({
      method: "get",
      path: "/users",
      times: 2,
      after: 1,
      effect: { kind: "answer", status: 429, headers: { "retry-after": "7" } },
    });
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await users(emulator));
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect(answers[1]?.headers.get("retry-after")).toBe("7");

    emulator.control.addFault({ effect: { kind: "reset" } });
    emulator.control.clearFaults();
    expect((await users(emulator)).status).toBe(200);
  });

  test.each([
    ["reset", 0],
    ["lose-answer", 1],
    ["cut-answer", 1],
  ] as const)(
    "after the fault %s the client gets no answer, and %i credentials exist",
    async (kind, made) => {
      await using emulator = await startEmulator();
      emulator.control.addFault({ method: "POST", path: "/keys", effect: { kind } });
      await expect(makeClient(emulator, ["dns"])).rejects.toThrow();
      expect(emulator.control.activeCredentials()).toHaveLength(made);
      expect((await users(emulator)).status).toBe(200);
    },
  );

  test("the fault stall makes the request wait until its client gives up", async () => {
    await using emulator = await startEmulator();
    emulator.control.addFault({ path: "/users", effect: { kind: "stall" } });
    const giveUp = new AbortController();
    const stalled = fetch(`${emulator.url}/api/v2/tailnet/-/users`, {
      headers: { authorization: `Bearer ${emulator.apiKey}` },
      signal: giveUp.signal,
    });
    expect((await users(emulator)).status, "others are served meanwhile").toBe(200);
    giveUp.abort();
    await expect(stalled).rejects.toThrow();
  });

  test("a machine uses up a single-use key, and not a reusable one", async () => {
    await using emulator = await startEmulator();
    const call = as(emulator, emulator.apiKey);
    const [single, reusable] = [
      await call("POST", "/keys", { capabilities: { devices: {} } }),
      await call("POST", "/keys", { capabilities: { devices: { create: { reusable: true } } } }),
    ];
    for (const { body } of [single, reusable]) emulator.control.useAuthKey(body.id);
    expect((await call("GET", `/keys/${single.body.id}`)).body).toMatchObject({ invalid: true });
    expect((await call("GET", `/keys/${reusable.body.id}`)).body).not.toHaveProperty("invalid");
    expect(() => emulator.control.useAuthKey(single.body.id)).toThrow(
      "not an auth key that a machine can join with",
    );
  });
});
