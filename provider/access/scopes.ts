/**
 * The scopes of the Tailscale API, as data.
 *
 * Source: the trust credentials page (https://tailscale.com/kb/1623/trust-credentials) and the API
 * document (https://tailscale.com/api) of 2026-07-13; `tailnets` is from the API document of
 * 2026-09-03. A scope `X` allows reading and writing, and `X:read` only reading. `all` and
 * `all:read` cover every scope, including later ones.
 */

const readAndWrite = [
  "all",
  "account_settings",
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
] as const;

const readOnly = ["logs:configuration:read"] as const;

type ReadAndWrite = (typeof readAndWrite)[number];

/** A scope in the catalogue, for example `"auth_keys"` or `"devices:core:read"`. */
export type Scope = ReadAndWrite | `${ReadAndWrite}:read` | (typeof readOnly)[number];

/** Every scope in the catalogue, in alphabetical order. */
export const knownScopes: readonly string[] = [
  ...readAndWrite,
  ...readAndWrite.map((name) => `${name}:read`),
  ...readOnly,
].sort();

/**
 * Names from before 2024-11-14 that the API still accepts, with the scopes that replaced each.
 * Source: https://tailscale.com/kb/1623/trust-credentials#legacy-scopes
 */
export const legacyScopes: ReadonlyMap<string, readonly Scope[]> = new Map<
  string,
  readonly Scope[]
>([
  ["acl", ["policy_file"]],
  ["acl:read", ["policy_file:read"]],
  ["devices", ["devices:core", "devices:posture_attributes", "auth_keys"]],
  ["devices:read", ["devices:core:read", "devices:posture_attributes:read", "auth_keys:read"]],
  ["logs:read", ["logs:configuration:read"]],
  ["network-logs:read", ["logs:network:read"]],
  ["routes", ["devices:routes"]],
  ["routes:read", ["devices:routes:read"]],
]);

/** Replaces each older name in `scopes` by the scopes that it became. */
export function expandLegacyScopes(scopes: Iterable<string>): string[] {
  return [...scopes].flatMap((scope) => [scope, ...(legacyScopes.get(scope) ?? [])]);
}

/** A sentence about a scope with an older name; undefined for a current name. */
export function adviseOnLegacyScope(scope: string): string | undefined {
  const successors = legacyScopes.get(scope);
  if (successors === undefined) return undefined;
  return `"${scope}" is an older name that Tailscale still accepts; write ${successors.map((name) => `"${name}"`).join(" and ")} instead.`;
}

/** The scopes that reading the policy file needs (fact: policy-read-needs-device-scopes). */
export const policyFileScopes = [
  "policy_file:read",
  "devices:core:read",
  "devices:posture_attributes:read",
] as const satisfies readonly Scope[];

/**
 * The scopes that only a credential with tags may hold ("tags are mandatory", API document, POST
 * /tailnet/{tailnet}/keys).
 */
export const scopesThatNeedTags: readonly Scope[] = ["devices:core", "auth_keys"];

/**
 * Whether the scopes `held` include `wanted`: by the same name, by the write scope for a read
 * scope, or by `all` or `all:read`.
 */
export function covers(held: Iterable<string>, wanted: string): boolean {
  const has = new Set(held);
  if (has.has(wanted) || has.has("all")) return true;
  return (
    wanted.endsWith(":read") && (has.has("all:read") || has.has(wanted.slice(0, -":read".length)))
  );
}
