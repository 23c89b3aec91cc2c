/** Lists the credentials of the tailnet, and says which ones the deployer cannot see. */

import { getFacts, kinds } from "../access/kinds";
import { covers, expandLegacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import type { Connection } from "../api/settings/connection";
import type { Tailnet } from "../api/tailnet";
import { CommandFailure } from "./failure";
import { announceWait } from "./output";

export interface Listing {
  readonly keys: readonly Key[];
  /** Sentences that say what may be missing. */
  readonly limits: readonly string[];
}

/** Every active credential that the deployer may see. */
export async function listCredentials(
  tailnet: Tailnet,
  { deployer }: Connection,
): Promise<Listing> {
  const keys = await announceWait("Listing the credentials", tailnet.allKeys());
  if (keys === undefined)
    throw new CommandFailure(
      "The deployer cannot list any credentials.\n  Give it oauth_keys:read, federated_keys:read, auth_keys:read, or all:read to see API access tokens too.",
    );
  return { keys, limits: await findLimits(tailnet, deployer.kind === "accessToken") };
}

async function findLimits(tailnet: Tailnet, isUsersToken: boolean): Promise<string[]> {
  // Reported by users of both kinds of tokens; it is unknown whether they requested all
  // credentials.
  if (isUsersToken)
    return [
      "This list may be incomplete: the deployer is an API access token, which may see only its user's credentials. An OAuth client with all:read sees all of them.",
    ];
  const scopes = (await tailnet.deployer())?.scopes;
  if (scopes === undefined)
    return ["This list may be incomplete: the deployer's scopes are unknown."];
  const held = expandLegacyScopes(scopes);
  return kinds
    .map((kind) => ({ what: getFacts(kind).plural, scope: `${getFacts(kind).scope}:read` }))
    .filter(({ scope }) => !covers(held, scope))
    .map(({ what, scope }) => `No ${what} are listed: the deployer lacks ${scope}.`);
}
