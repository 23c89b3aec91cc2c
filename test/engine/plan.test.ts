/**
 * What a preview is worth where the program means to deceive, with the real engine: SECURITY.md,
 * "Reviews in CI".
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { command } from "../../harness/tailscope";
import { shell } from "./pipeline";
import { newStack } from "./stack";

test("a program can preview one thing and deploy another, and an update plan allows only what was previewed", async () => {
  await using emulator = await startEmulator();
  const program = (scopes: string) =>
    `new OAuthClient("ci", { scopes: ${scopes}, description: "CI" });`;
  await using stack = await newStack(
    emulator,
    program('pulumi.runtime.isDryRun() ? ["devices:core:read"] : ["all"]'),
  );
  const previewed = await shell(
    `pulumi preview --json --save-plan plan.json > preview.json && node ${command} review preview.json --json`,
    stack.folder,
    stack.environment,
  );
  expect(previewed.code, previewed.text).toBe(0);
  expect(JSON.parse(previewed.stdout).verdict).toBe("read");
  const planned = await shell(
    `node ${command} review --plan plan.json --fail-on persist --json`,
    stack.folder,
    stack.environment,
  );
  expect(JSON.parse(planned.stdout).verdict).toBe("read");

  // Bound by the plan, nothing is made; and without it, everything.
  const refused = await stack.failingUp("--plan", "plan.json");
  expect(refused).toMatch(/plan|constraint/i);
  expect(emulator.control.activeCredentials()).toEqual([]);
  await stack.up();
  expect(emulator.control.activeCredentials()).toMatchObject([{ scopes: ["all"] }]);

  // An honest program is deployed as it was planned.
  stack.write(program('["devices:core:read"]'));
  await stack.attemptPreview(["--save-plan", "plan.json"]);
  await stack.up("--plan", "plan.json");
  expect(emulator.control.activeCredentials()).toMatchObject([{ scopes: ["devices:core:read"] }]);
});

test("a program that runs in a preview can read the stack's secrets", async () => {
  await using emulator = await startEmulator();
  const client = 'const ci = new OAuthClient("ci", { scopes: ["dns"] });';
  await using stack = await newStack(emulator, `${client} exports.secret = ci.clientSecret;`);
  const { secret } = await stack.deployed();
  // Its hash alone is written down: what a run of the tests leaves behind is searched for secrets.
  stack.write(`${client}
    const { execFileSync } = require("node:child_process");
    const state = JSON.parse(execFileSync("pulumi", ["stack", "export", "--show-secrets"]));
    const { outputs } = state.deployment.resources.find((one) => one.outputs?.clientSecret);
    const hash = require("node:crypto").createHash("sha256");
    require("node:fs").writeFileSync("hash", hash.update(JSON.parse(outputs.clientSecret.plaintext)).digest("hex"));`);
  const { code, text } = await stack.pulumi(["preview"]);
  expect(code, text).toBe(0);
  expect(readFileSync(join(stack.folder, "hash"), "utf8")).toBe(
    createHash("sha256").update(String(secret)).digest("hex"),
  );
});
