/** Everything that a tailnet remembers, as plain data that can be saved to a file. */

import type { Role } from "./permissions.js";
import type { PolicyFile } from "./policy-file.js";

/** The longest lifetime of an API access token and of an auth key. */
export const ninetyDays = 90 * 24 * 60 * 60;

export type KeyType = "auth" | "client" | "federated" | "api";

/** One credential, with the hash of its secret. */
export interface Key {
  readonly id: string;
  readonly keyType: KeyType;
  /** Absent for a federated identity, which has no secret. */
  readonly secretHash?: string;
  description: string;
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
  updated?: number;
  readonly expires?: number;
  revoked?: number;
  /** A single-use auth key that a device has joined with. */
  used?: boolean;
  /** How many machines joined with an auth key; absent for none. */
  joined?: number;
  /** Its user; absent if a trust credential created it. */
  readonly userId?: string;
  scopes?: string[];
  tags?: string[];
  readonly devices?: { reusable: boolean; ephemeral: boolean; preauthorized: boolean };
  issuer?: string;
  subject?: string;
  audience?: string;
  customClaimRules?: Record<string, string>;
}

/** A short-lived token of a trust credential. */
export interface AccessToken {
  readonly id: string;
  readonly hash: string;
  readonly keyId: string;
  readonly created: number;
  readonly expires: number;
  /** Later changes of the credential do not affect its tokens. `fact: tokens-keep-their-scopes` */
  readonly scopes: readonly string[];
  /** The tags it may assign, if they were narrowed. */
  readonly tags?: readonly string[];
}

export interface User {
  readonly id: string;
  readonly loginName: string;
  readonly displayName: string;
  readonly role: Role;
  readonly created: number;
}

/** An entry of the configuration audit log, as the API returns it. */
export interface AuditEntry {
  readonly eventTime: string;
  /** If the log's rate limiter delayed the entry: until when. */
  readonly deferredAt?: string | undefined;
  readonly type: "CONFIG";
  readonly eventGroupID: string;
  /** Where the change was made, for example `"CONFIG_API"` or `"ADMIN_CONSOLE"`. */
  readonly origin: string;
  readonly actor: {
    readonly id: string;
    readonly type: string;
    readonly loginName?: string | undefined;
    readonly displayName?: string | undefined;
  };
  readonly target: {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly property?: string | undefined;
  };
  readonly action: string;
  readonly old?: unknown;
  readonly new?: unknown;
  readonly actionDetails?: string | undefined;
  /** Why the change failed. */
  readonly error?: string | undefined;
}

/**
 * The credentials of a fresh tailnet. They are stored in plaintext, so that a later start with the
 * same data can return them again.
 */
export interface StartCredentials {
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly roles: Record<Role, string>;
}

/** @internal */
export interface State {
  readonly version: 1;
  readonly tailnet: { readonly id: string; readonly name: string };
  readonly start: StartCredentials;
  /** How far the clock was moved forward, in milliseconds. */
  clockOffset: number;
  users: User[];
  keys: Key[];
  tokens: AccessToken[];
  policy: PolicyFile;
  log: AuditEntry[];
}

/** The members of the first version's state. */
type First =
  | "version"
  | "tailnet"
  | "start"
  | "clockOffset"
  | "users"
  | "keys"
  | "tokens"
  | "policy"
  | "log";

/**
 * The members that an older file lacks, as in a fresh tailnet. The compiler requires every member
 * that is added to the state.
 * @internal
 */
export function createLaterMembers(): Omit<State, First> {
  return {};
}

/** Whether the key is valid at the time `now`. */
export function isActive(key: Key, now: number): boolean {
  return (
    key.revoked === undefined &&
    key.used !== true &&
    (key.expires === undefined || key.expires > now)
  );
}
