import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as } from "./client";

const policy = `{
  // who may give which tag
  "tagOwners": { "tag:web": ["group:ops"], },
  "groups": { "group:ops": ["ann@example.com"] },
  "acls": [{ "action": "accept", "src": ["group:ops"], "dst": ["tag:web:443"] }],
  "tests": [{ "src": "ann@example.com", "accept": ["tag:web:443"], "deny": ["tag:web:22"] }],
}`;

test("the policy file comes as JSON or as it was written, with an ETag that a change must match", async () => {
  await using emulator = await startEmulator({ policy });
  const call = as(emulator, emulator.apiKey);
  const json = await call("GET", "/acl");
  expect(json.body.tagOwners).toEqual({ "tag:web": ["group:ops"] });
  const etag = json.headers.get("etag") ?? "";
  const hujson = await call("GET", "/acl", undefined, { accept: "application/hujson" });
  expect(hujson.body).toBe(policy);
  expect(hujson.headers.get("content-type")).toMatch("application/hujson");
  expect(hujson.headers.get("etag")).toBe(etag);
  const details = await call("GET", "/acl?details=true");
  expect(Buffer.from(details.body.acl, "base64").toString()).toBe(policy);

  const changed = policy
    .replace('tag:web:443"] }]', 'tag:web:*"] }]')
    .replace('"deny": ["tag:web:22"]', '"deny": ["tag:db:22"]');
  expect(await call("POST", "/acl", changed, { "if-match": '"old"' })).toMatchObject({
    status: 412,
    body: { message: "precondition failed, invalid old hash" },
  });
  expect((await call("POST", "/acl", changed, { "if-match": '"ts-default"' })).status).toBe(412);
  const written = await call("POST", "/acl", changed, { "if-match": etag });
  expect(written.status).toBe(200);
  expect(written.headers.get("etag")).not.toBe(etag);
  expect((await call("POST", "/acl", policy, { "if-match": etag })).status).toBe(412);
  expect((await call("POST", "/acl", policy)).status).toBe(200);
});

test('"ts-default" matches a policy file that nobody has written yet', async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  expect((await call("POST", "/acl", policy, { "if-match": '"ts-default"' })).status).toBe(200);
  expect((await call("POST", "/acl", policy, { "if-match": '"ts-default"' })).status).toBe(412);
});

test("a policy file with failing tests, or that cannot be read, changes nothing", async () => {
  await using emulator = await startEmulator({ policy });
  const call = as(emulator, emulator.apiKey);
  const failing = policy.replace('"deny": ["tag:web:22"]', '"deny": ["tag:web:443"]');
  const failure = {
    message: "test(s) failed",
    data: [{ user: "ann@example.com", errors: [expect.stringContaining("tag:web:443")] }],
  };
  expect(await call("POST", "/acl", failing)).toMatchObject({ status: 400, body: failure });
  expect((await call("POST", "/acl", "{ nonsense")).status).toBe(400);
  expect((await call("GET", "/acl", undefined, { accept: "application/hujson" })).body).toBe(
    policy,
  );

  expect(await call("POST", "/acl/validate", failing)).toMatchObject({
    status: 200,
    body: failure,
  });
  expect(await call("POST", "/acl/validate", policy)).toMatchObject({
    status: 200,
    body: undefined,
  });
  expect(
    await call("POST", "/acl/validate", '[{ "src": "ann@example.com", "deny": ["tag:web:443"] }]'),
  ).toMatchObject({
    status: 200,
    body: failure,
  });
  expect(
    await call(
      "POST",
      "/acl/validate",
      '[{ "src": "ann@example.com", "accept": ["tag:web:443"] }]',
    ),
  ).toMatchObject({
    status: 200,
    body: undefined,
  });
});
