/**
 * What Pulumi prints when it is asked to print more, with the real engine, and what no package can
 * keep out of it.
 */

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("pulumi up --json, --debug and low log levels print no secret, even if another resource takes one as its argument", async () => {
  await using emulator = await startEmulator();
  // A dynamic resource of somebody else's, which is given our secret and answers it.
  const program = (description: string) => `
    const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "${description}" });
    const key = new AuthKey("key", { tags: ["tag:ci"], mintedBy: ci });
    const other = { check: async (_, inputs) => ({ inputs }), create: async (inputs) => ({ id: "1", outs: inputs }) };
    class Other extends pulumi.dynamic.Resource {}
    new Other(other, "other", { secret: ci.clientSecret });
    OAuthClient.get("same", ci.id);
    Object.assign(exports, { secret: ci.clientSecret, key: key.key });`;
  await using stack = await newStack(emulator, program("one"));
  const made = await stack.deployed();
  const secrets = [made["secret"], made["key"]].map(String);
  const yes = ["--yes", "--skip-preview"];
  const preview = (...args: string[]) => stack.attemptPreview(args);
  stack.write(program("two"));
  // Without the variable there is no --event-log, which Pulumi's automation API uses.
  stack.set("PULUMI_DEBUG_COMMANDS", "true");
  for (const [args, run] of [
    [["up", "--json"], stack.attempt],
    // Node runs the program as for anybody; of the others this process serves it.
    [["up", "--debug"], (...more: string[]) => stack.pulumi(["up", ...yes, ...more])],
    [["preview", "--json", "--debug"], preview],
    [["preview", "--diff", "--debug"], preview],
    [["preview", "--logtostderr", "-v", "3"], preview],
    [["refresh", "--json"], (...more: string[]) => stack.pulumi(["refresh", "--yes", ...more])],
    [["up", "--event-log", "events.json"], stack.attempt],
  ] as const) {
    const line = args.join(" ");
    const { code, text: printed } = await run(...args.slice(1));
    expect(code, printed).toBe(0);
    const events = join(stack.folder, "events.json");
    const text = printed + (existsSync(events) ? readFileSync(events, "utf8") : "");
    for (const secret of secrets) {
      expect(secret).toMatch(/^tskey-/);
      expect(text, line).not.toContain(secret);
    }
    // The line is still there, and still names the resource.
    if (line.includes("--debug") && !line.includes("--json"))
      expect(text).toMatch(/RegisterResource RPC finished: .*OAuthClient::ci, with properties/);
  }

  expect(readFileSync(join(stack.folder, "events.json"), "utf8")).toContain("OAuthClient::ci");

  // What the engine itself logs at its highest levels is out of every package's reach: SECURITY.md
  // says so. (Run apart from `stack.pulumi`, whose output is searched for secrets.)
  const { stderr } = await promisify(execFile)("pulumi", ["preview", "--logtostderr", "-v", "9"], {
    cwd: stack.folder,
    env: stack.environment,
    maxBuffer: 64 << 20,
  });
  expect(secrets.some((secret) => stderr.includes(secret))).toBe(true);
});
