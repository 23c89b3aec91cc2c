/**
 * Which tailnets `npm run test:tailnet` may use, and that it leaves them as they were whatever
 * happens.
 */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import type { Ask } from "../tailnet/wire.ts";
import { ask } from "./ask";
import { examineEmulator, examineThrowaway, inShort } from "./emulated-tailnet";

const others = ["admin", "it-admin", "network-admin", "billing-admin", "auditor", "member"];

/** Leaves the tailnet with one user and that user's token. */
function makeThrowaway(emulator: Emulator): void {
  for (const role of others) emulator.control.removeUser(`${role}@example.com`);
  emulator.control.revoke(emulator.clientId);
}

/** Makes a credential behind the run's back. */
async function create(emulator: Emulator, token: string, body: object): Promise<string> {
  const response = await fetch(`${emulator.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { id: string }).id;
}

describe("a tailnet is refused", () => {
  test.each([
    ["credentials of others", () => {}, /7 credentials of others: k\w+CNTRL ".*" and 2 more/],
    ["other users", () => {}, /7 users, and this token may not show what the others made/],
    [
      "a device",
      async (emulator: Emulator) => {
        makeThrowaway(emulator);
        const key = { capabilities: { devices: {} } };
        emulator.control.useAuthKey(await create(emulator, emulator.apiKey, key));
      },
      /^ {2}It has 1 device\.$/m,
    ],
    [
      "a credential whose description only looks like a test's",
      async (emulator: Emulator) => {
        makeThrowaway(emulator);
        const description = "tailscope testing";
        const client = { keyType: "client", scopes: ["dns"], description };
        await create(emulator, emulator.apiKey, client);
      },
      /It has 1 credential of others: k\w+CNTRL "tailscope testing"/,
    ],
  ])("a tailnet is refused for %s", async (_, prepare, message) => {
    await using emulator = await startEmulator({ strictness: { userTokensList: "all" } });
    await prepare(emulator);
    const before = emulator.control.activeCredentials();
    emulator.control.takeRequests();
    await expect(examineThrowaway(emulator)).rejects.toThrow(message);
    const requests = emulator.control.takeRequests();
    expect(requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(emulator.control.activeCredentials()).toEqual(before);
  });

  test("a tailnet is refused if the credential cannot see everything", async () => {
    await using emulator = await startEmulator();
    const self = { kind: "user", id: undefined, token: emulator.roles.member } as const;
    const seen = examineThrowaway(emulator, "owner", { self });
    await expect(seen).rejects.toThrow(
      /cannot see its credentials \(403 .*cannot see its devices \(403.*cannot see its users \(404/s,
    );
  });

  test("a tailnet is refused for what a client created and a user's token does not list", async () => {
    await using emulator = await startEmulator({ strictness: { userTokensList: "own" } });
    const response = await fetch(`${emulator.url}/api/v2/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ client_secret: emulator.clientSecret }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    const hidden = { keyType: "client", scopes: ["dns"], description: "hidden" };
    await create(emulator, access_token, hidden);
    makeThrowaway(emulator);
    await expect(examineThrowaway(emulator)).rejects.toThrow(
      /It has 1 credential of others: k\w+CNTRL "hidden"\./,
    );
    expect(emulator.control.activeCredentials()).toMatchObject([{ description: "hidden" }]);
  });

  test.each([
    ["another's", "another.example.com", /not take "another\.example\.com" for the tailnet of/],
    ["a dash", "-", /Write the tailnet's name or id/],
    ["nothing", "", /Write the tailnet's name or id/],
    ["a path", "../tailnet/-", /not take "\.\.\/tailnet\/-" for the tailnet of/],
  ])("a tailnet is refused if the name that approves it is %s", async (_, approved, message) => {
    await using emulator = await startEmulator();
    await expect(examineEmulator(emulator, "owner", { approved })).rejects.toThrow(message);
    expect(emulator.control.activeCredentials()).toEqual([]);
  });

  test("a tailnet is refused if the API accepts any name for it", async () => {
    await using emulator = await startEmulator();
    const asking: Ask = (input, init) => ask(input.replace(/\/tailnet\/[^/]+/, "/tailnet/-"), init);
    const seen = examineEmulator(emulator, "owner", { ask: asking });
    await expect(seen).rejects.toThrow("The API takes any name");
  });
});

describe("a tailnet that was not found to be a throwaway yet is left alone", () => {
  test("a tailnet is left alone if the run is interrupted while it looks at it", async () => {
    await using emulator = await startEmulator();
    const interruption = new AbortController();
    const asking: Ask = (input, init) => {
      interruption.abort();
      return ask(input, init);
    };
    const signal = interruption.signal;
    const done = await examineThrowaway(emulator, "owner", { ask: asking, interruption: signal });
    expect([done.isInterrupted, done.results, [...done.left]]).toEqual([true, [], []]);
    expect(emulator.control.takeRequests()).toHaveLength(1);
  });

  test("a tailnet is left alone if the API goes away between the first look and the second", async () => {
    await using emulator = await startEmulator();
    makeThrowaway(emulator);
    let isMade = false;
    const asking: Ask = async (input, init) => {
      if (isMade && init.method === "GET") throw new TypeError("no route");
      const got = await ask(input, init);
      isMade ||= init.method === "POST" && input.endsWith("/keys");
      return got;
    };
    await expect(examineThrowaway(emulator, "owner", { ask: asking })).rejects.toThrow("no route");
    expect(emulator.control.activeCredentials()).toEqual([]);
  });
});

describe("a tailnet is used", () => {
  test("a throwaway tailnet is used with a token of its user", async () => {
    await using emulator = await startEmulator();
    makeThrowaway(emulator);
    const got = inShort(await examineThrowaway(emulator));
    expect(got.get("put-keeps-the-secret")).toBe("confirmed");
  });

  test("a throwaway tailnet is used with an OAuth client, whoever its users are", async () => {
    await using emulator = await startEmulator();
    for (const role of ["owner", ...others]) emulator.control.removeUser(`${role}@example.com`);
    const got = inShort(await examineThrowaway(emulator, "client"));
    expect(got.get("put-keeps-the-secret")).toBe("confirmed");
  });

  test("a tailnet is used if it is named by its name or by its id", async () => {
    await using emulator = await startEmulator();
    const users = await fetch(`${emulator.url}/api/v2/tailnet/-/users`, {
      headers: { authorization: `Bearer ${emulator.apiKey}` },
    });
    const { users: list } = (await users.json()) as { users: { tailnetId: string }[] };
    for (const approved of [emulator.tailnet, String(list[0]?.tailnetId)])
      await examineEmulator(emulator, "owner", { approved, writes: false });
  });
});

describe("nothing is left", () => {
  test.each(["owner", "client"] as const)(
    "nothing is left if answers to creates are lost, as the %s",
    async (asker) => {
      await using emulator = await startEmulator({ strictness: "strict" });
      let creates = 0;
      const asking: Ask = async (input, init) => {
        const got = await ask(input, init);
        if (init.method !== "POST" || !input.endsWith("/keys")) return got;
        creates++;
        if (creates % 4 === 0) throw new TypeError("the answer is lost");
        return got;
      };
      const done = await examineEmulator(emulator, asker, { ask: asking });
      const outcomes = [...inShort(done).values()];
      expect(outcomes.some((outcome) => outcome === "failed: the answer is lost")).toBe(true);
      expect(outcomes.some((outcome) => outcome === "contradicted")).toBe(false);
      expect([...done.left]).toEqual([]);
      expect(emulator.control.activeCredentials()).toEqual([]);
    },
  );

  test("a run says what is left if the API goes away for good", async () => {
    await using emulator = await startEmulator();
    let creates = 0;
    const asking: Ask = (input, init) => {
      if (creates === 20) return Promise.reject(new TypeError("no route"));
      if (init.method === "POST" && input.endsWith("/keys")) creates++;
      return ask(input, init);
    };
    const done = await examineEmulator(emulator, "owner", { ask: asking });
    const last = [...inShort(done).values()].at(-20);
    expect(last).toBe("failed: given up: the API does not answer");
    const left = emulator.control.activeCredentials().map(({ id }) => id);
    expect([...done.left.keys()].sort()).toEqual(left.sort());
    expect([...done.left.values()]).toContain("no route");
  });
});

test("a run waits as long as the API says when it is rate-limited", async () => {
  await using emulator = await startEmulator({ strictness: "lenient" });
  const limit = { status: 429, headers: { "retry-after": "7" } };
  emulator.control.addFault({ times: 4, after: 30, effect: { kind: "answer", ...limit } });
  const slept: number[] = [];
  const clock = {
    now: Date.now,
    async sleep(milliseconds: number) {
      slept.push(milliseconds);
    },
  };
  const got = inShort(await examineEmulator(emulator, "owner", { clock }));
  expect(slept).toEqual([7000, 7000, 7000, 7000]);
  expect([...got.values()].filter((outcome) => /^(contradicted|failed)/.test(outcome))).toEqual([]);
});
