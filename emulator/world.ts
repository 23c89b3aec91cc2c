/** What every route works on: the state, the clock, and the audit log. */

import { randomUUID } from "node:crypto";
import { type Change, toCredentialActor, toUserActor } from "./audit-entries.js";
import type { Clock } from "./clock.js";
import { createFreshState } from "./fresh-tailnet.js";
import { allows, olderScopes, scopes } from "./permissions.js";
import { freshPolicy, readPolicy } from "./policy-file.js";
import type { Policy } from "./policy-shape.js";
import {
  type AccessToken,
  type AuditEntry,
  isActive,
  type Key,
  type State,
  type User,
} from "./state.js";
import type { Store } from "./store.js";
import type { Unknowns } from "./unknowns.js";

/**
 * Who sends a request: a user by an API access token, or a trust credential by a short-lived token.
 */
export interface Actor {
  /** The credential to which the token belongs. */
  readonly key: Key;
  /** The owner of an API access token; undefined for a trust credential. */
  readonly user?: User;
  /** The short-lived token; undefined for a user. */
  readonly token?: AccessToken;
  readonly scopes: readonly string[];
  /** The tags of a trust credential, or those to which its token was narrowed. */
  readonly tags: readonly string[];
  /**
   * Whether it may assign every tag that the policy file defines: a client with `all`, by a token
   * whose tags were not narrowed.
   */
  readonly givesAnyTag: boolean;
}

export interface WorldOptions {
  readonly rewriteGithubSubjects: boolean;
  /** Scopes that exist beyond the known ones. */
  readonly scopes: readonly string[];
  /** How it behaves where no source documents the real API. */
  readonly unknowns: Unknowns;
  /** Reads issuers' published keys. */
  readonly fetch: typeof fetch;
}

export class World implements Clock {
  readonly state: State;
  /** The published keys of issuers that are not fetched over the network. */
  readonly issuerKeys = new Map<string, unknown>();
  rewriteGithubSubjects: boolean;
  unknowns: Unknowns;
  readonly fetch: typeof fetch;
  private readonly scopes: ReadonlySet<string>;
  // Every request asks for keys by id and by secret: a search of a large tailnet would take longer
  // than the rest of the request.
  private readonly byId = new Map<string, Key>();
  private readonly bySecretHash = new Map<string, Key>();

  constructor(
    private readonly store: Store,
    options: WorldOptions,
    policy: string = freshPolicy,
  ) {
    this.state = store.load() ?? createFreshState(policy);
    this.scopes = new Set([...scopes, ...olderScopes, ...options.scopes]);
    this.rewriteGithubSubjects = options.rewriteGithubSubjects;
    this.unknowns = options.unknowns;
    this.fetch = options.fetch;
    for (const findKey of this.state.keys) this.indexKey(findKey);
    this.keep();
  }

  now(): number {
    return Date.now() + this.state.clockOffset;
  }

  get policy(): Policy {
    const parsed = readPolicy(this.state.policy.text);
    if ("policy" in parsed) return parsed.policy;
    throw new Error(`the stored policy file is unreadable: ${parsed.problem}`);
  }

  isScope(name: string): boolean {
    return this.scopes.has(name);
  }

  key(id: string): Key | undefined {
    return this.byId.get(id);
  }

  /** The key whose secret has this hash, active or not. */
  findKeyBySecret(hash: string): Key | undefined {
    return this.bySecretHash.get(hash);
  }

  addKey(key: Key): void {
    this.state.keys.push(key);
    this.indexKey(key);
  }

  /** Removes every trace of these keys, but for the audit log. */
  removeKeys(isRemoved: (key: Key) => boolean): void {
    for (const key of this.state.keys.filter(isRemoved)) {
      this.byId.delete(key.id);
      if (key.secretHash !== undefined) this.bySecretHash.delete(key.secretHash);
    }
    this.state.keys = this.state.keys.filter((key) => !isRemoved(key));
  }

  private indexKey(key: Key): void {
    this.byId.set(key.id, key);
    if (key.secretHash !== undefined) this.bySecretHash.set(key.secretHash, key);
  }

  findUser(id: string | undefined): User | undefined {
    return this.state.users.find((user) => user.id === id);
  }

  /**
   * The short-lived tokens that are valid. Those of a revoked credential are not.
   * `fact: revocation-ends-tokens`
   */
  listTokens(): AccessToken[] {
    return this.state.tokens.filter(({ expires, keyId }) => {
      const key = this.key(keyId);
      return expires > this.now() && key !== undefined && isActive(key, this.now());
    });
  }

  /** Logs a change, and saves the state. Called at the end of every change. */
  record(actor: Actor, change: Change): void {
    this.recordAs(
      actor.user === undefined ? toCredentialActor(actor.key) : toUserActor(actor.user),
      "CONFIG_API",
      change,
    );
  }

  recordAs(actor: AuditEntry["actor"], origin: AuditEntry["origin"], change: Change): void {
    // Nanoseconds, as in the real log; the last six digits count entries, so that no two have the
    // same time.
    const count = String(this.state.log.length % 1_000_000).padStart(6, "0");
    this.state.log.push({
      eventTime: new Date(this.now()).toISOString().replace("Z", `${count}Z`),
      type: "CONFIG",
      eventGroupID: randomUUID().replaceAll("-", ""),
      origin,
      actor,
      ...change,
    });
    this.keep();
  }

  /** Saves the state. */
  keep(): void {
    this.state.tokens = this.state.tokens.filter((token) => token.expires > this.now());
    this.store.save(this.state);
  }
}

/** Whether the actor holds `scope`, or a scope that includes it. */
export function holdsScope(actor: Actor, scope: string): boolean {
  return allows(actor.scopes, scope);
}
