/** Who may give which tags: the trap that people fall into most. */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as, makeClient, refusedToken, takeToken } from "./client";

const policy = JSON.stringify({
  tagOwners: {
    "tag:a": [],
    "tag:b": [],
    "tag:self": ["tag:self"],
    "tag:parent": [],
    "tag:child": ["tag:parent"],
    "tag:grandchild": ["tag:child"],
    "tag:theirs": ["group:ops"],
  },
  groups: { "group:ops": ["it-admin@example.com"] },
});

const authKey = (...tags: string[]) => ({ capabilities: { devices: { create: { tags } } } });

test.each([
  {
    client: ["tag:a", "tag:b"],
    key: ["tag:b", "tag:a"],
    permitted: true,
    why: "the exact set, in any order",
  },
  { client: ["tag:a", "tag:b"], key: ["tag:a"], permitted: false, why: "a part of the set" },
  {
    client: ["tag:a", "tag:self"],
    key: ["tag:self"],
    permitted: true,
    why: "a part that owns itself",
  },
  {
    client: ["tag:parent"],
    key: ["tag:child"],
    permitted: true,
    why: "a tag that the client's tag owns",
  },
  {
    client: ["tag:parent"],
    key: ["tag:parent", "tag:child"],
    permitted: false,
    why: "the exact set and an owned tag beside it",
  },
  { client: ["tag:parent"], key: ["tag:grandchild"], permitted: false, why: "an owner's owner" },
  { client: ["tag:a"], key: ["tag:b"], permitted: false, why: "another tag" },
  {
    client: ["tag:a"],
    key: ["tag:a", "tag:nowhere"],
    permitted: false,
    why: "a tag that the policy file does not define",
  },
])(
  "whether a client with $client can create a key with $key: $permitted ($why)",
  async ({ client, key, permitted }) => {
    await using emulator = await startEmulator({ policy });
    const { access_token } = await takeToken(
      emulator,
      await makeClient(emulator, ["auth_keys", "oauth_keys"], client),
    );
    for (const body of [
      authKey(...key),
      { keyType: "client", scopes: ["oauth_keys:read"], tags: key },
    ]) {
      expect(await as(emulator, access_token)("POST", "/keys", body)).toMatchObject(
        permitted
          ? { status: 200 }
          : {
              status: 400,
              body: { message: `requested tags [${key.join(" ")}] are invalid or not permitted` },
            },
      );
    }
  },
);

test("a user gives the tags that the user owns, an admin gives every defined tag, and nobody gives an undefined one", async () => {
  await using emulator = await startEmulator({ policy });
  const it = as(emulator, emulator.roles["it-admin"]);
  expect((await it("POST", "/keys", authKey("tag:theirs"))).status).toBe(200);
  expect((await it("POST", "/keys", authKey("tag:a"))).status).toBe(400);
  const owner = as(emulator, emulator.apiKey);
  expect((await owner("POST", "/keys", authKey("tag:a", "tag:theirs"))).status).toBe(200);
  expect((await owner("POST", "/keys", authKey("tag:nowhere"))).status).toBe(400);
});

test("a token is narrowed to tags that the client's tags own, and only with a device scope", async () => {
  await using emulator = await startEmulator({ policy });
  const parent = await makeClient(emulator, ["auth_keys", "dns"], ["tag:parent"]);
  const token = await takeToken(emulator, parent, { scope: "auth_keys", tags: "tag:child" });
  expect(token["tags"]).toBe("tag:child");
  const call = as(emulator, token.access_token);
  expect((await call("POST", "/keys", authKey("tag:child"))).status).toBe(200);
  expect((await call("POST", "/keys", authKey("tag:parent"))).status).toBe(400);

  const grant = {
    grant_type: "client_credentials",
    client_id: parent.id,
    client_secret: parent.key,
  };
  expect(await refusedToken(emulator, { ...grant, tags: "tag:parent tag:a" })).toEqual([
    400,
    "requested tags [tag:parent tag:a] are invalid or not permitted",
  ]);
  expect((await refusedToken(emulator, { ...grant, scope: "dns", tags: "tag:child" }))[0]).toBe(
    400,
  );

  const all = await takeToken(
    emulator,
    { id: emulator.clientId, key: emulator.clientSecret },
    { tags: "tag:a" },
  );
  expect((await as(emulator, all.access_token)("POST", "/keys", authKey("tag:a"))).status).toBe(
    200,
  );
  expect((await as(emulator, all.access_token)("POST", "/keys", authKey("tag:b"))).status).toBe(
    400,
  );
});

test.each([
  [true, 200],
  [false, 400],
])(
  "a client with the scope all gives every defined tag, and its narrowed token only if that is so: %s",
  async (narrowedAllGivesAnyTag, status) => {
    await using emulator = await startEmulator({ policy, strictness: { narrowedAllGivesAnyTag } });
    const client = { id: emulator.clientId, key: emulator.clientSecret };
    const tagged = async (asked: Parameters<typeof takeToken>[2], ...tags: string[]) => {
      const { access_token } = await takeToken(emulator, client, asked);
      return (await as(emulator, access_token)("POST", "/keys", authKey(...tags))).status;
    };
    expect(await tagged({}, "tag:a", "tag:child")).toBe(200);
    expect(await tagged({ scope: "auth_keys" }, "tag:a", "tag:child")).toBe(status);
    expect(await tagged({ scope: "auth_keys" }, "tag:nowhere")).toBe(400);
    const asked = { scope: "auth_keys", tags: "tag:a tag:child" };
    expect(await tagged(asked, "tag:a", "tag:child"), "tags that were asked for").toBe(200);
  },
);

test.each(["auth_keys", "devices:core"])("a credential with %s must have tags", async (scope) => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  expect((await call("POST", "/keys", { keyType: "client", scopes: [scope] })).status).toBe(400);
  expect(
    (await call("POST", "/keys", { keyType: "client", scopes: [`${scope}:read`] })).status,
  ).toBe(200);
});
