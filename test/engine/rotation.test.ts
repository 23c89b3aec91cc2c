import { type Emulator, startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { takeToken } from "../contract/client";
import { newStack, type Stack } from "./stack";

const day = 24 * 60 * 60 * 1000;

/** Moves the clock of both sides. */
function timeTravel(emulator: Emulator, stack: Stack) {
  const start = Date.now();
  let passed = 0;
  return (days: number): void => {
    emulator.control.advanceClock(days * day - passed);
    passed = days * day;
    stack.set("TAILSCOPE_NOW", new Date(start + passed).toISOString());
  };
}

test("a due credential is replaced by the next up, new one first, and the preview shows the reason", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "CI runners", rotateEvery: "90d" });
     const key = new AuthKey("key", { tags: ["tag:ci"], mintedBy: ci, expiry: "30d", renewBefore: "7d" });
     const plain = new OAuthClient("plain", { scopes: ["dns"] });
     Object.assign(exports, { client: ci.clientId, key: key.keyId, clientRotates: ci.rotatesAt, keyRotates: key.rotatesAt, keyExpires: key.expiresAt });`,
  );
  const travelTo = timeTravel(emulator, stack);
  const first = await stack.deployed();
  expect(Date.parse(String(first["keyExpires"])) - Date.parse(String(first["keyRotates"]))).toBe(
    7 * day,
  );
  travelTo(24);
  expect(await stack.preview()).toEqual(["replace key"]);
  expect(stack.printed()).toMatch(
    /AuthKey \w+ is replaced: it has been due since [\dT:Z-]+, because it expires at [\dT:Z-]+, and renewBefore is 7d\./,
  );
  const second = await stack.deployed();
  expect(second).toMatchObject({ client: first["client"] });
  expect(second["key"]).not.toBe(first["key"]);

  travelTo(91);
  emulator.control.takeRequests();
  const third = await stack.deployed();
  expect(stack.printed()).toMatch(
    /OAuthClient \w+ \(CI runners\) is replaced: it has been due since [\dT:Z-]+, because it was created at [\dT:Z-]+, and rotateEvery is 90d\./,
  );
  expect(third["client"]).not.toBe(first["client"]);
  const writes = emulator.control
    .takeRequests()
    .filter(({ method, path }) => method !== "GET" && path.startsWith("/tailnet/"));
  expect(writes.at(-1), "the old client goes last").toEqual({
    method: "DELETE",
    path: `/tailnet/-/keys/${first["client"]}`,
  });
  expect(writes.findIndex(({ method }) => method === "POST")).toBeLessThan(
    writes.findIndex(({ method }) => method === "DELETE"),
  );
  expect(emulator.control.activeCredentials()).toHaveLength(3);
});

test("a rotating pair changes once a period, and a client that still has the previous secret keeps working", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `const { RotatingOAuthClient } = require("tailscope");
     const pair = new RotatingOAuthClient("pair", { every: "30d", anchor: new Date(${Date.now() - day}).toISOString(), scopes: ["dns"] });
     Object.assign(exports, { id: pair.clientId, secret: pair.clientSecret, previous: pair.previousClientId, changesAt: pair.changesAt });`,
  );
  const travelTo = timeTravel(emulator, stack);
  let seen: { id: string; key: string } | undefined;
  let failures = 0;
  let mostActive = 0;

  /** Deploys while the consumer keeps asking; it sees the new secret only after the run. */
  async function deploy(): Promise<Record<string, unknown>> {
    const running = stack.deployed();
    let isOver = false;
    const finished = running.finally(() => {
      isOver = true;
    });
    const consumer = (async () => {
      while (!isOver) {
        mostActive = Math.max(mostActive, emulator.control.activeCredentials().length);
        if (seen !== undefined) await takeToken(emulator, seen).catch(() => failures++);
        else await new Promise(setImmediate);
      }
    })();
    const made = await finished;
    await consumer;
    seen = { id: String(made["id"]), key: String(made["secret"]) };
    await takeToken(emulator, seen);
    return made;
  }

  const first = await deploy();
  expect(emulator.control.activeCredentials()).toHaveLength(2);
  emulator.control.takeRequests();
  travelTo(20);
  expect(await deploy()).toEqual(first);
  expect(
    emulator.control
      .takeRequests()
      .filter(({ method, path }) => method !== "POST" || !path.startsWith("/oauth/")),
  ).toEqual([]);

  travelTo(35);
  const second = await deploy();
  expect(second["previous"]).toBe(first["id"]);
  travelTo(65);
  const third = await deploy();
  expect(third["previous"]).toBe(second["id"]);
  expect(failures).toBe(0);

  // Three periods were missed: one run catches up.
  travelTo(160);
  const late = await stack.deployed();
  expect(
    emulator.control
      .activeCredentials()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([late["id"], late["previous"]].sort());
  expect(mostActive).toBe(2);
});

test("a rotating auth key has two valid keys at every moment", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    `const { RotatingAuthKey } = require("tailscope"); const pair = new RotatingAuthKey("runner", { every: "30d", expiry: "60d", tags: ["tag:ci"] });
     Object.assign(exports, { id: pair.keyId, previous: pair.previousKeyId });`,
  );
  const { id, previous } = await stack.deployed();
  expect(
    emulator.control
      .activeCredentials()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([id, previous].sort());
});
