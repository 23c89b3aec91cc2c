/**
 * `/tailnet/{tailnet}/devices`: the machines that joined with an auth key. Source:
 * https://tailscale.com/api#tag/devices
 */

import { Hono } from "hono";
import { type Env, requireOneOf } from "../authentication.js";
import { formatWholeSeconds } from "../clock.js";
import type { Key } from "../state.js";
import type { World } from "../world.js";

export function createDeviceRoutes(world: World): Hono<Env> {
  return new Hono<Env>().get("/devices", (context) => {
    requireOneOf(context, "devices:core:read");
    const devices = world.state.keys.flatMap((key) =>
      Array.from({ length: key.joined ?? 0 }, (_, index) => toDevice(world, key, index + 1)),
    );
    return context.json({ devices });
  });
}

function toDevice({ state }: World, key: Key, number: number) {
  const hostname = `machine-${number}-of-${key.id}`;
  return {
    id: `${key.id}-${number}`,
    nodeId: `n${key.id.slice(1)}`,
    name: `${hostname}.${state.tailnet.name}`,
    hostname,
    addresses: [],
    user: "tagged-devices",
    ...(key.tags && { tags: key.tags }),
    created: formatWholeSeconds(key.created),
    authorized: true,
  };
}
