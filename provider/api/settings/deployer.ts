/**
 * Who the deployer is, from settings that are chosen: exactly one credential, whole, or a message
 * that says what is missing.
 */

import { sanitize } from "../../access/sanitize";
import { fits, parseSecretId } from "../../access/secret-form";
import { type Environment, isConfidential } from "../../network/proxy";
import { type ApiCredential, credentialsPage, type IdentityTokenSource } from "./credential";
import { SettingsError } from "./error";
import type { Place } from "./places";
import { checkedValue, pathIn } from "./value";

/**
 * @param otherNames what is set under names that are not read here, a sentence each
 * @throws SettingsError that names what was looked for, and where
 */
export function deployerFrom(
  found: Place,
  environment: Environment,
  otherNames: readonly string[] = [],
): ApiCredential {
  const { value, nameOf } = found;
  const apiKey = value("apiKey");
  const clientSecret = value("oauthClientSecret");
  const givenId = value("oauthClientId");
  const clientId =
    givenId ?? (clientSecret === undefined ? undefined : parseSecretId(clientSecret));
  const token = explicitToken(found, environment);
  refuseSeveral();

  if (apiKey !== undefined)
    return { kind: "accessToken", token: apiKey, source: found.sourceOf("apiKey") };
  if (clientSecret !== undefined && clientId !== undefined) {
    if (!fits(clientId, clientSecret)) throw misfit(clientId, clientSecret);
    return { kind: "oauthClient", clientId, clientSecret, source: clientSource() };
  }
  const identityToken = token ?? (clientSecret === undefined ? platformToken() : undefined);
  if (clientId !== undefined && identityToken !== undefined)
    return { kind: "identityToken", clientId, identityToken, source: clientSource() };
  throw incomplete();

  /** From stack config, where either the id or the proof is: then both are no newer than that. */
  function clientSource() {
    const sources = (
      [
        "oauthClientId",
        "oauthClientSecret",
        "identityTokenFile",
        "identityTokenEnvironmentVariableName",
      ] as const
    )
      .filter((setting) => found.raw(setting) !== undefined)
      .map((setting) => found.sourceOf(setting));
    return (
      sources.find(({ place }) => place === "stack config") ??
      sources[0] ??
      found.sourceOf("identityToken")
    );
  }

  function platformToken(): IdentityTokenSource | undefined {
    return clientId === undefined
      ? undefined
      : (githubToken(environment, clientId, value("audience")) ?? cloudToken());
  }

  function cloudToken(): IdentityTokenSource | undefined {
    const audience = value("audience");
    return audience === undefined
      ? undefined
      : { kind: "cloud", audience, environment, name: found.foundIn("audience") };
  }

  function refuseSeveral(): void {
    const given = [
      apiKey && `an API access token (${nameOf("apiKey")})`,
      clientSecret && `an OAuth client's secret (${nameOf("oauthClientSecret")})`,
      token && `an identity token (${token.name})`,
    ].filter((what): what is string => Boolean(what));
    if (given.length > 1) {
      throw new SettingsError(
        `Found ${given.join(" and ")}: only one of them can be the deployer.\n  Keep one and unset the rest.`,
      );
    }
    if (apiKey !== undefined && givenId !== undefined) {
      throw new SettingsError(
        `Found an API access token (${nameOf("apiKey")}) and an OAuth client's id (${nameOf("oauthClientId")}): only one of them can be the deployer.\n` +
          "  Unset the one that is not meant.",
      );
    }
  }

  function misfit(id: string, secret: string): SettingsError {
    return new SettingsError(
      `The client id ${sanitize(id)} (${nameOf("oauthClientId")}) does not fit the client's secret (${nameOf("oauthClientSecret")}), which is that of ${parseSecretId(secret)}.\n` +
        "  Take both from one OAuth client, or leave the id out: the secret has it.",
    );
  }

  function incomplete(): SettingsError {
    if (clientId !== undefined && /^T\w+-k\w+$/.test(clientId)) {
      return missing(
        `Found the id of a federated identity (${nameOf("oauthClientId")}) without an identity token.\n  ${identityTokenWays}`,
      );
    }
    if (clientId !== undefined) {
      return missing(
        `Found an OAuth client's id (${nameOf("oauthClientId")}) without its secret.\n` +
          `  Set TAILSCALE_OAUTH_CLIENT_SECRET or \`pulumi config set --secret tailscope:oauthClientSecret\`. For workload identity instead: ${identityTokenWays}`,
      );
    }
    const without = [
      clientSecret && `an OAuth client's secret (${nameOf("oauthClientSecret")})`,
      token && `an identity token (${token.name})`,
      value("audience") && `an audience of identity tokens (${nameOf("audience")})`,
    ].find(Boolean);
    if (without) {
      return missing(
        `Found ${without} without the client id it belongs to.\n  Set TAILSCALE_OAUTH_CLIENT_ID or \`pulumi config set tailscope:oauthClientId\`.`,
      );
    }
    return missing(
      `No credentials for Tailscale. Looked in ${found.where} for one of:\n` +
        `  - an OAuth client: ${nameOf("oauthClientId")} with ${nameOf("oauthClientSecret")} (a secret), or the secret alone\n` +
        `  - an API access token: ${nameOf("apiKey")} (a secret)\n` +
        `  - workload identity: ${nameOf("oauthClientId")} with ${nameOf("identityToken")}, TAILSCALE_IDENTITY_TOKEN_FILE, a GitHub Actions job with \`permissions: { id-token: write }\`, or TAILSCALE_AUDIENCE on AWS and Google Cloud\n` +
        `  Make an OAuth client under ${credentialsPage}, or run the emulator: npx tailscope-emulator`,
    );
  }

  function missing(message: string): SettingsError {
    return new SettingsError([message, ...otherNames].join("\n  "));
  }
}

const identityTokenWays =
  "Set TAILSCALE_IDENTITY_TOKEN or TAILSCALE_IDENTITY_TOKEN_FILE, or TAILSCALE_AUDIENCE on AWS or Google Cloud; in GitHub Actions the job needs `permissions: { id-token: write }`.";

/** The identity token that the settings have, or say where it is. */
function explicitToken(found: Place, environment: Environment): IdentityTokenSource | undefined {
  const given = (
    ["identityToken", "identityTokenFile", "identityTokenEnvironmentVariableName"] as const
  ).filter((setting) => found.raw(setting) !== undefined);
  const [setting, second] = given;
  if (setting === undefined) return undefined;
  if (second !== undefined) {
    const what = {
      identityToken: "an identity token",
      identityTokenFile: "a file of one",
      identityTokenEnvironmentVariableName: "a variable of one",
    };
    throw new SettingsError(
      `Found ${what[setting]} (${found.foundIn(setting)}) and ${what[second]} (${found.foundIn(second)}).\n  Unset one.`,
    );
  }
  if (setting === "identityTokenFile") {
    const path = found.value(setting) ?? "";
    return { kind: "file", path: pathIn(path) ?? path, name: found.foundIn(setting) };
  }
  const name =
    setting === "identityToken" ? found.foundIn(setting) : variableNamedBy(found, environment);
  const raw = setting === "identityToken" ? found.raw(setting) : environment[name]?.trim();
  const path = pathIn(raw ?? "");
  return path === undefined
    ? { kind: "value", token: checkedValue("identityToken", raw ?? "", name), name }
    : { kind: "file", path, name };
}

/** The variable that has the identity token, as another setting says. */
function variableNamedBy(found: Place, environment: Environment): string {
  const setting = "identityTokenEnvironmentVariableName";
  const name = found.value(setting) ?? "";
  if (environment[name]?.trim()) return name;
  throw new SettingsError(
    `${found.foundIn(setting)} names the environment variable ${sanitize(name)}, which is not set.\n  Set it to an identity token, or name another.`,
  );
}

/** The GitHub Actions runner that this runs on, if its job may have identity tokens. */
function githubToken(
  environment: Environment,
  clientId: string,
  audience: string | undefined,
): IdentityTokenSource | undefined {
  const url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
  const bearer = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  if (!url || !bearer) return undefined;
  // The runner's own address carries the job's bearer token: not in plaintext, but on loopback.
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
 * Whether the platform may be asked for identity tokens, as GitHub Actions or for the audience that
 * is set.
 */
export function mayAskPlatform(environment: Environment, places: readonly Place[]): boolean {
  return (
    Boolean(
      environment["ACTIONS_ID_TOKEN_REQUEST_URL"] && environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
    ) || places.some((place) => place.raw("audience") !== undefined)
  );
}
