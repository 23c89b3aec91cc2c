/**
 * Which scopes exist, what each includes, and what each role holds. The emulator keeps its
 * own list on purpose: a mistake in the provider's catalogue must not be repeated by the server
 * that it is tested against.
 *
 * Sources: the trust credentials page (https://tailscale.com/kb/1623/trust-credentials), the API
 * document of 2026-07-13 and, for organisations, its successor of 2026-09-03.
 */

const readAndWrite = [
  "account_settings",
  "all",
  "api_access_tokens",
  "auth_keys",
  "device_invites",
  "devices:core",
  "devices:posture_attributes",
  "devices:routes",
  "dns",
  "feature_settings",
  "federated_keys",
  "log_streaming",
  "logs:network",
  "networking_settings",
  "oauth_apps",
  "oauth_keys",
  "policy_file",
  "services",
  "tailnets",
  "users",
  "webhooks",
];

/**
 * Names from before 2024-11-14 and what each includes today: the table of legacy scopes on the
 * trust credentials page. `fact: older-scope-names`
 */
const older: Record<string, string[]> = {
  acl: ["policy_file"],
  devices: ["auth_keys", "devices:core", "devices:posture_attributes"],
  routes: ["devices:routes"],
  "acl:read": ["policy_file:read"],
  "devices:read": ["auth_keys:read", "devices:core:read", "devices:posture_attributes:read"],
  "logs:read": ["logs:configuration:read"],
  "network-logs:read": ["logs:network:read"],
  "routes:read": ["devices:routes:read"],
};

export const scopes: readonly string[] = [
  ...readAndWrite,
  ...readAndWrite.map((name) => `${name}:read`),
  "logs:configuration:read",
];

export const olderScopes: readonly string[] = Object.keys(older);

/** Whether the scopes `held` permit what `wanted` permits. */
export function allows(held: readonly string[], wanted: string): boolean {
  return contains(held, wanted) || contains(held, wanted.replace(/:read$/, ""));
}

/**
 * Whether `held` contains `wanted`, without the rule that a write scope includes its read scope.
 */
export function contains(held: readonly string[], wanted: string): boolean {
  const has = new Set(held.flatMap((scope) => [scope, ...(older[scope] ?? [])]));
  return has.has("all") || has.has(wanted) || (wanted.endsWith(":read") && has.has("all:read"));
}

export const roles = [
  "owner",
  "admin",
  "it-admin",
  "network-admin",
  "billing-admin",
  "auditor",
  "member",
] as const;

export type Role = (typeof roles)[number];

/**
 * The scopes that each role holds, and so may give to a trust credential. Tailscale's pages
 * describe the roles (https://tailscale.com/kb/1138/user-roles) and do not list them scope by
 * scope: `fact: role-scopes`.
 */
export const roleScopes: Record<Role, readonly string[]> = {
  owner: ["all"],
  admin: ["all"],
  "it-admin": [
    "account_settings",
    "api_access_tokens",
    "auth_keys",
    "device_invites",
    "devices:core",
    "devices:posture_attributes",
    "feature_settings",
    "federated_keys",
    "logs:configuration:read",
    "oauth_keys",
    "users",
    "webhooks",
  ],
  "network-admin": [
    "devices:core:read",
    "devices:posture_attributes:read",
    "devices:routes",
    "dns",
    "federated_keys",
    "log_streaming",
    "logs:configuration:read",
    "logs:network",
    "networking_settings",
    "oauth_keys",
    "policy_file",
    "services",
  ],
  "billing-admin": [],
  auditor: ["all:read"],
  member: [],
};
