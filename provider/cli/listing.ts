/** The credentials of the tailnet as commands list them, and what the deployer does not see of them. */

import { kindNames, kindScopes, kinds } from "../access/needs";
import { covers, expandLegacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import type { Connection } from "../api/settings/connection";
import type { Tailnet } from "../api/tailnet";
import { CommandFailure } from "./failure";
import { waitingFor } from "./output";

export interface Listing {
  readonly keys: readonly Key[];
  /** What may be missing in it, in sentences. */
  readonly limits: readonly string[];
}

/** Every active credential that the deployer may see. */
export async function listCredentials(
  tailnet: Tailnet,
  { deployer }: Connection,
): Promise<Listing> {
  const keys = await waitingFor("Listing the credentials", tailnet.allKeys());
  if (keys === undefined)
    throw new CommandFailure(
      "The deployer may list no credentials.\n  Give it oauth_keys:read, federated_keys:read, auth_keys:read, or all:read to see API access tokens, too.",
    );
  return { keys, limits: await limitsOf(tailnet, deployer.kind === "accessToken") };
}

async function limitsOf(tailnet: Tailnet, isUsersToken: boolean): Promise<string[]> {
  // Reported by people who use both kinds of tokens; whether they asked for all credentials is not known.
  if (isUsersToken)
    return [
      "This list may be incomplete: the deployer is an API access token, and may see the credentials of its own user alone. An OAuth client with all:read sees every one.",
    ];
  const scopes = (await tailnet.deployer())?.scopes;
  if (scopes === undefined)
    return ["This list may be incomplete: what the deployer may read is not known."];
  const held = expandLegacyScopes(scopes);
  return kinds
    .map((kind) => ({ what: kindNames[kind], scope: `${kindScopes[kind]}:read` }))
    .filter(({ scope }) => !covers(held, scope))
    .map(({ what, scope }) => `No ${what} are listed: the deployer lacks ${scope}.`);
}
