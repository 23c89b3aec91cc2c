/**
 * A connection in words, without secrets: who the deployer is, where that is configured, and for
 * which tailnet.
 */

import type { Connection } from "../settings/connection";
import type { ApiCredential, DeployerSource } from "../settings/credential";
import { describeTokenOrigin } from "./identity-token";

/**
 * For example `"the OAuth client k1CNTRL (from stack config) of its own tailnet"`.
 * @throws SettingsError if the platform should give identity tokens, and there is no platform
 */
export async function describeConnection({ deployer, tailnet }: Connection): Promise<string> {
  const where = tailnet === "-" ? "its own tailnet" : `the tailnet ${tailnet}`;
  return `${nameDeployer(deployer)} (${await describeDeployerOrigin(deployer)}) of ${where}`;
}

function nameDeployer(deployer: ApiCredential): string {
  switch (deployer.kind) {
    case "accessToken":
      return "an API access token";
    case "oauthClient":
      return `the OAuth client ${deployer.clientId}`;
    case "identityToken":
      return `the federated identity ${deployer.clientId}`;
  }
}

async function describeDeployerOrigin(deployer: ApiCredential): Promise<string> {
  const source = describeSource(deployer.source ?? { place: "environment" });
  return deployer.kind === "identityToken"
    ? `${source}, with identity tokens from ${await describeTokenOrigin(deployer.identityToken)}`
    : source;
}

/** For example `"from the environment"`. */
export function describeSource({ place, connection }: DeployerSource): string {
  if (connection === undefined)
    return `from ${place === "environment" ? "the environment" : place}`;
  return `of the connection ${JSON.stringify(connection)}${place === "environment" ? ", from the environment" : ""}`;
}
