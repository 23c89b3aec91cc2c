/**
 * `/tailnet/{tailnet}/users`: the users of the tailnet and their roles. Source:
 * https://tailscale.com/api#tag/users
 */

import { Hono } from "hono";
import type { Env } from "../authentication.js";
import { wholeSeconds } from "../clock.js";
import { notFound } from "../refusal.js";
import { may, type World } from "../world.js";

export function userRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/users", (context) => {
    // Measured with a trust credential, `fact: users-without-scope-is-404`; with a user's token
    // `fact: users-without-scope-of-a-user`.
    if (!may(context.get("actor"), "users:read")) throw notFound();
    const role = context.req.query("role");
    const users = world.state.users
      .filter((user) => role === undefined || user.role === role)
      .map((user) => ({
        id: user.id,
        displayName: user.displayName,
        loginName: user.loginName,
        profilePicUrl: "",
        tailnetId: world.state.tailnet.id,
        created: wholeSeconds(user.created),
        type: "member",
        role: user.role,
        status: "active",
        deviceCount: 0,
        lastSeen: wholeSeconds(world.now()),
        currentlyConnected: false,
      }));
    return context.json({ users });
  });
}
