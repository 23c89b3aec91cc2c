/**
 * The endpoint family `/tailnet/{tailnet}/keys`: auth keys, OAuth clients and federated identities
 * are all "keys" there. Source: https://tailscale.com/api#tag/keys
 */

import { z } from "zod";
import { findKind, getFacts } from "../../access/kinds";
import { sanitize } from "../../access/sanitize";
import type { ApiClient } from "../auth/client";
import { NotFound, NotPermitted, NotVisible, RequestRefused, ServerFailed } from "../errors";
import type { Request } from "../http";
import {
  createAlreadyRevoked,
  createNotUnderstood,
  createNotVisible,
  createOtherKind,
} from "../refusal";
import { isKeyId } from "./id";
import { isActive, type Key, type KeyType } from "./key";
import { type LostCreateLookup, openCreates, type SafeCreate } from "./lost-creates";
import { keyShape } from "./schema";
import { createKeyList, type KeyList } from "./shared-list";

/** The body of a create or a wholesale change, without the `keyType`, which the call names. */
export type KeyBody = Readonly<Record<string, unknown>>;

/** What a kind of key is called, for example `"an OAuth client"`. */
function nameKind(keyType: string): string {
  const kind = findKind(keyType);
  const name = kind && getFacts(kind).name;
  if (name === undefined) return keyType === "api" ? "an API access token" : "another kind of key";
  return /^[aeio]/i.test(name) ? `an ${name}` : `a ${name}`;
}

export interface Keys {
  /**
   * Creates the key. Where the answer is lost, what it made is looked for and revoked before it is
   * sent again.
   */
  create(body: KeyBody): Promise<Key>;
  /**
   * Creates a key that has a secret, which this answer alone carries, as `key`. One without is
   * revoked again.
   */
  createWithSecret(body: KeyBody): Promise<Key & { key: string }>;
  /**
   * The key, active or not, or undefined where the tailnet has none of that id.
   * @param owner the user who made it, `""` for a trust credential; absent where that is not known
   * @throws {@link NotVisible} where it may be there and only be hidden from who asks
   */
  find(id: string, owner?: string): Promise<Key | undefined>;
  /**
   * Changes an OAuth client or federated identity. The API replaces all that can be changed and
   * empties what is left out, so `body` is made of what the tailnet has now.
   */
  update(id: string, body: (now: Key) => KeyBody): Promise<Key>;
  /**
   * Revokes the key. That it was revoked or expired already is success.
   * @param expires when it ends at the latest, RFC 3339
   * @throws {@link NotVisible} where nothing shows that it no longer opens anything
   */
  revoke(id: string, expires?: string): Promise<void>;
}

const nothing = z.unknown();

/** The credentials of a tailnet, as one credential may see and change them. */
export interface KeyClient {
  /** Those of one type. */
  keys(type: KeyType): Keys;
  /** Every active one; undefined where it may see none. Shared for a moment with all reads. */
  all(): Promise<readonly Key[] | undefined>;
}

/** What tells the lost creates of a client from what others made, and who the client is. */
export interface KeyClientOptions
  extends Pick<LostCreateLookup, "serverTime" | "known" | "isTrustCredential"> {
  /**
   * The user that it is, by an API access token; undefined for a trust credential, or where it is
   * not known.
   */
  ownUser(): Promise<string | undefined>;
}

/** All keys of one client share its list, and look for lost creates one after the other. */
export function createKeyClient(
  tailnet: string,
  api: ApiClient,
  options: KeyClientOptions,
): KeyClient {
  const list = createKeyList(tailnet, api);
  const create = openCreates({
    ...options,
    list() {
      list.forget();
      return list.all();
    },
    find: (type, id) => keys(type).find(id),
    revoke: (type, id) => keys(type).revoke(id),
  });
  const keys = (type: KeyType) => keysOf(type, tailnet, api, { ...options, list, create });
  return { keys, all: () => list.all() };
}

interface Shared extends KeyClientOptions {
  readonly list: KeyList;
  readonly create: SafeCreate;
}

function keysOf(
  type: KeyType,
  tailnet: string,
  api: ApiClient,
  { list, create, ownUser, serverTime }: Shared,
): Keys {
  const { name, scope } = getFacts(findKind(type));
  const all = `/tailnet/${encodeURIComponent(tailnet)}/keys`;
  const one = (id: string) => {
    // Encoding leaves dots as they are, which would climb out of the path.
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

  async function write<Answer>(request: Request, shape: z.ZodType<Answer>): Promise<Answer> {
    try {
      return await api.send(request, shape);
    } finally {
      // Whatever was listed before, or meanwhile, is no longer true.
      list.forget();
    }
  }

  const buildReadRequest = (id: string): Request => ({
    doing: `read the ${name} ${id}`,
    method: "GET",
    path: one(id),
    needs: `${scope}:read`,
  });

  /** The key, which has to be one of this type; an older form of the answer does not say. */
  function requireType(key: Key): Key {
    const { keyType } = key;
    if (!keyType || keyType === type) return key;
    throw createOtherKind(buildReadRequest(key.id), name, nameKind(keyType));
  }

  /**
   * Whether a read would have shown a key that exists: Tailscale may answer 404 to who may not see
   * it (fact: hidden-key-status).
   */
  async function wouldShow(owner: string | undefined): Promise<boolean> {
    const mayRead = await api.mayRead(`${scope}:read`);
    if (mayRead !== undefined) return mayRead;
    if ((await list.all()) === undefined) return false;
    // The list may show a user's own keys alone (fact: user-token-list).
    const user = await ownUser();
    if (owner === undefined || owner === user) return true;
    return user !== undefined && list.showsOthers(type, user);
  }

  /**
   * Whether the key no longer opens anything, as it says itself; one that expired needs not be
   * there.
   */
  async function isOver(id: string, expires: string | undefined): Promise<boolean> {
    if (expires !== undefined && Date.parse(expires) <= serverTime(Date.now())) return true;
    try {
      return !isActive(await api.send(buildReadRequest(id), keyShape));
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
            keyShape,
          ),
      }),
    async createWithSecret(body) {
      const made = await keys.create(body);
      if (typeof made.key === "string") return { ...made, key: made.key };
      await keys.revoke(made.id);
      throw createNotUnderstood(
        creation,
        `it holds no secret, so the ${name} ${made.id} was revoked again`,
      );
    },
    async find(id, owner) {
      const listed = await list.find(id);
      if (listed !== undefined) return requireType(listed);
      const request = buildReadRequest(id);
      try {
        return requireType(await api.send(request, keyShape));
      } catch (error) {
        if (!(error instanceof NotFound)) throw error;
        if (await wouldShow(owner)) return undefined;
        throw createNotVisible(request, error, `${scope}:read`);
      }
    },
    async update(id, body) {
      const request = {
        doing: `change the ${name} ${id}`,
        method: "PUT",
        path: one(id),
        needs: scope,
      } as const;
      const read = { ...buildReadRequest(id), doing: request.doing };
      const now = await api.send(read, keyShape).catch(async (error: unknown) => {
        if (!(error instanceof NotFound) || (await wouldShow(undefined))) throw error;
        throw createNotVisible(read, error, scope);
      });
      if (!isActive(now)) throw createAlreadyRevoked(request);
      return write({ ...request, json: { keyType: type, ...body(now) } }, keyShape);
    },
    async revoke(id, expires) {
      const request = {
        doing: `revoke the ${name} ${id}`,
        method: "DELETE",
        path: one(id),
        needs: scope,
      } as const;
      try {
        await write(request, nothing);
      } catch (error) {
        // A 404 or a failure says nothing of the key: whether it still opens anything, it tells
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
  return `${sanitize(JSON.stringify(id))} is not the id of a credential.\n  An id has letters, digits and hyphens alone, for example "kAbc123CNTRL".`;
}

/** The tags that a create gives away: an auth key has them among its capabilities. */
function findGivenTags(body: KeyBody): readonly string[] {
  const { tags, capabilities } = keyShape.partial().parse(body);
  return tags ?? capabilities?.devices?.create?.tags ?? [];
}

/** Reads the key that a token came from, which every token may do. */
export function buildOwnKeyRequest(tailnet: string, id: string): Request {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/keys/${encodeURIComponent(id)}`;
  return { doing: "read what the deployer holds", method: "GET", path };
}

/**
 * Whether the OAuth client `id` is no longer there. Where we may not look, it counts as gone: its
 * token was refused.
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
