/**
 * What tells one tailnet from another. No request answers that for every deployer, so we go by what
 * a deployer says without one: the configured name, the id in front of a federated identity's id
 * (https://tailscale.com/kb/1581/workload-identity-federation), and the deployer itself, which is
 * of one tailnet.
 */

import { detectForm, parseSecretId } from "../../access/secret-form";
import type { Connection } from "../settings/connection";

export interface TailnetIdentity {
  /** For example `"T8fQ2xTb1CNTRL"`. */
  readonly id?: string;
  /** As it was configured; absent for the deployer's own tailnet. */
  readonly name?: string;
  /** The id of the credential that deployed. */
  readonly deployer?: string;
}

/** The id of the key that the deployer is; an API access token has it in the middle. */
export function findDeployerId(deployer: Connection["deployer"]): string | undefined {
  if (deployer.kind !== "accessToken") return deployer.clientId;
  return detectForm(deployer.token) === "api" ? parseSecretId(deployer.token) : undefined;
}

/** The id of the tailnet in front of a federated identity's id; undefined for other ids. */
export function parseTailnetId(credentialId: string): string | undefined {
  return /^(T[A-Za-z0-9]+)-k[A-Za-z0-9]+$/.exec(credentialId)?.[1];
}

/** What `connection` says of its tailnet. Members that it says nothing of are left out. */
export function identifyTailnet({ tailnet, deployer }: Connection): TailnetIdentity {
  const name = tailnet === "-" ? undefined : tailnet;
  const isId = name !== undefined && /^T[A-Za-z0-9]+CNTRL$/.test(name);
  const by = findDeployerId(deployer);
  const id = isId ? name : parseTailnetId(by ?? "");
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && !isId && { name }),
    ...(by !== undefined && { deployer: by }),
  };
}

/**
 * Whether two are known to be the same tailnet. A credential deploys to one tailnet, or, in an
 * organization, to the one that it is asked for.
 */
export function isSameTailnet(one: TailnetIdentity, other: TailnetIdentity): boolean {
  const isAskedAlike = one.id === other.id && one.name === other.name;
  const isNamed = one.id !== undefined || one.name !== undefined;
  return isAskedAlike && (isNamed || (!!one.deployer && one.deployer === other.deployer));
}
