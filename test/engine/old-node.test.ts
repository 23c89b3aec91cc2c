/** The provider process on a Node that is too old: this Node, under the version of another. */

import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("a provider process on an old Node says which Node it needs, and sends nothing", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });');
  stack.save(
    "disguise.cjs",
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.5" } });',
  );
  // The program is served by this process: of the two, the provider process alone is so old.
  stack.set("NODE_OPTIONS", `--require ${join(stack.folder, "disguise.cjs")}`);
  const { code, text } = await stack.attempt();
  expect(code).not.toBe(0);
  expect(text).toContain("Tailscope needs Node 22.19.0 or later, and this is Node 20.19.5");
  expect(text).not.toContain("reading 'bind'");
  expect(emulator.control.takeRequests()).toEqual([]);
});
