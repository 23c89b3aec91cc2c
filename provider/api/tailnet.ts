/** One tailnet as the resources see it: its keys, asked for as the deployer or as an OAuth client of its own. */

import type { Holder, TagOwners } from "../access/grants";
import { shown } from "../access/shown";
import { type Actor, actor, fallingBack } from "./actor";
import type { Connection } from "./connection";
import { NotFound, NotPermitted } from "./errors";
import { type Http, openHttp } from "./http";
import { isActive, type Key, type KeyType } from "./key";
import { type Asker, asker, clientIsGone, type Keys, keysOf, readOwnKey } from "./keys";
import { readTagOwners } from "./policy-file";

/** An OAuth client that mints auth keys with its own token. */
export interface Minter {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tailnet {
  /** The keys of one type, as the deployer; or as `minter`, where that client still exists. */
  keys(type: KeyType, minter?: Minter): Keys;
  /** Every active key that the deployer may see; undefined where it may see none. */
  allKeys(): Promise<readonly Key[] | undefined>;
  /** What the deployer holds, asked for once; undefined where that cannot be known. */
  deployer(): Promise<Holder | undefined>;
  /** What the OAuth client `id` holds; undefined where the deployer may not see it. */
  clientAsHolder(id: string): Promise<Holder | undefined>;
  /** Who may give which tag, asked for once; undefined where the deployer may not read the policy file. */
  tagOwners(): Promise<TagOwners | undefined>;
  /** Sends a request as the deployer. */
  readonly actor: Actor;
  /** The tailnet as it stands in paths. */
  readonly name: string;
  close(): Promise<void>;
}

/**
 * Connects to a tailnet; nothing is sent yet.
 * @param warn takes what a person should know although nothing failed
 * @param alsoReads scopes that reads here need beyond those of keys and the policy file
 * @param known ids that the run's state holds; those that it makes are added
 */
export function openTailnet(
  connection: Connection,
  warn: (message: string) => void = () => {},
  http: Http = openHttp(connection.baseUrl, connection.timing),
  alsoReads: readonly string[] = [],
  known: Set<string> = new Set(),
): Tailnet {
  // An access token may be a user's. A minter may fall back to the deployer.
  const isTrustCredential = connection.deployer.kind !== "accessToken";
  const deployer = asking(
    actor(http, connection.deployer, { name: "the deployer", tokensFor: "reading", alsoReads }),
  );
  // One asker a client, so that all keys of a client share its tokens and its list.
  const minters = new Map<string, Asker>();

  function asking(actor: Actor): Asker {
    return asker(connection.tailnet, actor, { theirs: http.theirs, known, isTrustCredential });
  }

  function minting(minter: Minter): Asker {
    const known = `${minter.clientId}\n${minter.clientSecret}`;
    const made =
      minters.get(known) ??
      asking(
        fallingBack(
          actor(
            http,
            { kind: "oauthClient", ...minter },
            { name: "the OAuth client of mintedBy,", tokensFor: "needed" },
          ),
          deployer.actor,
          () => clientIsGone(keysAs("client", deployer), minter.clientId),
          () =>
            warn(
              `The OAuth client ${shown(minter.clientId)} of mintedBy no longer exists: the deployer takes its place.`,
            ),
        ),
      );
    minters.set(known, made);
    return made;
  }

  function keysAs(type: KeyType, asker: Asker): Keys {
    return keysOf(type, connection.tailnet, asker);
  }

  const deployerKey = once(async () => {
    const id = deployerId(connection.deployer);
    if (id === undefined) return undefined;
    // Every token may read the credential that it came from: https://tailscale.com/kb/1623/trust-credentials
    const key = await readIfPermitted(() => readOwnKey(connection.tailnet, deployer.actor, id));
    return key && holderOf(key, `the deployer ${shown(id)}`);
  });
  const tagOwners = once(() =>
    readIfPermitted(() => readTagOwners(connection.tailnet, deployer.actor)),
  );

  return {
    keys: (type, minter) => keysAs(type, minter === undefined ? deployer : minting(minter)),
    allKeys: () => deployer.list.all(),
    deployer: deployerKey,
    async clientAsHolder(id) {
      const client = await readIfPermitted(() => keysAs("client", deployer).find(id));
      return client && isActive(client)
        ? holderOf(client, `the OAuth client ${shown(id)} of mintedBy`)
        : undefined;
    },
    tagOwners,
    actor: deployer.actor,
    name: connection.tailnet,
    close: () => http.close(),
  };
}

/** The id of the key that the deployer is; an API access token has it in the middle. */
export function deployerId(deployer: Connection["deployer"]): string | undefined {
  if (deployer.kind !== "accessToken") return deployer.clientId;
  return /^tskey-api-([A-Za-z0-9]+)-/.exec(deployer.token)?.[1];
}

function holderOf(key: Key, name: string): Holder {
  return {
    name,
    kind: key.keyType === "api" ? "user" : "credential",
    scopes: key.scopes ?? undefined,
    tags: key.tags ?? [],
  };
}

/** What a read gives, or undefined where the deployer may not do it or there is no such thing. */
async function readIfPermitted<Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotPermitted || error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Does it once however many ask; a failure is not kept. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: Promise<Answer> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}
