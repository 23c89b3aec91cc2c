/** One tailnet as the resources see it: its keys, asked for as the deployer or as an OAuth client of its own. */

import { type Actor, actor, fallingBack } from "./actor";
import type { Connection } from "./connection";
import { shown } from "./errors";
import { type Http, openHttp } from "./http";
import { clientIsGone, type Keys, type KeyType, keysOf } from "./keys";

/** An OAuth client that mints auth keys with its own token. */
export interface Minter {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Tailnet {
  /** The keys of one type, as the deployer; or as `minter`, where that client still exists. */
  keys(type: KeyType, minter?: Minter): Keys;
}

/**
 * Connects to a tailnet; nothing is sent yet.
 * @param warn takes what a person should know although nothing failed
 */
export function openTailnet(
  connection: Connection,
  warn: (message: string) => void = () => {},
  http: Http = openHttp(connection.baseUrl),
): Tailnet {
  const deployer = actor(http, connection.deployer, { name: "the deployer" });
  // One actor a client, so that all keys of a client share its tokens.
  const minters = new Map<string, Actor>();

  const minting = (minter: Minter): Actor => {
    const known = `${minter.clientId}\n${minter.clientSecret}`;
    const made =
      minters.get(known) ??
      fallingBack(
        actor(http, { kind: "oauthClient", ...minter }, { name: "the OAuth client of mintedBy,", narrow: true }),
        deployer,
        () => clientIsGone(keysOf("client", connection.tailnet, deployer), minter.clientId),
        () => warn(`The OAuth client ${shown(minter.clientId)} of mintedBy no longer exists: the deployer takes its place.`),
      );
    minters.set(known, made);
    return made;
  };

  return {
    keys: (type, minter) => keysOf(type, connection.tailnet, minter === undefined ? deployer : minting(minter)),
  };
}
