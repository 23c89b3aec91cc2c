/**
 * The scopes of the Tailscale API and what each opens, written from the API's own document (OpenAPI
 * 3.1, 2026-07-13, and the operations of Organizations of 2026-09-03) and from its page on trust
 * credentials, https://tailscale.com/kb/1623. Nothing here comes from the provider: two tables that
 * say the same are two witnesses.
 */

import { type Class, worst } from "./classes.ts";

/**
 * A scope, and below it what it opens: `r` for the scope with `:read` as well, `w` for the scope
 * itself alone. Paths are below /api/v2/. Where one operation needs several scopes, each opens its
 * own part, which stands in brackets. Not here: device and user invites that only a person's token
 * may make, resend or accept.
 */
const table = `
account_settings
  r GET tailnet/{tailnet}/contacts
  w PATCH tailnet/{tailnet}/contacts/{contactType}
  w POST tailnet/{tailnet}/contacts/{contactType}/resend-verification-email
api_access_tokens
  r GET tailnet/{tailnet}/keys (API access token)
  r GET tailnet/{tailnet}/keys/{keyId} (API access token)
  w DELETE tailnet/{tailnet}/keys/{keyId} (API access token)
auth_keys
  r GET tailnet/{tailnet}/keys (auth key)
  r GET tailnet/{tailnet}/keys/{keyId} (auth key)
  w POST tailnet/{tailnet}/keys (auth key)
  w DELETE tailnet/{tailnet}/keys/{keyId} (auth key)
device_invites
  r GET device/{deviceId}/device-invites
  r GET device-invites/{deviceInviteId}
  w DELETE device-invites/{deviceInviteId}
devices:core
  r GET tailnet/{tailnet}/devices
  r GET device/{deviceId}
  w DELETE device/{deviceId}
  w POST device/{deviceId}/expire
  w POST device/{deviceId}/authorized
  w POST device/{deviceId}/name
  w POST device/{deviceId}/tags
  w POST device/{deviceId}/key
  w POST device/{deviceId}/ip
devices:posture_attributes
  r GET device/{deviceId}/attributes
  w PATCH tailnet/{tailnet}/device-attributes
  w POST device/{deviceId}/attributes/{attributeKey}
  w DELETE device/{deviceId}/attributes/{attributeKey}
devices:routes
  r GET device/{deviceId}/routes
  w POST device/{deviceId}/routes
dns
  r GET tailnet/{tailnet}/dns/nameservers
  r GET tailnet/{tailnet}/dns/preferences
  r GET tailnet/{tailnet}/dns/searchpaths
  r GET tailnet/{tailnet}/dns/split-dns
  r GET tailnet/{tailnet}/dns/configuration
  w POST tailnet/{tailnet}/dns/nameservers
  w POST tailnet/{tailnet}/dns/preferences
  w POST tailnet/{tailnet}/dns/searchpaths
  w PATCH tailnet/{tailnet}/dns/split-dns
  w PUT tailnet/{tailnet}/dns/split-dns
  w POST tailnet/{tailnet}/dns/configuration
feature_settings
  r GET tailnet/{tailnet}/posture/integrations
  r GET posture/integrations/{id}
  r GET tailnet/{tailnet}/settings (feature_settings)
  w POST tailnet/{tailnet}/posture/integrations
  w PATCH posture/integrations/{id}
  w DELETE posture/integrations/{id}
  w PATCH tailnet/{tailnet}/settings (feature_settings)
federated_keys
  r GET tailnet/{tailnet}/keys (federated identity)
  r GET tailnet/{tailnet}/keys/{keyId} (federated identity)
  w POST tailnet/{tailnet}/keys (federated identity)
  w DELETE tailnet/{tailnet}/keys/{keyId} (federated identity)
  w PUT tailnet/{tailnet}/keys/{keyId} (federated identity)
log_streaming
  r GET tailnet/{tailnet}/logging/{logType}/stream/status
  r GET tailnet/{tailnet}/logging/{logType}/stream
  w PUT tailnet/{tailnet}/logging/{logType}/stream
  w DELETE tailnet/{tailnet}/logging/{logType}/stream
  w POST tailnet/{tailnet}/aws-external-id
  w POST tailnet/{tailnet}/aws-external-id/{id}/validate-aws-trust-policy
logs:configuration
  r GET tailnet/{tailnet}/logging/configuration
logs:network
  r GET tailnet/{tailnet}/logging/network
  r GET tailnet/{tailnet}/settings (logs:network)
  w PATCH tailnet/{tailnet}/settings (logs:network)
networking_settings
  r GET tailnet/{tailnet}/settings (networking_settings)
  w PATCH tailnet/{tailnet}/settings (networking_settings)
oauth_apps
  r GET tailnet/{tailnet}/oauth-apps
  r GET tailnet/{tailnet}/oauth-apps/{appId}
  w POST tailnet/{tailnet}/oauth-apps
  w PUT tailnet/{tailnet}/oauth-apps/{appId}
  w DELETE tailnet/{tailnet}/oauth-apps/{appId}
oauth_keys
  r GET tailnet/{tailnet}/keys (OAuth client)
  r GET tailnet/{tailnet}/keys/{keyId} (OAuth client)
  w POST tailnet/{tailnet}/keys (OAuth client)
  w DELETE tailnet/{tailnet}/keys/{keyId} (OAuth client)
  w PUT tailnet/{tailnet}/keys/{keyId} (OAuth client)
policy_file
  r GET tailnet/{tailnet}/acl
  r POST tailnet/{tailnet}/acl/preview
  r POST tailnet/{tailnet}/acl/validate
  r GET tailnet/{tailnet}/settings (policy_file)
  w POST tailnet/{tailnet}/acl
  w PATCH tailnet/{tailnet}/settings (policy_file)
services
  r GET tailnet/{tailnet}/services
  r GET tailnet/{tailnet}/services/{serviceName}
  w PUT tailnet/{tailnet}/services/{serviceName}
  w DELETE tailnet/{tailnet}/services/{serviceName}
  w GET tailnet/{tailnet}/services/{serviceName}/devices
  w GET tailnet/{tailnet}/services/{serviceName}/device/{deviceId}/approved
  w POST tailnet/{tailnet}/services/{serviceName}/device/{deviceId}/approved
tailnets
  r GET organizations/{organization}/tailnets
  w POST organizations/{organization}/tailnets
users
  r GET tailnet/{tailnet}/users
  r GET users/{userId}
  w POST users/{userId}/role
  w POST users/{userId}/approve
  w POST users/{userId}/suspend
  w POST users/{userId}/restore
  w POST users/{userId}/delete
webhooks
  r GET tailnet/{tailnet}/webhooks
  r GET webhooks/{endpointId}
  w POST tailnet/{tailnet}/webhooks
  w PATCH webhooks/{endpointId}
  w DELETE webhooks/{endpointId}
  w POST webhooks/{endpointId}/test
  w POST webhooks/{endpointId}/rotate
`;

/** What only `all` opens. */
const withAllAlone = ["DELETE /api/v2/tailnet/{tailnet}"];

/**
 * Names from before 2024-11-14 that Tailscale still accepts, each with what it stands for today.
 */
const older: Readonly<Record<string, readonly string[]>> = {
  acl: ["policy_file"],
  "acl:read": ["policy_file:read"],
  devices: ["auth_keys", "devices:core", "devices:posture_attributes"],
  "devices:read": ["auth_keys:read", "devices:core:read", "devices:posture_attributes:read"],
  routes: ["devices:routes"],
  "routes:read": ["devices:routes:read"],
  "logs:read": ["logs:configuration:read"],
  "network-logs:read": ["logs:network:read"],
};

/** The README's table of classes; what is in neither list is an ordinary write. */
const makesAdministrators = ["policy_file", "users"];
/** `tailnets` makes a tailnet and answers with the secret of a client of it. */
const makesCredentials = ["auth_keys", "federated_keys", "oauth_keys", "tailnets"];

const opens = new Map<string, ReadonlySet<string>>();
const classOfOperation = new Map<string, Class>(withAllAlone.map((name) => [name, "admin"]));

for (const block of table.trim().split(/\n(?! )/)) {
  const [scope = "", ...lines] = block.split("\n");
  const operations = lines.map((line) => {
    const [, way, verb, path] = /^ {2}(r|w) ([A-Z]+) (.+)$/.exec(line) ?? [];
    if (path === undefined) throw new Error(`The table has the line "${line}".`);
    const name = `${verb} /api/v2/${path}`;
    classOfOperation.set(name, way === "r" ? "read" : classOfWriting(scope));
    return { name, isRead: way === "r" };
  });
  const reads = operations.filter(({ isRead }) => isRead);
  opens.set(`${scope}:read`, new Set(reads.map(({ name }) => name)));
  // A scope that reads alone has no other form.
  if (reads.length < operations.length)
    opens.set(scope, new Set(operations.map(({ name }) => name)));
}

function classOfWriting(scope: string): Class {
  if (makesAdministrators.includes(scope)) return "admin";
  return makesCredentials.includes(scope) ? "persist" : "write";
}

const allReads = new Set(
  [...opens].filter(([scope]) => isRead(scope)).flatMap(([, names]) => [...names]),
);
const everything: ReadonlySet<string> = new Set(classOfOperation.keys());

function isRead(scope: string): boolean {
  return scope.endsWith(":read");
}

/** Every name that the API accepts. */
export const everyScope: readonly string[] = [
  "all",
  "all:read",
  ...opens.keys(),
  ...Object.keys(older),
];

/** What a list of scopes gives. */
export interface Access {
  readonly operations: ReadonlySet<string>;
  /** What Tailscale adds later is in it as well: every operation, or every one that reads. */
  readonly later: "everything" | "reads" | "nothing";
  /** Names that are in no table. */
  readonly strange: ReadonlySet<string>;
  /** Today's names, older ones taken apart. */
  readonly scopes: ReadonlySet<string>;
}

export const noAccess: Access = accessOf([]);

/** What `scopes` open, and everything beside it where `orAnything` says that there may be more. */
export function accessOf(scopes: Iterable<string>, orAnything = false): Access {
  const today = new Set<string>();
  for (const scope of scopes)
    for (const name of Object.hasOwn(older, scope) ? (older[scope] ?? []) : [scope])
      today.add(name);
  if (orAnything) today.add("all");
  const operations = new Set<string>();
  const strange = new Set<string>();
  for (const scope of today) {
    const opened =
      scope === "all" ? everything : scope === "all:read" ? allReads : opens.get(scope);
    if (opened === undefined) strange.add(scope);
    else for (const name of opened) operations.add(name);
  }
  const later = today.has("all") ? "everything" : today.has("all:read") ? "reads" : "nothing";
  return { operations, later, strange, scopes: today };
}

/** What `some` has and `other` has not. */
export function beyond(some: Access, other: Access): Access {
  const grows = some.later !== other.later && other.later !== "everything";
  return {
    operations: new Set([...some.operations].filter((name) => !other.operations.has(name))),
    later: grows ? some.later : "nothing",
    strange: new Set([...some.strange].filter((name) => !other.strange.has(name))),
    scopes: new Set([...some.scopes].filter((name) => !other.scopes.has(name))),
  };
}

/** How bad it is to gain this. */
export function classOf({ operations, later, strange }: Access): Class {
  return worst(
    ...[...operations].map((name) => classOfOperation.get(name) ?? "admin"),
    later === "everything" || strange.size > 0 ? "admin" : later === "reads" ? "read" : "none",
  );
}

/**
 * How bad it is that a credential with this access gains a tag: as bad as what it may do under it.
 * Machines and their keys carry tags, and so do further credentials. Whoever has `all` may give
 * every tag already.
 */
export function classOfTags({ later, strange, scopes }: Access): Class {
  if (later === "everything") return "none";
  const users = ["auth_keys", "oauth_keys", "federated_keys"].filter((scope) => scopes.has(scope));
  return worst(
    strange.size > 0 ? "admin" : "none",
    scopes.has("devices:core") ? "write" : "none",
    ...users.map(classOfWriting),
  );
}
