/**
 * One tailnet as resources see it: its keys, as the deployer or as an OAuth client of `mintedBy`.
 */

import { getFirstLine } from "../access/error-text";
import type { Holder, TagOwners } from "../access/grants";
import { sanitize } from "../access/sanitize";
import { covers, expandLegacyScopes, policyFileScopes } from "../access/scopes";
import { type ApiClient, createApiClient, waitWhileFresh, withFallback } from "./auth/client";
import { findDeployerId, identifyTailnet, type TailnetIdentity } from "./auth/tailnet-identity";
import { NotFound, NotPermitted, NotVisible } from "./errors";
import { type Authorization, type Http, openHttp } from "./http";
import { isActive, type Key, type KeyType, keySchema } from "./keys/key";
import {
  buildOwnKeyRequest,
  createKeyClient,
  isClientGone,
  type KeyClient,
  type Keys,
} from "./keys/keys";
import { fetchTagOwners } from "./policy-file";
import type { Connection } from "./settings/connection";

/** An OAuth client that mints auth keys with its own token. */
export interface Minter {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tailnet {
  /** The keys of one type, as the deployer, or as `minter` while that client exists. */
  keys(type: KeyType, minter?: Minter): Keys;
  /**
   * Every active key that the deployer may see; undefined if it may not list them.
   * @param again lists them again: what they are compared with is newer than the list
   */
  allKeys(again?: "again"): Promise<readonly Key[] | undefined>;
  /** What the deployer holds, read once; undefined if it cannot be read. */
  deployer(): Promise<Holder | undefined>;
  /** What the OAuth client `id` holds; undefined if the deployer may not see it. */
  clientAsHolder(id: string): Promise<Holder | undefined>;
  /**
   * Reads the owners of each tag once. Returns undefined if the deployer may not read the policy
   * file.
   * @param again reads it again: this run may have changed the policy file
   */
  tagOwners(again?: "again"): Promise<TagOwners | undefined>;
  /** Sends a request as the deployer. */
  readonly api: ApiClient;
  /** The tailnet's name in paths. */
  readonly name: string;
  /** How it is distinguished from other tailnets. */
  readonly identity: TailnetIdentity;
  close(): Promise<void>;
}

/** How a tailnet is opened; every member has a default. */
export interface TailnetOptions {
  /**
   * Called with a sentence that a person should read although nothing failed. By default it is not
   * shown.
   */
  readonly warn?: (message: string) => void;
  /** Sends the requests. By default as the connection says. */
  readonly http?: Http;
  /** Scopes that reads need beyond those of keys and the policy file. By default none. */
  readonly alsoReads?: readonly string[];
  /** Ids of credentials that the run knows; those that it creates are added. By default none. */
  readonly known?: Set<string> | undefined;
}

/** Connects to a tailnet. Nothing is sent yet. */
export function openTailnet(
  connection: Connection,
  {
    warn = () => {},
    http = openHttp(connection.baseUrl, connection.timing),
    alsoReads = [],
    known = new Set(),
  }: TailnetOptions = {},
): Tailnet {
  // An access token may be a user's. A minter may fall back to the deployer.
  const isTrustCredential = connection.deployer.kind !== "accessToken";
  const ownId = findDeployerId(connection.deployer);
  const deployerApi = createApiClient(http, connection.deployer, {
    // That of a trust credential is added there.
    name: isTrustCredential || ownId === undefined ? "the deployer" : `the deployer ${ownId}`,
    tokensFor: "reading",
    alsoReads,
    holds: readHeldScopes,
    tell: warn,
  });
  const deployer = openKeyClient(deployerApi);
  // One for each OAuth client, so that all keys of a client share its tokens and its list.
  const minters = new Map<string, KeyClient>();

  function openKeyClient(api: ApiClient): KeyClient {
    return createKeyClient(connection.tailnet, api, {
      serverTime: http.serverTime,
      known,
      isTrustCredential,
      ownUser: async () => (await ownKey())?.userId || undefined,
    });
  }

  function getMinterClient(minter: Minter): KeyClient {
    const cacheKey = `${minter.clientId}\n${minter.clientSecret}`;
    const client = minters.get(cacheKey) ?? openKeyClient(openMinterApi(minter));
    minters.set(cacheKey, client);
    return client;
  }

  function openMinterApi(minter: Minter): ApiClient {
    const name = `The OAuth client ${sanitize(minter.clientId)} of mintedBy`;
    const clients = deployer.keys("client");
    const itself = createApiClient(
      http,
      { kind: "oauthClient", ...minter },
      { name: "the OAuth client of mintedBy,", tokensFor: "needed" },
    );
    return withFallback(
      waitWhileFresh(
        itself,
        (error) => mayBeFresh(clients, minter.clientId, error),
        () =>
          warn(`${name} may be new: waiting, up to a minute, until Tailscale knows it everywhere.`),
      ),
      deployerApi,
      () => isClientGone(clients, minter.clientId),
      () => warn(`${name} no longer exists: the deployer takes its place.`),
    );
  }

  /** Whether `error`, a 404, may come from the OAuth client being new. */
  async function mayBeFresh(clients: Keys, id: string, error: unknown): Promise<boolean> {
    try {
      const created = Date.parse((await clients.find(id))?.created ?? "");
      return http.serverTime(Date.now()) - created < freshMilliseconds;
    } catch (reason) {
      // Nobody can tell. But the client got a token, and its own tailnet cannot be a wrong one.
      if (isHiddenAnswer(reason)) return error instanceof NotFound && connection.tailnet === "-";
      // The caller has a failure of its own to report.
      return false;
    }
  }

  const notChecked = "cannot be checked before the deployment";

  let ownKeySeen: Key | Hidden | undefined;

  /** Reads what the deployer holds, with any token of it. */
  async function readHeldScopes(
    authorization: Authorization,
  ): Promise<readonly string[] | undefined> {
    if (ownId === undefined) return undefined;
    try {
      const answer = await http.send(buildOwnKeyRequest(connection.tailnet, ownId), authorization);
      const key = keySchema().safeParse(answer).data;
      ownKeySeen = key;
      return key?.scopes ?? undefined;
    } catch (error) {
      if (!isHiddenAnswer(error)) throw error;
      ownKeySeen = error;
      return undefined;
    }
  }

  const ownKey = shareResult(async () => {
    if (ownId === undefined) return undefined;
    return readIfPermitted(
      async () => {
        const request = buildOwnKeyRequest(connection.tailnet, ownId);
        // To find the scopes for the token of reads, it may have been read already.
        await deployerApi.mayRead(policyFileScopes[0]);
        if (ownKeySeen instanceof Error) throw ownKeySeen;
        return ownKeySeen ?? deployerApi.send(request, keySchema);
      },
      (reason) => warn(`Scopes and tags ${notChecked}: ${reason}`),
    );
  });
  const readOwners = () =>
    readIfPermitted(
      () => fetchTagOwners(connection.tailnet, deployerApi),
      (reason, error) =>
        warn(
          `Tags ${notChecked}: ${reason} It needs ${policyFileScopes.join(", ")}${describeLack(error)}.`,
        ),
    );
  let tagOwners = shareResult(readOwners);
  const minterKeys = new Map<string, () => Promise<Key | undefined>>();

  /** The OAuth client of `mintedBy`, read once. */
  function readMinterKey(id: string): Promise<Key | undefined> {
    const read =
      minterKeys.get(id) ??
      shareResult(() =>
        readIfPermitted(
          () => deployer.keys("client").find(id),
          (reason) =>
            warn(
              `What the OAuth client ${sanitize(id)} of mintedBy may do ${notChecked}: ${reason} It needs oauth_keys:read.`,
            ),
        ),
      );
    minterKeys.set(id, read);
    return read();
  }

  return {
    keys: (type, minter) => (minter === undefined ? deployer : getMinterClient(minter)).keys(type),
    allKeys: (again) => deployer.all(again),
    async deployer() {
      const key = await ownKey();
      return key && toGrantHolder(key, `the deployer ${sanitize(key.id)}`);
    },
    async clientAsHolder(id) {
      const client = await readMinterKey(id);
      return client && isActive(client)
        ? toGrantHolder(client, `the OAuth client ${sanitize(id)} of mintedBy`)
        : undefined;
    },
    tagOwners(again) {
      if (again !== undefined) tagOwners = shareResult(readOwners);
      return tagOwners();
    },
    api: deployerApi,
    name: connection.tailnet,
    identity: identifyTailnet(connection),
    close: () => http.close(),
  };
}

function toGrantHolder(key: Key, name: string): Holder {
  return {
    name,
    kind: key.keyType === "api" ? "user" : "credential",
    scopes: key.scopes ?? undefined,
    tags: key.tags ?? [],
  };
}

/** The answers which say that the deployer may not look. */
type Hidden = NotPermitted | NotFound | NotVisible;

function isHiddenAnswer(error: unknown): error is Hidden {
  return [NotPermitted, NotFound, NotVisible].some((kind) => error instanceof kind);
}

/**
 * The result of a read; undefined if the deployer may not read it, or there is no such thing.
 * @param tell called with the reason, as a sentence: nothing is skipped silently
 */
async function readIfPermitted<Answer>(
  read: () => Promise<Answer>,
  tell: (reason: string, error: Hidden) => void,
): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isHiddenAnswer(error)) throw error;
    tell(`${getFirstLine(error)}.`, error);
    return undefined;
  }
}

/** Which scopes of the policy file the token of a refused read lacks, if the error says so. */
function describeLack({ sender }: Hidden): string {
  if (!sender?.scopes) return "";
  const held = expandLegacyScopes(sender.scopes);
  const lacking = policyFileScopes.filter((scope) => !covers(held, scope));
  return lacking.length > 0 ? `, and ${sender.name} lacks ${lacking.join(", ")}` : "";
}

/** How long a part of Tailscale may not know a new OAuth client; reported as "a short while". */
const freshMilliseconds = 2 * 60_000;

/** Runs `ask` once, however many call; after a failure the next call runs it again. */
function shareResult<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: Promise<Answer> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}
