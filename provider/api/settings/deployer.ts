/** Who the deployer is: exactly one complete credential, or a message that says what is missing. */

import { sanitize } from "../../access/sanitize";
import { fits, parseSecretId } from "../../access/secret-form";
import { type Environment, isConfidential } from "../../network/proxy";
import { type ApiCredential, credentialsPage, type IdentityTokenSource } from "./credential";
import { SettingsError } from "./error";
import type { Place } from "./places";
import { parseFilePath, readSettingValue } from "./value";

/**
 * @param otherNames settings under names that we do not read, a sentence each
 * @throws SettingsError that names what was looked for, and where
 */
export function readDeployer(
  found: Place,
  environment: Environment,
  otherNames: readonly string[] = [],
): ApiCredential {
  const { read, listPlaces } = found;
  const apiKey = read("apiKey");
  const clientSecret = read("oauthClientSecret");
  const givenId = read("oauthClientId");
  const clientId =
    givenId ?? (clientSecret === undefined ? undefined : parseSecretId(clientSecret));
  const token = findExplicitToken(found, environment);
  refuseSeveral();

  if (apiKey !== undefined)
    return { kind: "accessToken", token: apiKey, source: found.findSource("apiKey") };
  if (clientSecret !== undefined && clientId !== undefined) {
    if (!fits(clientId, clientSecret)) throw createMisfitError(clientId, clientSecret);
    return { kind: "oauthClient", clientId, clientSecret, source: findClientSource() };
  }
  const identityToken = token ?? (clientSecret === undefined ? findPlatformToken() : undefined);
  if (clientId !== undefined && identityToken !== undefined)
    return { kind: "identityToken", clientId, identityToken, source: findClientSource() };
  throw createIncompleteError();

  /**
   * The place that errors name: stack config if the id or the proof is from there, because it may
   * be as old as the last `up`.
   */
  function findClientSource() {
    const sources = (
      [
        "oauthClientId",
        "oauthClientSecret",
        "identityTokenFile",
        "identityTokenEnvironmentVariableName",
      ] as const
    )
      .filter((setting) => found.readRaw(setting) !== undefined)
      .map((setting) => found.findSource(setting));
    return (
      sources.find(({ place }) => place === "stack config") ??
      sources[0] ??
      found.findSource("identityToken")
    );
  }

  function findPlatformToken(): IdentityTokenSource | undefined {
    return clientId === undefined
      ? undefined
      : (findGithubToken(environment, clientId, read("audience")) ?? findCloudToken());
  }

  function findCloudToken(): IdentityTokenSource | undefined {
    const audience = read("audience");
    return audience === undefined
      ? undefined
      : { kind: "cloud", audience, environment, name: found.locate("audience") };
  }

  function refuseSeveral(): void {
    const given = [
      apiKey && `an API access token (${listPlaces("apiKey")})`,
      clientSecret && `an OAuth client's secret (${listPlaces("oauthClientSecret")})`,
      token && `an identity token (${token.name})`,
    ].filter((what): what is string => Boolean(what));
    if (given.length > 1) {
      throw new SettingsError(
        `Found ${given.join(" and ")}: only one of them can be the deployer.\n  Keep one and unset the rest.`,
      );
    }
    if (apiKey !== undefined && givenId !== undefined) {
      throw new SettingsError(
        `Found an API access token (${listPlaces("apiKey")}) and an OAuth client's id (${listPlaces("oauthClientId")}): only one of them can be the deployer.\n` +
          "  Unset the one that you do not want to use.",
      );
    }
  }

  function createMisfitError(id: string, secret: string): SettingsError {
    return new SettingsError(
      `The client id ${sanitize(id)} (${listPlaces("oauthClientId")}) does not belong to the client's secret (${listPlaces("oauthClientSecret")}), which is that of ${parseSecretId(secret)}.\n` +
        "  Take both from the same OAuth client, or leave out the id: the secret contains it.",
    );
  }

  function createIncompleteError(): SettingsError {
    if (clientId !== undefined && /^T\w+-k\w+$/.test(clientId)) {
      return createMissingError(
        `Found the id of a federated identity (${listPlaces("oauthClientId")}) without an identity token.\n  ${identityTokenWays}`,
      );
    }
    if (clientId !== undefined) {
      return createMissingError(
        `Found an OAuth client's id (${listPlaces("oauthClientId")}) without its secret.\n` +
          `  Set TAILSCALE_OAUTH_CLIENT_SECRET or \`pulumi config set --secret tailscope:oauthClientSecret\`. For workload identity instead: ${identityTokenWays}`,
      );
    }
    const without = [
      clientSecret && `an OAuth client's secret (${listPlaces("oauthClientSecret")})`,
      token && `an identity token (${token.name})`,
      read("audience") && `an audience of identity tokens (${listPlaces("audience")})`,
    ].find(Boolean);
    if (without) {
      return createMissingError(
        `Found ${without} without the client id that it belongs to.\n  Set TAILSCALE_OAUTH_CLIENT_ID or \`pulumi config set tailscope:oauthClientId\`.`,
      );
    }
    return createMissingError(
      `No credentials for Tailscale. Looked in ${found.where} for one of:\n` +
        `  - an OAuth client: ${listPlaces("oauthClientId")} with ${listPlaces("oauthClientSecret")} (a secret), or the secret alone\n` +
        `  - an API access token: ${listPlaces("apiKey")} (a secret)\n` +
        `  - workload identity: ${listPlaces("oauthClientId")} with ${listPlaces("identityToken")}, TAILSCALE_IDENTITY_TOKEN_FILE, a GitHub Actions job with \`permissions: { id-token: write }\`, or TAILSCALE_AUDIENCE on AWS and Google Cloud\n` +
        `  Create an OAuth client at ${credentialsPage}, or run the emulator: npx tailscope-emulator`,
    );
  }

  function createMissingError(message: string): SettingsError {
    return new SettingsError([message, ...otherNames].join("\n  "));
  }
}

const identityTokenWays =
  "Set TAILSCALE_IDENTITY_TOKEN or TAILSCALE_IDENTITY_TOKEN_FILE, or TAILSCALE_AUDIENCE on AWS or Google Cloud; in GitHub Actions the job needs `permissions: { id-token: write }`.";

/** The identity token that a setting has or points to. */
function findExplicitToken(
  found: Place,
  environment: Environment,
): IdentityTokenSource | undefined {
  const given = (
    ["identityToken", "identityTokenFile", "identityTokenEnvironmentVariableName"] as const
  ).filter((setting) => found.readRaw(setting) !== undefined);
  const [setting, second] = given;
  if (setting === undefined) return undefined;
  if (second !== undefined) {
    const what = {
      identityToken: "an identity token",
      identityTokenFile: "a file of one",
      identityTokenEnvironmentVariableName: "a variable of one",
    };
    throw new SettingsError(
      `Found ${what[setting]} (${found.locate(setting)}) and ${what[second]} (${found.locate(second)}).\n  Unset one.`,
    );
  }
  if (setting === "identityTokenFile") {
    const path = found.read(setting) ?? "";
    return { kind: "file", path: parseFilePath(path) ?? path, name: found.locate(setting) };
  }
  const name =
    setting === "identityToken" ? found.locate(setting) : findNamedVariable(found, environment);
  const raw = setting === "identityToken" ? found.readRaw(setting) : environment[name]?.trim();
  const path = parseFilePath(raw ?? "");
  return path === undefined
    ? { kind: "value", token: readSettingValue("identityToken", raw ?? "", name), name }
    : { kind: "file", path, name };
}

/** The variable with the identity token that another setting names. */
function findNamedVariable(found: Place, environment: Environment): string {
  const setting = "identityTokenEnvironmentVariableName";
  const name = found.read(setting) ?? "";
  if (environment[name]?.trim()) return name;
  throw new SettingsError(
    `${found.locate(setting)} names the environment variable ${sanitize(name)}, which is not set.\n  Set it to an identity token, or name another.`,
  );
}

/** The GitHub Actions runner of this job, if the job may get identity tokens. */
function findGithubToken(
  environment: Environment,
  clientId: string,
  audience: string | undefined,
): IdentityTokenSource | undefined {
  const url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
  const bearer = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  if (!url || !bearer) return undefined;
  // The job's bearer token is sent to this address, so in plaintext only on loopback.
  if (!isConfidential(url))
    throw new SettingsError(
      "ACTIONS_ID_TOKEN_REQUEST_URL is neither https nor loopback.\n  Unset it outside GitHub Actions.",
    );
  return {
    kind: "github",
    url,
    bearer,
    // Tailscale makes this audience for an identity that names none:
    // https://tailscale.com/kb/1581/workload-identity-federation
    audience: audience ?? `api.tailscale.com/${clientId}`,
    name: "the GitHub Actions runner",
  };
}

/**
 * Whether we may ask the platform for identity tokens: in GitHub Actions, or if an audience is set.
 */
export function mayAskPlatform(environment: Environment, places: readonly Place[]): boolean {
  return (
    Boolean(
      environment["ACTIONS_ID_TOKEN_REQUEST_URL"] && environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
    ) || places.some((place) => place.readRaw("audience") !== undefined)
  );
}
