/**
 * The operations of the Tailscale API, grouped by the scope that allows them, as data.
 *
 * An operation that several scopes allow appears once for each: for keys, each scope allows its own
 * kind of key; for the tailnet's settings, its own fields. Every credential can also read itself
 * (GET of its own key), which is not listed.
 */

import type { Scope } from "./scopes";

/** The page that says which scope allows an operation, and its date. */
export interface Source {
  readonly name: string;
  readonly date: string;
}

const apiDocument: Source = { name: "API document, https://tailscale.com/api", date: "2026-07-13" };

const page: Source = {
  name: "trust credentials page, https://tailscale.com/kb/1623/trust-credentials",
  date: "2026",
};

const organizations: Source = {
  name: "API document, https://tailscale.com/api (Organizations, alpha)",
  date: "2026-09-03",
};

/** No page names a scope, so we assume the scope of its family, which is the worst case. */
const unstated: Source = {
  name: "no scope stated in the API document; the scope of its family",
  date: "2026-07-13",
};

/** The scopes that allow operations of their own: `all:read` only allows those of the others. */
export type OperationScope = Exclude<Scope, "all:read">;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Method, path below `/api/v2`, summary as worded in the API document, and the source if it
 * differs.
 */
type Entry = readonly [method: Method, path: string, summary: string, source?: Source];

interface Opened {
  /** What the scope means, worded to follow "may". */
  readonly means: string;
  readonly opens: readonly Entry[];
}

const catalogue: Readonly<Record<OperationScope, Opened>> = {
  all: {
    means: "do everything the API can do, including operations added later",
    opens: [["DELETE", "/tailnet/{tailnet}", "Delete tailnet", organizations]],
  },
  account_settings: {
    means: "change the tailnet's contacts",
    opens: [
      ["PATCH", "/tailnet/{tailnet}/contacts/{contactType}", "Update contact"],
      [
        "POST",
        "/tailnet/{tailnet}/contacts/{contactType}/resend-verification-email",
        "Resend verification email",
      ],
    ],
  },
  "account_settings:read": {
    means: "read the tailnet's contacts",
    opens: [["GET", "/tailnet/{tailnet}/contacts", "Get contacts"]],
  },
  api_access_tokens: {
    means: "revoke users' API access tokens",
    opens: [["DELETE", "/tailnet/{tailnet}/keys/{keyId}", "Delete key"]],
  },
  "api_access_tokens:read": {
    means: "list users' API access tokens",
    opens: [
      ["GET", "/tailnet/{tailnet}/keys", "List tailnet keys"],
      ["GET", "/tailnet/{tailnet}/keys/{keyId}", "Get key"],
    ],
  },
  auth_keys: {
    means: "create and revoke auth keys, which admit machines with its tags",
    opens: [
      ["POST", "/tailnet/{tailnet}/keys", "Create an auth key or trust credential"],
      ["DELETE", "/tailnet/{tailnet}/keys/{keyId}", "Delete key"],
    ],
  },
  "auth_keys:read": {
    means: "list auth keys",
    opens: [
      ["GET", "/tailnet/{tailnet}/keys", "List tailnet keys"],
      ["GET", "/tailnet/{tailnet}/keys/{keyId}", "Get key"],
    ],
  },
  device_invites: {
    means: "delete invitations to devices",
    opens: [["DELETE", "/device-invites/{deviceInviteId}", "Delete a device invite"]],
  },
  "device_invites:read": {
    means: "read invitations to devices",
    opens: [
      ["GET", "/device/{deviceId}/device-invites", "List device invites"],
      ["GET", "/device-invites/{deviceInviteId}", "Get a device invite"],
    ],
  },
  "devices:core": {
    means: "authorise, tag, rename, expire and delete devices",
    opens: [
      ["DELETE", "/device/{deviceId}", "Delete a device"],
      ["POST", "/device/{deviceId}/expire", "Expire a device's key"],
      ["POST", "/device/{deviceId}/authorized", "Authorize device"],
      ["POST", "/device/{deviceId}/name", "Set device name"],
      ["POST", "/device/{deviceId}/tags", "Set device tags"],
      ["POST", "/device/{deviceId}/key", "Update device key"],
      ["POST", "/device/{deviceId}/ip", "Set device IPv4 address"],
    ],
  },
  "devices:core:read": {
    means: "read devices",
    opens: [
      ["GET", "/tailnet/{tailnet}/devices", "List tailnet devices"],
      ["GET", "/device/{deviceId}", "Get a device"],
    ],
  },
  "devices:posture_attributes": {
    means: "set posture attributes, by which policy admits devices",
    opens: [
      [
        "PATCH",
        "/tailnet/{tailnet}/device-attributes",
        "Batch update custom device posture attributes",
      ],
      [
        "POST",
        "/device/{deviceId}/attributes/{attributeKey}",
        "Set custom device posture attributes",
      ],
      [
        "DELETE",
        "/device/{deviceId}/attributes/{attributeKey}",
        "Delete custom device posture attributes",
      ],
    ],
  },
  "devices:posture_attributes:read": {
    means: "read posture attributes",
    opens: [["GET", "/device/{deviceId}/attributes", "Get device posture attributes"]],
  },
  "devices:routes": {
    means: "approve and withdraw routes",
    opens: [["POST", "/device/{deviceId}/routes", "Set device routes"]],
  },
  "devices:routes:read": {
    means: "read routes",
    opens: [["GET", "/device/{deviceId}/routes", "List device routes"]],
  },
  dns: {
    means: "change DNS: nameservers, search paths, split DNS",
    opens: [
      ["POST", "/tailnet/{tailnet}/dns/nameservers", "Set DNS nameservers", page],
      ["POST", "/tailnet/{tailnet}/dns/preferences", "Set DNS preferences", page],
      ["POST", "/tailnet/{tailnet}/dns/searchpaths", "Set DNS search paths", page],
      ["PATCH", "/tailnet/{tailnet}/dns/split-dns", "Update split DNS", page],
      ["PUT", "/tailnet/{tailnet}/dns/split-dns", "Set split DNS", page],
      ["POST", "/tailnet/{tailnet}/dns/configuration", "Set DNS configuration", page],
    ],
  },
  "dns:read": {
    means: "read DNS settings",
    opens: [
      ["GET", "/tailnet/{tailnet}/dns/nameservers", "List DNS nameservers", page],
      ["GET", "/tailnet/{tailnet}/dns/preferences", "Get DNS preferences", page],
      ["GET", "/tailnet/{tailnet}/dns/searchpaths", "List DNS search paths", page],
      ["GET", "/tailnet/{tailnet}/dns/split-dns", "Get split DNS", page],
      ["GET", "/tailnet/{tailnet}/dns/configuration", "Get DNS configuration", page],
    ],
  },
  feature_settings: {
    means: "change features and posture integrations",
    opens: [
      ["POST", "/tailnet/{tailnet}/posture/integrations", "Create a posture integration"],
      ["PATCH", "/posture/integrations/{id}", "Update a posture integration"],
      ["DELETE", "/posture/integrations/{id}", "Delete a posture integration"],
      ["PATCH", "/tailnet/{tailnet}/settings", "Update tailnet settings"],
    ],
  },
  "feature_settings:read": {
    means: "read settings of features and posture integrations",
    opens: [
      ["GET", "/tailnet/{tailnet}/posture/integrations", "List all posture integrations"],
      ["GET", "/posture/integrations/{id}", "Get a posture integration"],
      ["GET", "/tailnet/{tailnet}/settings", "Get tailnet settings"],
    ],
  },
  federated_keys: {
    means: "create, change and revoke federated identities",
    opens: [
      ["POST", "/tailnet/{tailnet}/keys", "Create an auth key or trust credential"],
      ["DELETE", "/tailnet/{tailnet}/keys/{keyId}", "Delete key"],
      ["PUT", "/tailnet/{tailnet}/keys/{keyId}", "Set key"],
    ],
  },
  "federated_keys:read": {
    means: "list federated identities",
    opens: [
      ["GET", "/tailnet/{tailnet}/keys", "List tailnet keys"],
      ["GET", "/tailnet/{tailnet}/keys/{keyId}", "Get key"],
    ],
  },
  log_streaming: {
    means: "send the tailnet's logs elsewhere, or stop that",
    opens: [
      ["PUT", "/tailnet/{tailnet}/logging/{logType}/stream", "Set log streaming configuration"],
      ["DELETE", "/tailnet/{tailnet}/logging/{logType}/stream", "Disable log streaming"],
      ["POST", "/tailnet/{tailnet}/aws-external-id", "Create or get AWS external id"],
      [
        "POST",
        "/tailnet/{tailnet}/aws-external-id/{id}/validate-aws-trust-policy",
        "Validate external ID integration with IAM role trust policy",
      ],
    ],
  },
  "log_streaming:read": {
    means: "read where the tailnet's logs are sent",
    opens: [
      ["GET", "/tailnet/{tailnet}/logging/{logType}/stream/status", "Get log streaming status"],
      ["GET", "/tailnet/{tailnet}/logging/{logType}/stream", "Get log streaming configuration"],
    ],
  },
  "logs:configuration:read": {
    means: "read the configuration audit log",
    opens: [["GET", "/tailnet/{tailnet}/logging/configuration", "List configuration audit logs"]],
  },
  "logs:network": {
    means: "switch network flow logs on and off",
    opens: [["PATCH", "/tailnet/{tailnet}/settings", "Update tailnet settings"]],
  },
  "logs:network:read": {
    means: "read network flow logs",
    opens: [
      ["GET", "/tailnet/{tailnet}/logging/network", "List network flow logs"],
      ["GET", "/tailnet/{tailnet}/settings", "Get tailnet settings"],
    ],
  },
  networking_settings: {
    means: "change network settings",
    opens: [["PATCH", "/tailnet/{tailnet}/settings", "Update tailnet settings"]],
  },
  "networking_settings:read": {
    means: "read network settings",
    opens: [["GET", "/tailnet/{tailnet}/settings", "Get tailnet settings"]],
  },
  oauth_apps: {
    means: "create, change and delete OAuth apps",
    opens: [
      ["POST", "/tailnet/{tailnet}/oauth-apps", "Create an OAuth app"],
      ["PUT", "/tailnet/{tailnet}/oauth-apps/{appId}", "Update OAuth app"],
      ["DELETE", "/tailnet/{tailnet}/oauth-apps/{appId}", "Delete OAuth app"],
    ],
  },
  "oauth_apps:read": {
    means: "read OAuth apps",
    opens: [
      ["GET", "/tailnet/{tailnet}/oauth-apps", "List OAuth apps"],
      ["GET", "/tailnet/{tailnet}/oauth-apps/{appId}", "Get OAuth app"],
    ],
  },
  oauth_keys: {
    means: "create, change and revoke OAuth clients",
    opens: [
      ["POST", "/tailnet/{tailnet}/keys", "Create an auth key or trust credential"],
      ["DELETE", "/tailnet/{tailnet}/keys/{keyId}", "Delete key"],
      ["PUT", "/tailnet/{tailnet}/keys/{keyId}", "Set key"],
    ],
  },
  "oauth_keys:read": {
    means: "list OAuth clients",
    opens: [
      ["GET", "/tailnet/{tailnet}/keys", "List tailnet keys"],
      ["GET", "/tailnet/{tailnet}/keys/{keyId}", "Get key"],
    ],
  },
  policy_file: {
    means: "rewrite the policy file: who reaches what, and who owns which tag",
    opens: [
      ["POST", "/tailnet/{tailnet}/acl", "Set policy file"],
      ["PATCH", "/tailnet/{tailnet}/settings", "Update tailnet settings"],
    ],
  },
  "policy_file:read": {
    means: "read the policy file",
    opens: [
      ["GET", "/tailnet/{tailnet}/acl", "Get policy file"],
      ["POST", "/tailnet/{tailnet}/acl/preview", "Preview rule matches", unstated],
      ["POST", "/tailnet/{tailnet}/acl/validate", "Validate and test policy file"],
      ["GET", "/tailnet/{tailnet}/settings", "Get tailnet settings"],
    ],
  },
  services: {
    means: "change services, and approve devices that host them",
    opens: [
      ["PUT", "/tailnet/{tailnet}/services/{serviceName}", "Update a Service"],
      ["DELETE", "/tailnet/{tailnet}/services/{serviceName}", "Delete a Service"],
      [
        "GET",
        "/tailnet/{tailnet}/services/{serviceName}/devices",
        "List devices hosting a Service",
      ],
      [
        "GET",
        "/tailnet/{tailnet}/services/{serviceName}/device/{deviceId}/approved",
        "Get approval status of Service on a device",
      ],
      [
        "POST",
        "/tailnet/{tailnet}/services/{serviceName}/device/{deviceId}/approved",
        "Update approval status of Service on a device",
      ],
    ],
  },
  "services:read": {
    means: "read services",
    opens: [
      ["GET", "/tailnet/{tailnet}/services", "List all Services"],
      ["GET", "/tailnet/{tailnet}/services/{serviceName}", "Get a Service"],
    ],
  },
  tailnets: {
    means: "create tailnets in the organization, each with an OAuth client that administers it",
    opens: [["POST", "/organizations/{organization}/tailnets", "Create a tailnet", organizations]],
  },
  "tailnets:read": {
    means: "list the tailnets of the organization",
    opens: [["GET", "/organizations/{organization}/tailnets", "List tailnets", organizations]],
  },
  users: {
    means: "approve, suspend and delete users, and change their roles",
    opens: [
      ["POST", "/users/{userId}/role", "Update user role"],
      ["POST", "/users/{userId}/approve", "Approve a user"],
      ["POST", "/users/{userId}/suspend", "Suspend a user"],
      ["POST", "/users/{userId}/restore", "Restore a user"],
      ["POST", "/users/{userId}/delete", "Delete a user"],
    ],
  },
  "users:read": {
    means: "read users",
    opens: [
      ["GET", "/tailnet/{tailnet}/users", "List users"],
      ["GET", "/users/{userId}", "Get a user"],
    ],
  },
  webhooks: {
    means: "create, change and delete webhooks",
    opens: [
      ["POST", "/tailnet/{tailnet}/webhooks", "Create a webhook"],
      ["PATCH", "/webhooks/{endpointId}", "Update webhook"],
      ["DELETE", "/webhooks/{endpointId}", "Delete webhook"],
      ["POST", "/webhooks/{endpointId}/test", "Test a webhook"],
      ["POST", "/webhooks/{endpointId}/rotate", "Rotate webhook secret"],
    ],
  },
  "webhooks:read": {
    means: "read webhooks",
    opens: [
      ["GET", "/tailnet/{tailnet}/webhooks", "List webhooks"],
      ["GET", "/webhooks/{endpointId}", "Get webhook"],
    ],
  },
};

/** One operation, or the part of one that a scope allows. */
export interface Operation {
  /** The name in reports, for example `"POST /api/v2/tailnet/{tailnet}/keys (auth key)"`. */
  readonly name: string;
  readonly summary: string;
  readonly scope: OperationScope;
  readonly writes: boolean;
  readonly source: Source;
}

/** The kind of key that each scope covers in the operations on keys. */
const kindsOfKey: Partial<Record<string, string>> = {
  api_access_tokens: "API access token",
  auth_keys: "auth key",
  federated_keys: "federated identity",
  oauth_keys: "OAuth client",
};

/** Every operation that a scope allows, in the order of the scopes. */
export const operations: readonly Operation[] = Object.entries(catalogue).flatMap(
  ([key, { opens }]) =>
    opens.map(([method, path, summary, source = apiDocument]): Operation => {
      const scope = key as OperationScope; // The catalogue's own keys.
      const family = scope.replace(/:read$/, "");
      const part = path.includes("/keys")
        ? kindsOfKey[family]
        : path.endsWith("/settings")
          ? family
          : undefined;
      return {
        name: `${method} /api/v2${path}${part === undefined ? "" : ` (${part})`}`,
        summary,
        scope,
        // Some reads are POSTs (validating a policy), and only the write scope allows a few reads.
        writes: method !== "GET" && !scope.endsWith(":read"),
        source,
      };
    }),
);

/** Operations that no scope allows, with the reason. None of our credentials can call them. */
export const closedToCredentials: readonly { readonly name: string; readonly reason: string }[] = [
  "POST /api/v2/device/{deviceId}/device-invites",
  "POST /api/v2/device-invites/{deviceInviteId}/resend",
  "POST /api/v2/device-invites/-/accept",
  "GET /api/v2/tailnet/{tailnet}/user-invites",
  "POST /api/v2/tailnet/{tailnet}/user-invites",
  "GET /api/v2/user-invites/{userInviteId}",
  "DELETE /api/v2/user-invites/{userInviteId}",
  "POST /api/v2/user-invites/{userInviteId}/resend",
].map((name) => ({ name, reason: "they need a token that a user owns" }));

/**
 * What a scope means, worded to follow "may"; undefined for a scope that is not in the catalogue.
 */
export function describeScope(scope: string): string | undefined {
  if (scope === "all:read") return "read everything the API shows, operations added later included";
  return catalogue[scope as OperationScope]?.means; // Undefined for every other name.
}
