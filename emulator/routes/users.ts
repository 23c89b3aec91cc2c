/**
 * `/tailnet/{tailnet}/users`: the users of the tailnet and their roles. Source:
 * https://tailscale.com/api#tag/users
 */

import { Hono } from "hono";
import type { Env } from "../authentication.js";
import { formatWholeSeconds } from "../clock.js";
import { refuseAsNotFound } from "../refusal.js";
import { holdsScope, type World } from "../world.js";

export function createUserRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/users", (context) => {
    // Measured with a trust credential, `fact: users-without-scope-is-404`; with a user's token
    // `fact: users-without-scope-of-a-user`.
    if (!holdsScope(context.get("actor"), "users:read")) throw refuseAsNotFound();
    const role = context.req.query("role");
    const users = world.state.users
      .filter((user) => role === undefined || user.role === role)
      .map((user) => ({
        id: user.id,
        displayName: user.displayName,
        loginName: user.loginName,
        profilePicUrl: "",
        tailnetId: world.state.tailnet.id,
        created: formatWholeSeconds(user.created),
        type: "member",
        role: user.role,
        status: "active",
        deviceCount: 0,
        lastSeen: formatWholeSeconds(world.now()),
        currentlyConnected: false,
      }));
    return context.json({ users });
  });
}
