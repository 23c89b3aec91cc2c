/**
 * Every setting of the deployer and of the connection to Tailscale: what it is, and where it can be
 * set. Messages and docs are generated from this table.
 */

export interface SettingDescription {
  /** The environment variable: the official providers' name, where they have one. */
  readonly variable: string;
  /** Whether stack config can have it, as `tailscope:NAME`, and a named connection, as `NAME`. */
  readonly inConfig: boolean;
  readonly inConnection: boolean;
  /** Whether its value is never shown, and must not be in plaintext in stack config. */
  readonly isSecret: boolean;
  /** Whether its value may be `file:PATH`, as in the official Terraform provider. */
  readonly fromFile: boolean;
  /** Completes "It is …". */
  readonly what: string;
  /** What it is if it is not set. */
  readonly byDefault?: string;
}

const here = { inConfig: true, inConnection: true, isSecret: false, fromFile: false } as const;

export const settings = {
  apiKey: {
    ...here,
    variable: "TAILSCALE_API_KEY",
    isSecret: true,
    fromFile: true,
    what: "an API access token",
  },
  oauthClientId: {
    ...here,
    variable: "TAILSCALE_OAUTH_CLIENT_ID",
    fromFile: true,
    what: "the id of the OAuth client or federated identity",
    byDefault: "the one in the client's secret",
  },
  oauthClientSecret: {
    ...here,
    variable: "TAILSCALE_OAUTH_CLIENT_SECRET",
    isSecret: true,
    fromFile: true,
    what: "the OAuth client's secret",
  },
  identityToken: {
    ...here,
    variable: "TAILSCALE_IDENTITY_TOKEN",
    // It changes with every run, so it belongs in neither.
    inConfig: false,
    inConnection: false,
    isSecret: true,
    fromFile: true,
    what: "an identity token of the CI system or platform",
  },
  identityTokenFile: {
    ...here,
    variable: "TAILSCALE_IDENTITY_TOKEN_FILE",
    what: "the path of a file with an identity token, read again for each exchange",
  },
  identityTokenEnvironmentVariableName: {
    ...here,
    variable: "TAILSCALE_IDENTITY_TOKEN_ENVIRONMENT_VARIABLE_NAME",
    // A connection names variables in its member `environment`.
    inConnection: false,
    what: "the name of another variable that has the identity token",
  },
  audience: {
    ...here,
    variable: "TAILSCALE_AUDIENCE",
    fromFile: true,
    what: "the audience of identity tokens that are asked of GitHub Actions, AWS or Google Cloud",
    byDefault: "api.tailscale.com/ID in GitHub Actions; elsewhere the platform is not asked",
  },
  tailnet: {
    ...here,
    variable: "TAILSCALE_TAILNET",
    what: "the tailnet's id or name",
    byDefault: "the deployer's own",
  },
  baseUrl: {
    ...here,
    variable: "TAILSCALE_BASE_URL",
    what: "the address of the API",
    byDefault: "https://api.tailscale.com",
  },
  timeout: {
    ...here,
    variable: "TAILSCOPE_TIMEOUT",
    inConfig: false,
    inConnection: false,
    what: "how long one answer may take",
    byDefault: "30s",
  },
} as const satisfies Readonly<Record<string, SettingDescription>>;

export type Setting = keyof typeof settings;

export const settingNames = Object.keys(settings) as readonly Setting[]; // The table's own keys.

/** The same table, with the type of its rows. */
export const description: Readonly<Record<Setting, SettingDescription>> = settings;

/** The key of a setting in stack config. */
export function formatConfigKey(setting: Setting): string {
  return `tailscope:${setting}`;
}

/** The stack config of named connections, as one object. */
export const connectionsKey = "tailscope:connections";

/**
 * The places where a setting belongs, for messages, for example `"TAILSCALE_API_KEY,
 * tailscope:apiKey"`.
 */
export function listSettingPlaces(setting: Setting): string {
  const { variable, inConfig } = description[setting];
  return inConfig ? `${variable}, ${formatConfigKey(setting)}` : variable;
}
