/**
 * The machines and the users of a tailnet, with what rules need to know about them. Source:
 * https://tailscale.com/api#tag/devices
 */

import type { ApiClient } from "./auth/client";
import { defineSchema } from "./lazy-schema";

const devices = defineSchema((z) =>
  z.object({
    devices: z.array(
      z.looseObject({
        name: z.string().nullish(),
        hostname: z.string().nullish(),
        addresses: z.array(z.string()).nullish(),
        user: z.string().nullish(),
        tags: z.array(z.string()).nullish(),
        advertisedRoutes: z.array(z.string()).nullish(),
        enabledRoutes: z.array(z.string()).nullish(),
      }),
    ),
  }),
);

const users = defineSchema((z) =>
  z.object({
    users: z.array(z.looseObject({ loginName: z.string(), role: z.string().nullish() })),
  }),
);

/** A machine, with the names and addresses that rules refer to. */
export interface Device {
  readonly name: string;
  readonly addresses: readonly string[];
  /** The login name of its user, which matters only if the machine has no tags. */
  readonly user: string;
  readonly tags: readonly string[];
  readonly routes: readonly string[];
  readonly approved: readonly string[];
}

export const devicesScope = "devices:core:read";
export const usersScope = "users:read";

/**
 * Every machine. Needs {@link devicesScope}.
 * @see https://tailscale.com/api#tag/devices
 */
export async function readDevices(tailnet: string, api: ApiClient): Promise<readonly Device[]> {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/devices?fields=all`;
  const answer = await api.send(
    { doing: "list the machines", method: "GET", path, needs: devicesScope },
    devices,
  );
  return answer.devices.map((device) => ({
    name: (device.name ?? device.hostname ?? "").split(".")[0] ?? "",
    addresses: device.addresses ?? [],
    user: device.user ?? "",
    tags: device.tags ?? [],
    routes: device.advertisedRoutes ?? [],
    approved: device.enabledRoutes ?? [],
  }));
}

export interface TailnetUser {
  readonly loginName: string;
  /** The API's name for the role. */
  readonly role: string;
}

/**
 * Every user. Needs {@link usersScope}.
 * @see https://tailscale.com/api#tag/users
 */
export async function readUsers(tailnet: string, api: ApiClient): Promise<readonly TailnetUser[]> {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/users`;
  const answer = await api.send(
    { doing: "list the users", method: "GET", path, needs: usersScope },
    users,
  );
  return answer.users.map(({ loginName, role }) => ({ loginName, role: role ?? "member" }));
}
