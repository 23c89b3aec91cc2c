import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as, makeClient, takeToken } from "./client";

const policy = `{
  // who may give which tag
  "tagOwners": { "tag:web": ["group:ops"], },
  "groups": { "group:ops": ["ann@example.com"] },
  "acls": [{ "action": "accept", "src": ["group:ops"], "dst": ["tag:web:443"] }],
  "tests": [{ "src": "ann@example.com", "accept": ["tag:web:443"], "deny": ["tag:web:22"] }],
}`;

test("the policy file is served as JSON or as written, with an ETag that a change must match", async () => {
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

test("a policy file that cannot be read, or whose tests fail, changes nothing", async () => {
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
  expect(await call("POST", "/acl/validate", policy)).toMatchObject({ status: 200, body: {} });
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
  ).toMatchObject({ status: 200, body: {} });
});

test.each([
  ["nothing", " ", 400, { message: "unexpected end of JSON input" }],
  ["an empty policy", "{}", 200, {}],
  ["no tests", "[]", 200, {}],
  [
    "a rule for a tag that nobody defines",
    '{ "acls": [{ "action": "accept", "src": ["tag:nowhere"], "dst": ["*:*"] }] }',
    200,
    { message: 'src=tag not found: "tag:nowhere"' },
  ],
  ["text that is not HuJSON", "{ nonsense", 200, { message: expect.stringContaining("line 1") }],
])("a validation of %s is answered as measured", async (_, text, status, body) => {
  await using emulator = await startEmulator();
  const answer = await as(emulator, emulator.apiKey)("POST", "/acl/validate", text);
  expect(answer).toMatchObject({ status, body });
});

test.each([
  ["GET", "/acl", undefined, "policy_file:read"],
  ["POST", "/acl", policy, "policy_file"],
  ["POST", "/acl/validate", policy, "policy_file:read"],
] as const)(
  "%s %s needs two device scopes in addition to the policy file's, and the refusal names none",
  async (method, path, body, scope) => {
    await using emulator = await startEmulator({ policy });
    const needed = [scope, "devices:core:read", "devices:posture_attributes:read"];
    const answers = [];
    for (const scopes of [
      needed,
      ...needed.map((one) => needed.filter((other) => other !== one)),
    ]) {
      const { access_token } = await takeToken(emulator, await makeClient(emulator, scopes));
      answers.push(await as(emulator, access_token)(method, path, body));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403]);
    for (const { body } of answers.slice(1))
      expect(body.message).toBe(
        "calling actor does not have enough permissions to perform this function",
      );
  },
);

test.each([
  [
    "a user whom only the test names may be a stranger",
    { src: ["autogroup:member"] },
    { src: "eve@elsewhere.example", deny: ["tag:web:22"] },
    200,
  ],
  [
    "a user whom a group names is a member",
    { src: ["autogroup:member"] },
    { src: "ann@example.com", deny: ["tag:web:22"] },
    400,
  ],
  [
    "a role that nobody knows may be anybody's",
    { src: ["autogroup:admin"] },
    { src: "ann@example.com", accept: ["tag:web:22"] },
    200,
  ],
  [
    "a role of the emulator's own users is known",
    { src: ["autogroup:auditor"] },
    { src: "admin@example.com", accept: ["tag:web:22"] },
    400,
  ],
  [
    "a destination's address may be any machine's",
    { src: ["ann@example.com"] },
    { src: "ann@example.com", accept: ["100.64.3.4:22"] },
    200,
  ],
])(
  "a test of the policy file passes if it depends on unknown data: %s",
  async (_, rule, asserted, status) => {
    await using emulator = await startEmulator();
    const text = JSON.stringify({
      tagOwners: { "tag:web": [] },
      groups: { "group:ops": ["ann@example.com"] },
      grants: [{ dst: ["tag:web"], ip: ["tcp:22"], ...rule }],
      tests: [asserted],
    });
    expect(await as(emulator, emulator.apiKey)("POST", "/acl", text)).toMatchObject({ status });
  },
);

test("names of sections and fields are read in any case, and in their older spellings", async () => {
  await using emulator = await startEmulator();
  const text = `{
    "TagOwners": { "tag:web": [] },
    "ACLs": [{ "Action": "accept", "Users": ["ann@example.com"], "Ports": ["tag:web:22"] }],
    "Tests": [{ "User": "ann@example.com", "Allow": ["tag:web:22"], "Deny": ["tag:web:23"] }],
  }`;
  const call = as(emulator, emulator.apiKey);
  expect(await call("POST", "/acl", text)).toMatchObject({ status: 200 });
  expect(await call("POST", "/acl", text.replace(":23", ":22"))).toMatchObject({ status: 400 });
});

test("a stored policy file that Tailscale now refuses is still the tailnet's own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-policy-"));
  try {
    const data = join(folder, "tailnet.json");
    await (await startEmulator({ data, policy })).close();
    // As an earlier release took it.
    const stored = readFileSync(data, "utf8").replaceAll("tag:web:443", "tag:api:443");
    expect(stored).toContain("tag:api:443");
    writeFileSync(data, stored);
    await using emulator = await startEmulator({ data });
    const call = as(emulator, emulator.apiKey);
    const { status, body } = await call("GET", "/acl");
    expect([status, body.acls[0].dst]).toEqual([200, ["tag:api:443"]]);
    expect(await call("POST", "/acl", JSON.stringify(body))).toMatchObject({
      status: 400,
      body: { message: 'dst=tag not found: "tag:api"' },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
