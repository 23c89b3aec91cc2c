/** `tailscope review --tailnet-policy`: the one option by which a review asks the tailnet. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { previewOf, step } from "../unit/a-preview";
import { makeClient } from "./client";
import { run } from "./run-command";

const policyOf = (owners: string[]) =>
  JSON.stringify({
    tagOwners: { "tag:ci": [], "tag:web": owners, "tag:db": [] },
    grants: [{ src: ["tag:web"], dst: ["tag:db"], ip: ["tcp:5432"] }],
  });
const ci = { scopes: ["auth_keys"], tags: ["tag:ci"] };
const unchanged = previewOf(step("same", "OAuthClient", "ci", ci, ci));

let emulator: Emulator;
let folder = "";
let wider = "";

beforeAll(async () => {
  emulator = await startEmulator({ policy: policyOf([]) });
  folder = mkdtempSync(join(tmpdir(), "tailscope-tailnet-policy-"));
  wider = join(folder, "policy.hujson");
  writeFileSync(wider, policyOf(["tag:ci"]));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await emulator.close();
});

function review(args: string[], environment: Record<string, string> = {}) {
  const env = { TAILSCALE_BASE_URL: emulator.url, TAILSCALE_API_KEY: emulator.apiKey };
  return run(["review", ...args], { ...env, ...environment }, unchanged, folder);
}

test("--tailnet-policy compares the given file with the tailnet's, and sends only that request", async () => {
  emulator.control.takeRequests();
  const args = ["--tailnet-policy", "--policy", wider, "--fail-on", "reach"];
  const { code, stdout, stderr } = await review(args);
  expect(stdout).toContain("+ tag:db:5432 (tcp) (as tag:web, owned by tag:ci)");
  expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
  expect(emulator.control.takeRequests()).toEqual([
    { method: "GET", path: "/tailnet/-/acl?details=true" },
  ]);
});

test("--tailnet-policy uses the tailnet's file before and after the change if no other is given", async () => {
  const { code, stdout } = await review(["--tailnet-policy", "--fail-on", "reach"]);
  expect(code).toBe(0);
  expect(stdout).toContain("The tailnet's policy file is assumed to stay as it is");
  expect((await review(["--tailnet-policy", "--deny", "tag:db"])).code).toBe(0);
});

test("without --tailnet-policy nothing is sent, with or without a deployer in the environment", async () => {
  emulator.control.takeRequests();
  expect((await review(["--policy", wider])).code).toBe(0);
  const { code, stderr } = await review(["--fail-on", "reach"]);
  expect(code).toBe(1);
  expect(stderr).toContain("ask the tailnet with --tailnet-policy");
  expect(emulator.control.takeRequests()).toEqual([]);
});

test("a deployer that cannot read the policy file is told what it needs, and nothing passes", async () => {
  const reader = await makeClient(emulator, ["auth_keys:read"], []);
  const { code, stdout, stderr } = await review(["--tailnet-policy", "--fail-on", "reach"], {
    TAILSCALE_API_KEY: "",
    TAILSCALE_OAUTH_CLIENT_ID: reader.id,
    TAILSCALE_OAUTH_CLIENT_SECRET: reader.key,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("policy_file:read");
});

test("options for the deployer are refused without --tailnet-policy", async () => {
  const { code, stderr } = await review(["--connection", "other"]);
  expect(code).toBe(1);
  expect(stderr).toContain("--connection only chooses the deployer that asks the tailnet.");
});
