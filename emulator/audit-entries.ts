/**
 * What the audit log says about credentials and their tokens. The forms of an auth key's creation
 * and revocation, of the use of an OAuth client and of their actors are those of a real tailnet's
 * export of 2026-07-27 (docs/api-facts.md); entries of other kinds were not in that export, so
 * their form follows these, and the code names the open fact.
 */

import type { AccessToken, AuditEntry, Key, KeyType, User } from "./state.js";

/** One entry, without the members that the log adds: time, group, origin and actor. */
export type Change = Pick<AuditEntry, "action" | "target"> &
  Partial<Pick<AuditEntry, "old" | "new" | "actionDetails" | "error" | "deferredAt">>;

export function toUserActor(user: User | undefined): AuditEntry["actor"] {
  return {
    id: user?.id ?? "",
    type: "USER",
    loginName: user?.loginName ?? "",
    displayName: user?.displayName ?? "",
  };
}

/**
 * An OAuth client is known by its id alone: it is called "OAuth client" whatever its description
 * says. `fact: audit-actor-of-credentials`; of a federated identity no source shows one,
 * `fact: federated-actor-in-log`.
 */
export function toCredentialActor({ id }: Key): AuditEntry["actor"] {
  return { id, type: "OAUTH_CLIENT", loginName: "", displayName: "OAuth client" };
}

/**
 * What is not a person and not a credential, for example Tailscale's secret scanner.
 * `fact: secret-scanner-as-actor`
 */
export function createOtherActor(type: string): AuditEntry["actor"] {
  return { id: "", type, loginName: "", displayName: "" };
}

/**
 * `fact: audit-create-of-auth-key`; the names of the other kinds are open,
 * `fact: audit-names-of-other-kinds`.
 */
const targetNames: Record<KeyType, string> = {
  auth: "Auth key",
  client: "OAuth client",
  federated: "Federated identity",
  api: "API access token",
};

function toTarget({ id, keyType }: Key): AuditEntry["target"] {
  return { id, name: targetNames[keyType], type: "API_KEY" };
}

export function describeCreation(key: Key): Change {
  return { action: "CREATE", target: toTarget(key), new: toLoggedKey(key) };
}

/** A revocation has neither an old nor a new value. `fact: audit-revoke-has-no-old` */
export function describeRevocation(key: Key): Change {
  return { action: "REVOKE", target: toTarget(key) };
}

/** @param before the key as it was last logged */
export function describeChange(key: Key, before: object): Change {
  return { action: "UPDATE", target: toTarget(key), old: before, new: toLoggedKey(key) };
}

/**
 * The use of a trust credential is the creation of a token, by that credential.
 * `fact: use-is-logged-as-token-create`
 */
export function describeTaking({ id, scopes }: AccessToken): Change {
  return {
    action: "CREATE",
    target: { id, name: "OAuth access token", type: "OAUTH_ACCESS_TOKEN" },
    actionDetails: `scopes - ${scopes.join(" ")}`,
  };
}

/**
 * A key as the audit log shows it, which is not how the keys API does.
 * `fact: audit-create-of-auth-key`; of trust credentials no source shows one,
 * `fact: audit-new-of-trust-credentials`.
 */
export function toLoggedKey(key: Key): object {
  return {
    ...(key.expires !== undefined && { expires: formatGoTime(key.expires) }),
    ...(key.devices && { capabilities: listCapabilities(key.devices) }),
    ...(key.scopes && { scopes: key.scopes }),
    ...(key.issuer !== undefined && { issuer: key.issuer, subject: key.subject }),
    ...(key.userId === undefined && { domainLevel: true }),
    ...(key.tags && { authTags: key.tags }),
    ...(key.description !== "" && { description: key.description }),
  };
}

/** The first and the third were seen in the export. */
function listCapabilities({ reusable, ephemeral, preauthorized }: NonNullable<Key["devices"]>) {
  return [
    reusable ? "NODE_AUTH" : "ONE_OFF_NODE_AUTH",
    ...(preauthorized ? ["PREAUTHORIZED"] : []),
    ...(ephemeral ? ["EPHEMERAL"] : []),
  ];
}

/** A time as Go prints it, for example `2026-07-27 12:15:48.688 +0000 UTC`. */
function formatGoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "")} +0000 UTC`;
}
