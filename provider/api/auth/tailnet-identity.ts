/**
 * How we tell one tailnet from another. No request answers that for every deployer, so we use what
 * is known without one: the configured name, the tailnet's id at the beginning of a federated
 * identity's id (https://tailscale.com/kb/1581/workload-identity-federation), and the deployer
 * itself, which belongs to one tailnet.
 */

import { detectForm, parseSecretId } from "../../access/secret-form";
import type { Connection } from "../settings/connection";

export interface TailnetIdentity {
  /** For example `"T8fQ2xTb1CNTRL"`. */
  readonly id?: string;
  /** The configured name; absent for the deployer's own tailnet. */
  readonly name?: string;
  /** The id of the credential that deployed. */
  readonly deployer?: string;
}

/** The id of the deployer's key; an API access token has it in the middle. */
export function findDeployerId(deployer: Connection["deployer"]): string | undefined {
  if (deployer.kind !== "accessToken") return deployer.clientId;
  return detectForm(deployer.token) === "api" ? parseSecretId(deployer.token) : undefined;
}

/** The id of the tailnet at the beginning of a federated identity's id; undefined for other ids. */
export function parseTailnetId(credentialId: string): string | undefined {
  return /^(T[A-Za-z0-9]+)-k[A-Za-z0-9]+$/.exec(credentialId)?.[1];
}

/** What `connection` says about its tailnet. What it does not say is left out. */
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
 * Whether two are known to be the same tailnet. A credential deploys to its own tailnet, or, in an
 * organization, to the configured one.
 */
export function isSameTailnet(a: TailnetIdentity, b: TailnetIdentity): boolean {
  const hasSameName = a.id === b.id && a.name === b.name;
  const isNamed = a.id !== undefined || a.name !== undefined;
  return hasSameName && (isNamed || (!!a.deployer && a.deployer === b.deployer));
}
