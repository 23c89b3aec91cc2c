/** Which tailnet we talk to, and as whom: read from the environment and from stack config, checked before any request. */

import { z } from "zod";
import { seconds } from "../access/lifetime";
import { shown } from "../access/shown";
import { connectionsKey } from "./config-keys";
import { ConnectionError } from "./connection-error";
import type { IdentityTokenSource } from "./identity-token";

/** Who `pulumi up` is, to Tailscale. */
export type Deployer =
  /** An OAuth client: short-lived tokens by the client-credentials grant (https://tailscale.com/kb/1215/oauth-clients). */
  | { readonly kind: "oauthClient"; readonly clientId: string; readonly clientSecret: string }
  /** A federated identity: short-lived tokens for an identity token of the CI system (workload identity federation). */
  | {
      readonly kind: "identityToken";
      readonly clientId: string;
      readonly identityToken: IdentityTokenSource;
    }
  /** An API access token: all that its user may do, for at most 90 days (https://tailscale.com/kb/1101/api). */
  | { readonly kind: "accessToken"; readonly token: string };

export interface Connection {
  /** Without a trailing slash and without `/api/v2`. */
  readonly baseUrl: string;
  /** A tailnet's id or name, or `-` for the deployer's own. */
  readonly tailnet: string;
  readonly deployer: Deployer;
  /** How long one answer may take, in milliseconds; 30 seconds if absent. */
  readonly timing?: { readonly timeout: number };
}

/** A setting's places: an environment variable (the official providers' name), a stack config key, a member of a named connection. */
const settings = {
  apiKey: { variable: "TAILSCALE_API_KEY", inConfig: true },
  oauthClientId: { variable: "TAILSCALE_OAUTH_CLIENT_ID", inConfig: true },
  oauthClientSecret: { variable: "TAILSCALE_OAUTH_CLIENT_SECRET", inConfig: true },
  // An identity token changes with every run, so stack config has no place for it.
  identityToken: { variable: "TAILSCALE_IDENTITY_TOKEN", inConfig: false },
  identityTokenFile: { variable: "TAILSCALE_IDENTITY_TOKEN_FILE", inConfig: false },
  audience: { variable: "TAILSCALE_AUDIENCE", inConfig: false },
  tailnet: { variable: "TAILSCALE_TAILNET", inConfig: true },
  baseUrl: { variable: "TAILSCALE_BASE_URL", inConfig: true },
} as const;

type Setting = keyof typeof settings;

/** Reads one setting, and says in messages where it was looked for. */
interface Settings {
  value(setting: Setting): string | undefined;
  place(setting: Setting): string;
  /** What the whole is called in messages. */
  readonly where: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
/** Reads a stack config value by its full key, for example `"tailscope:tailnet"`. */
export type ConfigReader = (key: string) => string | undefined;

const text = z.string().min(1);

const namedConnection = z.strictObject({
  apiKey: text.optional(),
  oauthClientId: text.optional(),
  oauthClientSecret: text.optional(),
  tailnet: text.optional(),
  baseUrl: text.optional(),
  audience: text.optional(),
  identityTokenFile: text.optional(),
  /** For each setting the environment variable that has it. */
  environment: z
    .partialRecord(z.enum(Object.keys(settings) as [Setting, ...Setting[]]), text)
    .optional(), // Its own keys.
});

const namedConnections = z.record(z.string(), namedConnection);

/**
 * The connection that `environment` and stack config describe: the default one, or the one called `name` in the stack
 * config `tailscope:connections`.
 *
 * @param config reads a stack config value by its full key, for example `"tailscope:tailnet"`
 * @throws {@link ConnectionError} that names what was looked for, and where
 */
export function connectionFrom(
  environment: Environment,
  config: ConfigReader,
  name?: string,
): Connection {
  const found =
    name === undefined
      ? defaultSettings(environment, config)
      : namedSettings(environment, config, name);
  return {
    baseUrl: checkedBaseUrl(found.value("baseUrl") ?? "https://api.tailscale.com", found),
    tailnet: checkedTailnet(found.value("tailnet") ?? "-", found),
    deployer: deployerFrom(found, environment),
    ...timingFrom(environment),
  };
}

/** `TAILSCOPE_TIMEOUT`, for ways to Tailscale that are slow, or must not be waited for. */
function timingFrom(environment: Environment): Pick<Connection, "timing"> {
  const given = environment["TAILSCOPE_TIMEOUT"]?.trim();
  if (!given) return {};
  const length = seconds(/^\d+$/.test(given) ? Number(given) : given);
  if (length === undefined || length < 1 || length > 600) {
    throw new ConnectionError(
      `TAILSCOPE_TIMEOUT: ${shown(JSON.stringify(given))} is no length of time from 1s to 10m.\n  Write how long one answer may take, for example "30s".`,
    );
  }
  return { timing: { timeout: length * 1000 } };
}

function defaultSettings(environment: Environment, config: ConfigReader): Settings {
  return {
    where: "the environment and in stack config",
    place(setting) {
      const { variable, inConfig } = settings[setting];
      return inConfig ? `${variable}, tailscope:${setting}` : variable;
    },
    value(setting) {
      const { variable, inConfig } = settings[setting];
      const key = `tailscope:${setting}`;
      const fromEnvironment = environment[variable]?.trim() || undefined;
      const fromConfig = (inConfig && config(key)?.trim()) || undefined;
      if (
        fromEnvironment !== undefined &&
        fromConfig !== undefined &&
        fromEnvironment !== fromConfig
      ) {
        throw new ConnectionError(
          `${variable} in the environment and ${key} in stack config differ, so it is not clear which one is meant.\n` +
            `  Unset the variable, or remove the other with \`pulumi config rm ${key}\`.`,
        );
      }
      return fromEnvironment ?? fromConfig;
    },
  };
}

function namedSettings(environment: Environment, config: ConfigReader, name: string): Settings {
  const connections = parsedConnections(config(connectionsKey));
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection === undefined) {
    const known = Object.keys(connections).sort();
    throw new ConnectionError(
      `There is no connection ${JSON.stringify(name)} in the stack config ${connectionsKey}.\n  ${
        known.length > 0
          ? `It has ${known.map((one) => JSON.stringify(one)).join(", ")}.`
          : "It has none."
      } Add it, for example with \`pulumi config set --path --secret '${connectionsKey}.${name}.oauthClientSecret'\`.`,
    );
  }
  const own = (setting: Setting): string | undefined =>
    setting in connection
      ? connection[setting as keyof Omit<typeof connection, "environment">]
      : undefined; // Checked by `in`.
  return {
    where: `the connection ${JSON.stringify(name)} of ${connectionsKey}`,
    place: (setting) =>
      `${name}.${setting}, or ${name}.environment.${setting} for a variable's name`,
    value(setting) {
      const variable = connection.environment?.[setting];
      const fromEnvironment = variable === undefined ? undefined : environment[variable]?.trim();
      if (variable !== undefined && !fromEnvironment) {
        throw new ConnectionError(
          `The connection ${JSON.stringify(name)} takes ${setting} from the environment variable ${variable}, which is not set.\n  Set it, or name another in ${connectionsKey}.`,
        );
      }
      if (fromEnvironment !== undefined && own(setting) !== undefined) {
        throw new ConnectionError(
          `The connection ${JSON.stringify(name)} has ${setting} both by itself and by the environment variable ${variable}.\n  Leave one out of ${connectionsKey}.`,
        );
      }
      return fromEnvironment ?? own(setting);
    },
  };
}

function parsedConnections(content: string | undefined): z.output<typeof namedConnections> {
  if (content === undefined || content.trim() === "") return {};
  const wrong = (problem: string) =>
    new ConnectionError(
      `The stack config ${connectionsKey} ${problem}.\n  Write an object of names and settings, for example { "prod": { "tailnet": "example.com", "environment": { "oauthClientId": "PROD_ID", "oauthClientSecret": "PROD_SECRET" } } }.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw wrong("is not JSON");
  }
  const parsed = namedConnections.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The place and the kind of mistake alone: the value could be a secret.
  throw wrong(
    `is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.code === "unrecognized_keys" ? `there is no setting ${issue.keys.join(", ")}` : "another kind of value is needed there"}`,
  );
}

function deployerFrom(found: Settings, environment: Environment): Deployer {
  const { value, place } = found;
  const apiKey = value("apiKey");
  const clientId = value("oauthClientId");
  const clientSecret = value("oauthClientSecret");
  const identityToken =
    clientSecret === undefined && apiKey === undefined
      ? tokenSourceFrom(found, environment, clientId)
      : undefined;
  const explicitToken = value("identityToken") ?? value("identityTokenFile");

  const given = [
    apiKey && `an API access token (${place("apiKey")})`,
    clientSecret && `an OAuth client's secret (${place("oauthClientSecret")})`,
    explicitToken && `an identity token (${place("identityToken")})`,
  ].filter((what): what is string => Boolean(what));
  if (given.length > 1) {
    throw new ConnectionError(
      `Found ${given.join(" and ")}: only one of them can be the deployer.\n  Keep one and unset the rest.`,
    );
  }
  if (apiKey !== undefined && clientId !== undefined) {
    throw new ConnectionError(
      `Found an API access token (${place("apiKey")}) and an OAuth client's id (${place("oauthClientId")}): only one of them can be the deployer.\n` +
        "  Unset the one that is not meant.",
    );
  }
  if (apiKey !== undefined) return { kind: "accessToken", token: apiKey };
  if (clientId !== undefined && clientSecret !== undefined)
    return { kind: "oauthClient", clientId, clientSecret };
  if (clientId !== undefined && identityToken !== undefined)
    return { kind: "identityToken", clientId, identityToken };
  if (clientId !== undefined) {
    throw new ConnectionError(
      `Found an OAuth client's id (${place("oauthClientId")}) without its secret.\n` +
        "  Set TAILSCALE_OAUTH_CLIENT_SECRET or `pulumi config set --secret tailscope:oauthClientSecret`; for workload identity set TAILSCALE_IDENTITY_TOKEN or TAILSCALE_IDENTITY_TOKEN_FILE instead (in GitHub Actions the job needs `permissions: { id-token: write }`).",
    );
  }
  if (given.length > 0) {
    throw new ConnectionError(
      `Found ${given[0]} without the client id it belongs to.\n  Set TAILSCALE_OAUTH_CLIENT_ID or \`pulumi config set tailscope:oauthClientId\`.`,
    );
  }
  throw new ConnectionError(
    `No credentials for Tailscale. Looked in ${found.where} for one of:\n` +
      `  - an OAuth client: ${place("oauthClientId")} with ${place("oauthClientSecret")} (a secret)\n` +
      `  - an API access token: ${place("apiKey")} (a secret)\n` +
      `  - workload identity: ${place("oauthClientId")} with ${place("identityToken")}, TAILSCALE_IDENTITY_TOKEN_FILE, or a GitHub Actions job with \`permissions: { id-token: write }\`\n` +
      "  Make an OAuth client under https://login.tailscale.com/admin/settings/oauth, or run the emulator: npx tailscope-emulator",
  );
}

/** Where identity tokens come from: what is set, else the GitHub Actions runner that we run on. */
function tokenSourceFrom(
  { value, place }: Settings,
  environment: Environment,
  clientId: string | undefined,
): IdentityTokenSource | undefined {
  const token = value("identityToken");
  const path = value("identityTokenFile");
  if (token !== undefined && path !== undefined) {
    throw new ConnectionError(
      `Found an identity token (${place("identityToken")}) and a file of one (${place("identityTokenFile")}).\n  Unset one.`,
    );
  }
  if (token !== undefined) return { kind: "value", token, name: settings.identityToken.variable };
  if (path !== undefined) return { kind: "file", path, name: settings.identityTokenFile.variable };
  const url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"];
  const bearer = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  if (!url || !bearer || clientId === undefined) return undefined;
  // The runner's own address carries the job's bearer token: not in clear, but on loopback.
  if (!isSafe(url))
    throw new ConnectionError(
      "ACTIONS_ID_TOKEN_REQUEST_URL is neither https nor loopback.\n  Unset it outside GitHub Actions.",
    );
  // Tailscale makes this audience for an identity that names none: https://tailscale.com/kb/1581/workload-identity-federation
  return {
    kind: "github",
    url,
    bearer,
    audience: value("audience") ?? `api.tailscale.com/${clientId}`,
  };
}

const absoluteUrl = z.url();

function checkedBaseUrl(text: string, { place }: Settings): string {
  const wrong = (problem: string) =>
    new ConnectionError(
      `The base URL (${place("baseUrl")}) ${problem}.\n  Write an address such as "https://api.tailscale.com"; plain http is for loopback only.`,
    );
  if (!absoluteUrl.safeParse(text).success) throw wrong("is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") throw wrong("has a user name or password in it");
  if (url.search !== "" || url.hash !== "") throw wrong("has a query or a fragment");
  if (!isSafe(text))
    throw wrong("is neither https nor loopback, so credentials would travel in clear");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api\/v2$/, "");
}

/** Whether what is sent to `address` can be read by nobody on the way. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** Whether `hostname`, as a URL spells it, is this machine's own address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function checkedTailnet(text: string, { place }: Settings): string {
  if (/^[\p{L}\p{N}._@+-]+$/u.test(text) && !/^\.+$/.test(text)) return text;
  throw new ConnectionError(
    `The tailnet (${place("tailnet")}) can hold letters, digits and ". _ @ + -" only.\n` +
      "  Write the tailnet's id or name from the admin console's settings, or - for the deployer's own.",
  );
}
