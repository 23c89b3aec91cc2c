/**
 * The engine, and the provider process, are killed at every request of an `up`, a refresh and a
 * destroy of ten credentials, before and after it took effect. Then a person does what Pulumi asks
 * for, and at the end the declared set is active; whatever is active beside it is named by
 * `tailscope inventory --unmanaged`.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../contract/run-command";
import { newStack, type Stack } from "../engine/stack";

const program = `
for (let index = 0; index < 4; index++) new OAuthClient("client-" + index, { scopes: ["dns"], description: "client " + index });
for (let index = 0; index < 3; index++) new AuthKey("key-" + index, { tags: ["tag:ci"], reusable: true, description: "key " + index });
for (let index = 0; index < 3; index++)
  new FederatedIdentity("identity-" + index, { scopes: ["dns"], issuer: "https://i.example.com", subject: "me", description: "identity " + index });
`;

const operations = {
  up: {
    args: ["up", "--yes", "--skip-preview"],
    requests: 14,
    isDeployedBefore: false,
    declared: 10,
  },
  refresh: {
    args: ["refresh", "--yes", "--run-program", "--skip-preview"],
    requests: 2,
    isDeployedBefore: true,
    declared: 10,
  },
  destroy: {
    args: ["destroy", "--yes", "--skip-preview", "--run-program"],
    requests: 11,
    isDeployedBefore: true,
    declared: 0,
  },
} as const;

const victims = ["engine", "provider"] as const;
const moments = ["before", "after"] as const;

const counts = { runs: 0, orphans: 0 };

/**
 * Every request of an operation: the last of these may come after the operation's own last, which
 * then just ends.
 */
const cells = Object.keys(operations).flatMap((name) =>
  victims.flatMap((victim) =>
    moments.flatMap((moment) =>
      Array.from({ length: operations[name as keyof typeof operations].requests }, (_, index) => ({
        name: name as keyof typeof operations,
        victim,
        moment,
        index,
      })),
    ),
  ),
);

describe.concurrent("killed", () => {
  test.each(cells)(
    "$name recovers if the $victim is killed $moment request $index took effect",
    async ({ name, victim, moment, index }) => {
      const operation = operations[name];
      await using emulator = await startEmulator();
      await using stack = await newStack(emulator, program);
      // What stalls does so until somebody is killed.
      stack.set("TAILSCOPE_TIMEOUT", "10m");
      if (operation.isDeployedBefore) await stack.up();
      emulator.control.takeRequests();
      emulator.control.addFault({
        after: index,
        effect: { kind: moment === "before" ? "stall" : "stall-answer" },
      });
      const started = stack.start(...operation.args, "--parallel=1");
      await requestsSeen(emulator, index + 1);
      kill(started.process.pid ?? 0, victim);
      const { code, text } = await started.ended;
      expect(code, text).not.toBe(0);
      emulator.control.clearFaults();

      if (victim === "engine") await stack.pulumi(["cancel", "--yes"]);
      await (operation.declared === 0 ? stack.destroy() : stack.up());

      const { credentials, text: exported } = await stack.state();
      const managed = Object.values(credentials).map(({ id = "" }) => id);
      const active = emulator.control.activeCredentials().map(({ id }) => id);
      expect(managed).toHaveLength(operation.declared);
      expect(managed.filter((id) => !active.includes(id))).toEqual([]);
      const orphans = active.filter((id) => !managed.includes(id));
      // Only what one create made without anybody's learning of it.
      expect(orphans.length).toBeLessThanOrEqual(name === "up" && moment === "after" ? 1 : 0);
      expect(await unmanaged(stack, emulator, exported)).toEqual(orphans);
      counts.runs++;
      counts.orphans += orphans.length;
    },
  );
});

afterAll(() =>
  console.log(
    `${counts.runs} kills; ${counts.orphans} left a credential that the state does not know, each named by inventory`,
  ),
);

async function requestsSeen(emulator: Emulator, wanted: number): Promise<void> {
  let seen = 0;
  for (let waited = 0; waited < 60_000; waited += 20) {
    seen += emulator.control.takeRequests().length;
    // What takes effect does so at once; its answer is what stalls.
    if (seen >= wanted) return void (await delay(50));
    await delay(20);
  }
  throw new Error(`only ${seen} requests were made, not ${wanted}`);
}

/** SIGKILL, for the engine or for the dynamic-provider process below it. */
function kill(engine: number, victim: (typeof victims)[number]): void {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const processes = lines.flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const below = new Set([engine]);
  for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  const provider = processes.find(
    ({ pid, command }) => below.has(pid) && command.includes("cmd/dynamic-provider/index.js"),
  );
  if (provider === undefined) throw new Error("the provider process was not found");
  if (victim === "engine") process.kill(engine, "SIGKILL");
  // With the engine it goes, too, as when the machine does: it would carry on with what nobody
  // waits for.
  process.kill(provider.pid, "SIGKILL");
}

/** What `tailscope inventory --unmanaged` names, but the credentials of the start. */
async function unmanaged(stack: Stack, emulator: Emulator, exported: string): Promise<string[]> {
  const file = join(stack.folder, "exported.json");
  writeFileSync(file, exported);
  const { stdout, stderr } = await run(["inventory", "--unmanaged", "--state", file, "--json"], {
    TAILSCALE_BASE_URL: emulator.url,
    TAILSCALE_API_KEY: emulator.apiKey,
  });
  expect(stderr).toBe("");
  const { credentials } = JSON.parse(stdout) as { credentials: { id: string; kind: string }[] };
  return credentials
    .filter(({ id, kind }) => id !== emulator.clientId && kind !== "ApiAccessToken")
    .map(({ id }) => id);
}
