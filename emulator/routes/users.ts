/** `/tailnet/{tailnet}/users`: the people of the tailnet and their roles. Source: https://tailscale.com/api#tag/users */

import { Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import { wholeSeconds } from "../clock.js";
import type { World } from "../world.js";

export function userRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/users", (context) => {
    requireOneOf(context, "users:read");
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
