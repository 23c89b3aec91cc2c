/** Which tailnet we talk to, and as whom: read from the environment and from stack config, checked before any request. */

import { z } from "zod";

/** Who `pulumi up` is, to Tailscale. */
export type Deployer =
  /** An OAuth client: short-lived tokens by the client-credentials grant (https://tailscale.com/kb/1215/oauth-clients). */
  | { readonly kind: "oauthClient"; readonly clientId: string; readonly clientSecret: string }
  /** A federated identity: short-lived tokens for an identity token of the CI system (workload identity federation). */
  | { readonly kind: "identityToken"; readonly clientId: string; readonly identityToken: string }
  /** An API access token: all that its user may do, for at most 90 days (https://tailscale.com/kb/1101/api). */
  | { readonly kind: "accessToken"; readonly token: string };

export interface Connection {
  /** Without a trailing slash and without `/api/v2`. */
  readonly baseUrl: string;
  /** A tailnet's id or name, or `-` for the deployer's own. */
  readonly tailnet: string;
  readonly deployer: Deployer;
}

/** Settings that are missing, contradict each other or cannot be right. Found before any request is sent. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** A setting's two places: an environment variable (the official providers' name) and a stack config key. */
interface Setting {
  readonly variable: string;
  /** Below the namespace `tailscope`. The identity token changes with every run, so stack config has no place for it. */
  readonly configKey?: string;
}

const settings = {
  apiKey: { variable: "TAILSCALE_API_KEY", configKey: "apiKey" },
  clientId: { variable: "TAILSCALE_OAUTH_CLIENT_ID", configKey: "oauthClientId" },
  clientSecret: { variable: "TAILSCALE_OAUTH_CLIENT_SECRET", configKey: "oauthClientSecret" },
  identityToken: { variable: "TAILSCALE_IDENTITY_TOKEN" },
  tailnet: { variable: "TAILSCALE_TAILNET", configKey: "tailnet" },
  baseUrl: { variable: "TAILSCALE_BASE_URL", configKey: "baseUrl" },
} satisfies Record<string, Setting>;

/**
 * The connection that `environment` and stack config describe.
 *
 * @param config reads a stack config value by its full key, for example `"tailscope:tailnet"`
 * @throws {@link ConnectionError} that names what was looked for, and where
 */
export function connectionFrom(
  environment: Readonly<Record<string, string | undefined>>,
  config: (key: string) => string | undefined,
): Connection {
  const value = (setting: Setting): string | undefined => {
    const fromEnvironment = environment[setting.variable]?.trim() || undefined;
    const key = setting.configKey && `tailscope:${setting.configKey}`;
    const fromConfig = (key && config(key)?.trim()) || undefined;
    if (fromEnvironment !== undefined && fromConfig !== undefined && fromEnvironment !== fromConfig) {
      throw new ConnectionError(
        `${setting.variable} in the environment and ${key} in stack config differ, so it is not clear which one is meant.\n` +
          `  Unset the variable, or remove the other with \`pulumi config rm ${key}\`.`,
      );
    }
    return fromEnvironment ?? fromConfig;
  };
  return {
    baseUrl: checkedBaseUrl(value(settings.baseUrl) ?? "https://api.tailscale.com"),
    tailnet: checkedTailnet(value(settings.tailnet) ?? "-"),
    deployer: deployerFrom(value),
  };
}

function deployerFrom(value: (setting: Setting) => string | undefined): Deployer {
  const apiKey = value(settings.apiKey);
  const clientId = value(settings.clientId);
  const clientSecret = value(settings.clientSecret);
  const identityToken = value(settings.identityToken);

  const given = [
    apiKey && "an API access token (TAILSCALE_API_KEY, tailscope:apiKey)",
    clientSecret && "an OAuth client's secret (TAILSCALE_OAUTH_CLIENT_SECRET, tailscope:oauthClientSecret)",
    identityToken && "an identity token (TAILSCALE_IDENTITY_TOKEN)",
  ].filter((what): what is string => Boolean(what));
  if (given.length > 1) {
    throw new ConnectionError(
      `Found ${given.join(" and ")}: only one of them can be the deployer.\n  Keep one and unset the rest.`,
    );
  }
  if (apiKey !== undefined && clientId !== undefined) {
    throw new ConnectionError(
      "Found an API access token (TAILSCALE_API_KEY, tailscope:apiKey) and an OAuth client's id (TAILSCALE_OAUTH_CLIENT_ID, tailscope:oauthClientId): only one of them can be the deployer.\n" +
        "  Unset the one that is not meant.",
    );
  }
  if (apiKey !== undefined) return { kind: "accessToken", token: apiKey };
  if (clientId !== undefined && clientSecret !== undefined) return { kind: "oauthClient", clientId, clientSecret };
  if (clientId !== undefined && identityToken !== undefined) return { kind: "identityToken", clientId, identityToken };
  if (clientId !== undefined) {
    throw new ConnectionError(
      "Found an OAuth client's id (TAILSCALE_OAUTH_CLIENT_ID, tailscope:oauthClientId) without its secret.\n" +
        "  Set TAILSCALE_OAUTH_CLIENT_SECRET or `pulumi config set --secret tailscope:oauthClientSecret`; for workload identity set TAILSCALE_IDENTITY_TOKEN instead.",
    );
  }
  if (given.length > 0) {
    throw new ConnectionError(
      `Found ${given[0]} without the client id it belongs to.\n  Set TAILSCALE_OAUTH_CLIENT_ID or \`pulumi config set tailscope:oauthClientId\`.`,
    );
  }
  throw new ConnectionError(
    "No credentials for Tailscale. Looked in the environment and in stack config for one of:\n" +
      "  - an OAuth client: TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_OAUTH_CLIENT_SECRET, or tailscope:oauthClientId with tailscope:oauthClientSecret (a secret)\n" +
      "  - an API access token: TAILSCALE_API_KEY, or tailscope:apiKey (a secret)\n" +
      "  - workload identity: TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_IDENTITY_TOKEN\n" +
      "  Make an OAuth client under https://login.tailscale.com/admin/settings/oauth, or run the emulator: npx tailscope-emulator",
  );
}

const absoluteUrl = z.url();

function checkedBaseUrl(text: string): string {
  const wrong = (problem: string) =>
    new ConnectionError(
      `The base URL (TAILSCALE_BASE_URL, tailscope:baseUrl) ${problem}.\n  Write an address such as "https://api.tailscale.com"; plain http is for loopback only.`,
    );
  if (!absoluteUrl.safeParse(text).success) throw wrong("is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") throw wrong("has a user name or password in it");
  if (url.search !== "" || url.hash !== "") throw wrong("has a query or a fragment");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw wrong(`is neither https nor loopback, so credentials would travel in clear`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api\/v2$/, "");
}

/** Whether `hostname`, as a URL spells it, is this machine's own address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function checkedTailnet(text: string): string {
  if (/^[\p{L}\p{N}._@+-]+$/u.test(text) && !/^\.+$/.test(text)) return text;
  throw new ConnectionError(
    'The tailnet (TAILSCALE_TAILNET, tailscope:tailnet) can hold letters, digits and ". _ @ + -" only.\n' +
      "  Write the tailnet's id or name from the admin console's settings, or - for the deployer's own.",
  );
}
