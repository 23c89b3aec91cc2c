import { type Control, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";
import { tailscope } from "./tailscope";

const minute = 60_000;

/** What somebody does behind Pulumi's back, and what the next `up --refresh` plans for it. */
const table: readonly {
  name: string;
  program: string;
  outside?: (control: Control, id: string) => void;
  plan: "create" | "update" | "nothing";
}[] = [
  { name: "untouched", program: 'OAuthClient(NAME, { scopes: ["dns"] })', plan: "nothing" },
  {
    name: "revoked-client",
    program: 'OAuthClient(NAME, { scopes: ["dns"] })',
    outside: (control, id) => control.revoke(id),
    plan: "create",
  },
  {
    name: "erased-client",
    program: 'OAuthClient(NAME, { scopes: ["dns"] })',
    outside: (control, id) => control.erase(id),
    plan: "create",
  },
  {
    name: "client-with-more-scopes",
    program: 'OAuthClient(NAME, { scopes: ["dns"] })',
    outside: (control, id) => control.change(id, { scopes: ["dns", "policy_file"] }),
    plan: "update",
  },
  {
    name: "client-with-scopes-in-another-order",
    program: 'OAuthClient(NAME, { scopes: ["dns", "users:read"] })',
    outside: (control, id) => control.change(id, { scopes: ["users:read", "dns"] }),
    plan: "nothing",
  },
  {
    name: "client-with-another-tag",
    program: 'OAuthClient(NAME, { scopes: ["dns"], tags: ["tag:ci"] })',
    outside: (control, id) => control.change(id, { tags: ["tag:prod"] }),
    plan: "update",
  },
  {
    name: "client-without-description",
    program: 'OAuthClient(NAME, { scopes: ["dns"], description: "mine" })',
    outside: (control, id) => control.change(id, { description: "" }),
    plan: "update",
  },
  {
    name: "client-with-a-description-we-would-refuse",
    program: 'OAuthClient(NAME, { scopes: ["dns"] })',
    outside: (control, id) => control.change(id, { description: "theirs_now!" }),
    plan: "update",
  },
  {
    name: "revoked-identity",
    program: "FederatedIdentity(NAME, identity)",
    outside: (control, id) => control.revoke(id),
    plan: "create",
  },
  {
    name: "identity-for-everybody",
    program: "FederatedIdentity(NAME, identity)",
    outside: (control, id) => control.change(id, { subject: "*", customClaimRules: { ref: "*" } }),
    plan: "update",
  },
  {
    name: "revoked-reusable-key",
    program: "AuthKey(NAME, { ...key, reusable: true })",
    outside: (control, id) => control.revoke(id),
    plan: "create",
  },
  {
    name: "expired-reusable-key",
    program: 'AuthKey(NAME, { ...key, reusable: true, expiry: "5m" })',
    plan: "create",
  },
  {
    name: "erased-single-use-key",
    program: "AuthKey(NAME, key)",
    outside: (control, id) => control.erase(id),
    plan: "nothing",
  },
  {
    name: "used-single-use-key",
    program: "AuthKey(NAME, key)",
    outside: (control, id) => control.useAuthKey(id),
    plan: "nothing",
  },
  {
    name: "used-single-use-key-always-wanted",
    program: 'AuthKey(NAME, { ...key, recreateIfInvalid: "always" })',
    outside: (control, id) => control.useAuthKey(id),
    plan: "create",
  },
  {
    name: "revoked-reusable-key-never-wanted-again",
    program: 'AuthKey(NAME, { ...key, reusable: true, recreateIfInvalid: "never" })',
    outside: (control, id) => control.revoke(id),
    plan: "nothing",
  },
  {
    name: "erased-reusable-key-never-wanted-again",
    program: 'AuthKey(NAME, { ...key, reusable: true, recreateIfInvalid: "never" })',
    outside: (control, id) => control.erase(id),
    plan: "nothing",
  },
  {
    name: "erased-reusable-key",
    program: "AuthKey(NAME, { ...key, reusable: true })",
    outside: (control, id) => control.erase(id),
    plan: "create",
  },
];

test("after every kind of outside change `up --refresh` plans how to undo it, and `drift` reports exactly that", async () => {
  await using emulator = await startEmulator();
  const lines = table.map(
    ({ name, program }) => `new ${program.replace("NAME", JSON.stringify(name))};`,
  );
  await using stack = await newStack(
    emulator,
    `const key = { tags: ["tag:ci"] };
     const identity = { issuer: "https://issuer.example.com", subject: "me", scopes: ["dns"] };
     ${lines.join("\n")}`,
  );
  await stack.up();
  const { credentials } = await stack.state();
  const declared = emulator.control.activeCredentials();
  for (const { name, outside } of table) outside?.(emulator.control, credentials[name]?.id ?? "");
  emulator.control.advanceClock(10 * minute);

  const planned = await stack.preview("--refresh");
  const expected = table
    .filter(({ plan }) => plan !== "nothing")
    .map(({ name, plan }) => `${plan} ${name}`);
  expect(planned.sort()).toEqual(expected.sort());
  const compared = await tailscope(stack, ["drift", "--json"]);
  const told = (JSON.parse(compared.stdout).drift as { urn: string; what: string }[]).map(
    ({ urn, what }) => `${what === "changed" ? "update" : "create"} ${urn.split("::").at(-1)}`,
  );
  expect(told.sort()).toEqual(expected.sort());

  await stack.up("--refresh");
  await stack.up("--refresh", "--expect-no-changes");
  const spent = [
    "used-single-use-key",
    "erased-single-use-key",
    "revoked-reusable-key-never-wanted-again",
    "erased-reusable-key-never-wanted-again",
  ].map((name) => credentials[name]?.id);
  const timeless = (list: typeof declared) =>
    list
      .filter(({ id }) => !spent.includes(id))
      .map(({ id, created, updated, expires, audience, ...rest }) =>
        JSON.stringify({ ...rest, scopes: rest.scopes?.toSorted() }),
      )
      .sort();
  expect(timeless(emulator.control.activeCredentials())).toEqual(timeless(declared));
});

test("a change of a client that is gone, or a delete without any trace, says to refresh", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'new OAuthClient("ci", { scopes: ["dns"] }); new OAuthClient("other", { scopes: ["dns"] });',
  );
  await stack.up();
  const { credentials } = await stack.state();
  emulator.control.revoke(credentials["ci"]?.id ?? "");
  emulator.control.erase(credentials["other"]?.id ?? "");

  stack.write('new OAuthClient("ci", { scopes: ["users:read"] });');
  expect(await stack.failingUp()).toContain("`pulumi up --refresh` notices that, and recreates it");
  const { code, text } = await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(code).not.toBe(0);
  expect(text).toContain("If it really is gone, run the same command with --refresh");
  const args = ["destroy", "--yes", "--skip-preview", "--refresh", "--suppress-progress"];
  expect((await stack.pulumi(args)).code).toBe(0);
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test.each([
  ["with a refresh", ["--refresh"]],
  ["without one", []],
])(
  "a key that was never to be recreated, and now always is, is replaced in one run %s",
  async (_, options) => {
    await using emulator = await startEmulator();
    const fates: Record<string, (id: string) => void> = {
      revoked: emulator.control.revoke,
      erased: emulator.control.erase,
      used: emulator.control.useAuthKey,
      active: () => {},
    };
    const program = (wanted: string) => `
      const key = { tags: ["tag:ci"], recreateIfInvalid: "${wanted}" };
      for (const name of ${JSON.stringify(Object.keys(fates))}) new AuthKey(name, key);`;
    await using stack = await newStack(emulator, program("never"));
    await stack.up();
    const before = (await stack.state()).credentials;
    for (const [name, happens] of Object.entries(fates)) happens(before[name]?.id ?? "");
    expect(await stack.preview(...options)).toEqual([]);

    stack.write(program("always"));
    await stack.up(...options);
    const after = (await stack.state()).credentials;
    const isKept = (name: string) => after[name]?.id === before[name]?.id;
    expect(Object.keys(fates).filter(isKept)).toEqual(["active"]);
    expect(emulator.control.activeCredentials()).toHaveLength(Object.keys(fates).length);
    await stack.up("--refresh", "--expect-no-changes");
  },
);

test("a destroy succeeds if Tailscale cannot revoke what is already revoked, and fails if the credential is active", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `new OAuthClient("client", { scopes: ["dns"] });
     new AuthKey("key", { tags: ["tag:ci"] });
     new FederatedIdentity("identity", { issuer: "https://ci.example.com", subject: "me", scopes: ["dns"] });
     new OAuthClient("alive", { scopes: ["dns"] });`,
  );
  await stack.up();
  const { alive, ...others } = (await stack.state()).credentials;
  for (const { id = "" } of Object.values(others)) emulator.control.revoke(id);
  emulator.control.addFault({
    method: "DELETE",
    times: 1000,
    effect: { kind: "answer", status: 500, body: '{"message":"internal error"}' },
  });
  const args = ["destroy", "--yes", "--skip-preview", "--suppress-progress", "--continue-on-error"];
  const { code, text } = await stack.pulumi(args);
  expect(code).not.toBe(0);
  expect(text).toContain(`revoke the OAuth client ${alive?.id}`);
  expect(Object.keys((await stack.state()).credentials)).toEqual(["alive"]);
  emulator.control.clearFaults();
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});
