/** `/tailnet/{tailnet}/acl`: the policy file. Source: https://tailscale.com/api#tag/policyfile */

import { type Context, Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import {
  failingTests,
  freshPolicy,
  type Policy,
  parsePolicy,
  parseTests,
  policyFile,
  type TestFailure,
} from "../policy-file.js";
import { badRequest, Refusal } from "../refusal.js";
import type { World } from "../world.js";

const testsFailed = "test(s) failed";

export function policyFileRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .get("/acl", (context) => {
      requireOneOf(context, "policy_file:read");
      if (context.req.query("details") !== "true") return answerPolicy(context, world);
      const acl = Buffer.from(world.state.policy.text).toString("base64");
      return context.json({ acl, warnings: [], errors: [] });
    })
    .post("/acl", async (context) => {
      const actor = requireOneOf(context, "policy_file");
      const old = world.state.policy;
      if (!isCurrent(world, context.req.header("if-match")))
        throw new Refusal(412, "precondition failed, invalid old hash");
      const text = await context.req.text();
      const policy = validPolicy(text);
      const failures = failingTests(policy, policy.tests);
      if (failures.length > 0) throw new Refusal(400, testsFailed, failures);
      world.state.policy = policyFile(text);
      const { id, name } = world.state.tailnet;
      world.record(actor, {
        action: "UPDATE",
        target: { id, name, type: "TAILNET", property: "ACL" },
        old: old.text,
        new: text,
      });
      return answerPolicy(context, world);
    })
    .post("/acl/validate", async (context) => {
      requireOneOf(context, "policy_file:read");
      const text = await context.req.text();
      const failures = text.trimStart().startsWith("[")
        ? failuresOfTests(world, text)
        : failuresOfPolicy(text);
      return failures.length === 0
        ? context.body(null, 200)
        : context.json({ message: testsFailed, data: failures });
    });
}

function answerPolicy(context: Context<Env>, world: World) {
  const { text, etag } = world.state.policy;
  context.header("ETag", etag);
  if (/\bapplication\/hujson\b/.test(context.req.header("accept") ?? "")) {
    return context.body(text, 200, { "content-type": "application/hujson" });
  }
  return context.json(world.policy);
}

/** Whether the If-Match header allows the change: the current ETag, or `"ts-default"` for a policy that nobody wrote yet. */
function isCurrent(world: World, header: string | undefined): boolean {
  if (header === undefined) return true;
  const { text, etag } = world.state.policy;
  const hash = header.replace(/^"|"$/g, "");
  return `"${hash}"` === etag || (hash === "ts-default" && text === freshPolicy);
}

function validPolicy(text: string): Policy {
  const parsed = parsePolicy(text);
  if ("problem" in parsed) throw badRequest(parsed.problem);
  return parsed.policy;
}

/** Tests in an array are held against the policy in force. */
function failuresOfTests(world: World, text: string): TestFailure[] {
  const parsed = parseTests(text);
  if ("problem" in parsed) throw badRequest(parsed.problem);
  return failingTests(world.policy, parsed.tests);
}

function failuresOfPolicy(text: string): TestFailure[] {
  const policy = validPolicy(text);
  return failingTests(policy, policy.tests);
}
