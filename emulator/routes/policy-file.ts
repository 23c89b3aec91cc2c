/** `/tailnet/{tailnet}/acl`: the policy file. Source: https://tailscale.com/api#tag/policyfile */

import { type Context, Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import { createPolicyFile, freshPolicy, parsePolicy, parseTests } from "../policy-file.js";
import type { Policy } from "../policy-shape.js";
import { findFailingTests, type TestFailure } from "../policy-tests.js";
import { Refusal, refuseForPermissions, refuseRequest } from "../refusal.js";
import { type Actor, holdsScope, type World } from "../world.js";

const testsFailed = "test(s) failed";

/** A policy file can name a device by its attributes. `fact: policy-read-needs-device-scopes` */
const alsoNeeded = ["devices:core:read", "devices:posture_attributes:read"];

export function createPolicyFileRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .get("/acl", (context) => {
      requirePolicyScope(context, "policy_file:read");
      if (context.req.query("details") !== "true") return answerPolicy(context, world);
      const acl = Buffer.from(world.state.policy.text).toString("base64");
      return context.json({ acl, warnings: [], errors: [] });
    })
    .post("/acl", async (context) => {
      const actor = requirePolicyScope(context, "policy_file");
      const old = world.state.policy;
      if (!isCurrent(world, context.req.header("if-match")))
        throw new Refusal(412, "precondition failed, invalid old hash");
      const text = await context.req.text();
      const policy = requireValidPolicy(text);
      const failures = findFailingTests(policy, world.state.users);
      if (failures.length > 0) throw new Refusal(400, testsFailed, failures);
      world.state.policy = createPolicyFile(text);
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
      requirePolicyScope(context, "policy_file:read");
      const text = await context.req.text();
      // Each of these was measured: `fact: validate-answers`.
      if (text.trim() === "") throw refuseRequest("unexpected end of JSON input");
      const found = text.trimStart().startsWith("[")
        ? runGivenTests(world, text)
        : runPolicyTests(world, text);
      if ("problem" in found) return context.json({ message: found.problem });
      if (found.failures.length === 0) return context.json({});
      return context.json({ message: testsFailed, data: found.failures });
    });
}

/** The refusal does not say which scope is missing. A user's role has all of them or none. */
function requirePolicyScope(context: Context<Env>, scope: string): Actor {
  const actor = requireOneOf(context, scope);
  if (actor.user === undefined && !alsoNeeded.every((other) => holdsScope(actor, other)))
    throw refuseForPermissions();
  return actor;
}

function answerPolicy(context: Context<Env>, world: World) {
  const { text, etag } = world.state.policy;
  context.header("ETag", etag);
  if (/\bapplication\/hujson\b/.test(context.req.header("accept") ?? "")) {
    return context.body(text, 200, { "content-type": "application/hujson" });
  }
  return context.json(world.policy);
}

/**
 * Whether the If-Match header allows the change: the current ETag, or `"ts-default"` for a policy
 * that nobody wrote yet.
 */
function isCurrent(world: World, header: string | undefined): boolean {
  if (header === undefined) return true;
  const { text, etag } = world.state.policy;
  const hash = header.replace(/^"|"$/g, "");
  return `"${hash}"` === etag || (hash === "ts-default" && text === freshPolicy);
}

function requireValidPolicy(text: string): Policy {
  const parsed = parsePolicy(text);
  if ("problem" in parsed) throw refuseRequest(parsed.problem);
  return parsed.policy;
}

type Found = { readonly failures: readonly TestFailure[] } | { readonly problem: string };

/** Runs tests in an array against the current policy. */
function runGivenTests(world: World, text: string): Found {
  const parsed = parseTests(text);
  if ("problem" in parsed) return parsed;
  const policy = { ...world.policy, tests: parsed.tests, sshTests: [] };
  return { failures: findFailingTests(policy, world.state.users) };
}

function runPolicyTests(world: World, text: string): Found {
  const parsed = parsePolicy(text);
  if ("problem" in parsed) return parsed;
  return { failures: findFailingTests(parsed.policy, world.state.users) };
}
