/**
 * The endpoints `/tailnet/{tailnet}/keys`: auth keys, OAuth clients and federated identities are
 * all "keys" there. Source: https://tailscale.com/api#tag/keys
 */

import { findKind, getFacts } from "../../access/kinds";
import { sanitize } from "../../access/sanitize";
import type { ApiClient } from "../auth/client";
import { NotFound, NotPermitted, NotVisible, RequestRefused, ServerFailed } from "../errors";
import type { Request } from "../http";
import { defineSchema, type LazySchema } from "../lazy-schema";
import {
  createAlreadyRevoked,
  createNotUnderstood,
  createNotVisible,
  createOtherKind,
} from "../refusal";
import { isKeyId } from "./id";
import { isActive, type Key, type KeyType, keySchema } from "./key";
import { createSafeCreate, type LostCreateLookup, type SafeCreate } from "./lost-creates";
import { createKeyList, type KeyList } from "./shared-list";

/** The body of a create or an update, without the `keyType`. */
export type KeyBody = Readonly<Record<string, unknown>>;

/** A kind of key with its article, for example `"an OAuth client"`. */
function nameKind(keyType: string): string {
  const kind = findKind(keyType);
  const name = kind && getFacts(kind).name;
  if (name === undefined) return keyType === "api" ? "an API access token" : "another kind of key";
  return /^[aeio]/i.test(name) ? `an ${name}` : `a ${name}`;
}

/** The keys of one type, as one credential sees and changes them. */
export interface Keys {
  /**
   * Creates a key. If the answer is lost, it finds and revokes what was created before it sends the
   * request again (lost-creates.ts).
   */
  create(body: KeyBody): Promise<Key>;
  /**
   * Creates a key with a secret, which only this answer has, as `key`. A key without one is
   * revoked.
   */
  createWithSecret(body: KeyBody): Promise<Key & { key: string }>;
  /**
   * The key, active or not; undefined if the tailnet has none with that id.
   * @param owner the user who created it, `""` for a trust credential; absent if that is not known
   * @throws {@link NotVisible} if it may exist and be hidden from this credential
   */
  find(id: string, owner?: string): Promise<Key | undefined>;
  /**
   * Updates an OAuth client or federated identity. The API replaces everything that can change, and
   * empties what the body leaves out, so `body` gets what the tailnet has now.
   */
  update(id: string, body: (now: Key) => KeyBody): Promise<Key>;
  /**
   * Revokes the key. It also succeeds if the key is revoked or expired already.
   * @param expires when it expires, RFC 3339
   * @throws {@link NotVisible} if nothing shows that the key is no longer valid
   */
  revoke(id: string, expires?: string): Promise<void>;
}

const nothing = defineSchema((z) => z.unknown());

/** The keys of a tailnet, as one credential sees and changes them. */
export interface KeyClient {
  /** The keys of one type. */
  keys(type: KeyType): Keys;
  /**
   * Every active key; undefined if it may not list them. Reads share the list for a moment.
   * @param again lists them again for this read and the following ones
   */
  all(again?: "again"): Promise<readonly Key[] | undefined>;
}

/** Who the client is, and how its lost creates are told from the keys of others. */
export interface KeyClientOptions
  extends Pick<LostCreateLookup, "serverTime" | "known" | "isTrustCredential"> {
  /** The user of its API access token; undefined for a trust credential, or if not known. */
  ownUser(): Promise<string | undefined>;
}

/**
 * A client's keys of all types share one list, and look for lost creates one after the other.
 * @see https://tailscale.com/api#tag/keys
 */
export function createKeyClient(
  tailnet: string,
  api: ApiClient,
  options: KeyClientOptions,
): KeyClient {
  const list = createKeyList(tailnet, api);
  function all(again?: "again") {
    if (again !== undefined) list.forget();
    return list.all();
  }
  const create = createSafeCreate({
    ...options,
    list: () => all("again"),
    find: (type, id) => keys(type).find(id),
    revoke: (type, id) => keys(type).revoke(id),
  });
  const keys = (type: KeyType) => createKeys(type, tailnet, api, { ...options, list, create });
  return { keys, all };
}

interface Shared extends KeyClientOptions {
  readonly list: KeyList;
  readonly create: SafeCreate;
}

function createKeys(
  type: KeyType,
  tailnet: string,
  api: ApiClient,
  { list, create, ownUser, serverTime }: Shared,
): Keys {
  const { name, scope } = getFacts(findKind(type));
  const all = `/tailnet/${encodeURIComponent(tailnet)}/keys`;
  const buildPath = (id: string) => {
    // Encoding would leave dots as they are, and `..` leads out of the path.
    if (!isKeyId(id)) throw new RequestRefused(describeInvalidId(id));
    return `${all}/${id}`;
  };

  const creation = {
    doing: `create ${nameKind(type)}`,
    method: "POST",
    effect: "creates",
    path: all,
    needs: scope,
  } as const;

  async function write<Answer>(request: Request, schema: LazySchema<Answer>): Promise<Answer> {
    try {
      return await api.send(request, schema);
    } finally {
      // A list from before the write, or from meanwhile, is out of date.
      list.forget();
    }
  }

  const buildReadRequest = (id: string): Request => ({
    doing: `read the ${name} ${id}`,
    method: "GET",
    path: buildPath(id),
    needs: `${scope}:read`,
  });

  /** The key if it has this type. An older form of the answer does not name the type. */
  function requireType(key: Key): Key {
    const { keyType } = key;
    if (!keyType || keyType === type) return key;
    throw createOtherKind(buildReadRequest(key.id), name, nameKind(keyType));
  }

  /**
   * Whether a read would show a key that exists. Tailscale may answer 404 for a key that the
   * credential may not see (fact: hidden-key-status).
   */
  async function canSee(owner: string | undefined): Promise<boolean> {
    const mayRead = await api.mayRead(`${scope}:read`);
    if (mayRead !== undefined) return mayRead;
    if ((await list.all()) === undefined) return false;
    // The list may show a user only its own keys (fact: user-token-list).
    const user = await ownUser();
    if (owner === undefined || owner === user) return true;
    return user !== undefined && list.showsOthers(type, user);
  }

  /** Whether the key is no longer valid: it has expired, or it says so itself. */
  async function isOver(id: string, expires: string | undefined): Promise<boolean> {
    if (expires !== undefined && Date.parse(expires) <= serverTime(Date.now())) return true;
    try {
      return !isActive(await api.send(buildReadRequest(id), keySchema));
    } catch (error) {
      if (error instanceof NotFound || error instanceof NotPermitted) return false;
      throw error;
    }
  }

  const keys: Keys = {
    create: (body) =>
      create({
        keyType: type,
        body,
        send: () =>
          write(
            { ...creation, tags: findGivenTags(body), json: { keyType: type, ...body } },
            keySchema,
          ),
      }),
    async createWithSecret(body) {
      const made = await keys.create(body);
      if (typeof made.key === "string") return { ...made, key: made.key };
      await keys.revoke(made.id);
      throw createNotUnderstood(
        creation,
        `it has no secret, so the ${name} ${made.id} was revoked again`,
      );
    },
    async find(id, owner) {
      const listed = await list.find(id);
      if (listed !== undefined) return requireType(listed);
      const request = buildReadRequest(id);
      try {
        return requireType(await api.send(request, keySchema));
      } catch (error) {
        if (!(error instanceof NotFound)) throw error;
        if (await canSee(owner)) return undefined;
        throw createNotVisible(request, error, `${scope}:read`);
      }
    },
    async update(id, body) {
      const request = {
        doing: `change the ${name} ${id}`,
        method: "PUT",
        path: buildPath(id),
        needs: scope,
      } as const;
      const read = { ...buildReadRequest(id), doing: request.doing };
      const now = await api.send(read, keySchema).catch(async (error: unknown) => {
        if (!(error instanceof NotFound) || (await canSee(undefined))) throw error;
        throw createNotVisible(read, error, scope);
      });
      if (!isActive(now)) throw createAlreadyRevoked(request);
      return write({ ...request, json: { keyType: type, ...body(now) } }, keySchema);
    },
    async revoke(id, expires) {
      const request = {
        doing: `revoke the ${name} ${id}`,
        method: "DELETE",
        path: buildPath(id),
        needs: scope,
      } as const;
      try {
        await write(request, nothing);
      } catch (error) {
        // A 404 or a failure says nothing about the key. Whether it is still valid, it tells
        // itself.
        if (!(error instanceof NotFound || error instanceof ServerFailed)) throw error;
        if (await isOver(id, expires)) return;
        throw error instanceof NotFound ? createNotVisible(request, error, `${scope}:read`) : error;
      }
    },
  };
  return keys;
}

function describeInvalidId(id: string): string {
  return `${sanitize(JSON.stringify(id))} is not the id of a credential.\n  An id has only letters, digits and hyphens, for example "kAbc123CNTRL".`;
}

/** The tags that a create gives to the key. An auth key has them among its capabilities. */
function findGivenTags(body: KeyBody): readonly string[] {
  const { tags, capabilities } = keySchema().partial().parse(body);
  return tags ?? capabilities?.devices?.create?.tags ?? [];
}

/**
 * The request for the key that a token came from. Every token may send it.
 * @see https://tailscale.com/api#tag/keys
 */
export function buildOwnKeyRequest(tailnet: string, id: string): Request {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/keys/${encodeURIComponent(id)}`;
  return { doing: "read what the deployer holds", method: "GET", path };
}

/**
 * Whether the OAuth client `id` is gone. If we may not look, it counts as gone, because its token
 * was refused.
 */
export async function isClientGone(clients: Keys, id: string): Promise<boolean> {
  try {
    const client = await clients.find(id);
    return client === undefined || !isActive(client);
  } catch (error) {
    if (error instanceof NotPermitted || error instanceof NotVisible) return true;
    throw error;
  }
}
