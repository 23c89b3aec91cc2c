/**
 * Which tailnet we talk to, and as whom. It is read from the environment and from stack config, and
 * checked before any request.
 */

import { parseDuration } from "../../access/lifetime";
import { sanitize } from "../../access/sanitize";
import {
  type Environment,
  findProxy,
  isConfidential,
  ProxySettingError,
} from "../../network/proxy";
import { chooseSettings } from "./choice";
import type { ApiCredential } from "./credential";
import { mayAskPlatform, readDeployer } from "./deployer";
import { SettingsError } from "./error";
import { findOtherNames } from "./other-names";
import {
  type ConfigReader,
  createConfigPlace,
  createConnectionPlace,
  createEnvironmentPlace,
  type Place,
} from "./places";
import { settings } from "./table";

export type { ConfigReader } from "./places";

export interface Connection {
  /** Without a trailing slash and without `/api/v2`. */
  readonly baseUrl: string;
  /** A tailnet's id or name, or `-` for the deployer's own. */
  readonly tailnet: string;
  readonly deployer: ApiCredential;
  /** Warnings about how it was found; each is a sentence. */
  readonly notes?: readonly string[];
  /** How long one answer may take, in milliseconds; 30 seconds if absent. */
  readonly timing?: { readonly timeout: number };
}

/**
 * The connection that `environment` and stack config describe: the default one, or the one called
 * `name` in the stack config `tailscope:connections`. If both set something, the environment wins,
 * with a note.
 *
 * @param config reads a stack config value by its full key, for example `"tailscope:tailnet"`
 * @throws {@link SettingsError} that names what was looked for, and where
 */
export function readConnection(
  environment: Environment,
  config: ConfigReader,
  name?: string,
): Connection {
  const { place, notes } =
    name === undefined
      ? chooseFromBoth(environment, config)
      : { place: createConnectionPlace(environment, config, name), notes: [] };
  const baseUrl = checkBaseUrl(place.read("baseUrl") ?? settings.baseUrl.byDefault, place);
  const tailnet = checkTailnet(place.read("tailnet") ?? "-", place);
  const otherNames = name === undefined ? findOtherNames(environment, config) : [];
  const deployer = readDeployer(place, environment, otherNames);
  checkProxy(baseUrl, environment);
  return {
    baseUrl,
    tailnet,
    deployer: withTokenTailnet(deployer, tailnet),
    ...withNotes([...notes, ...describeUnusedAudience(place, deployer)]),
    ...readTiming(environment),
  };
}

function chooseFromBoth(environment: Environment, config: ConfigReader) {
  const places = [createEnvironmentPlace(environment), createConfigPlace(config)] as const;
  return chooseSettings(...places, mayAskPlatform(environment, places));
}

function withNotes(notes: readonly string[]): Pick<Connection, "notes"> {
  return notes.length > 0 ? { notes } : {};
}

/** A person who sets an audience may believe that no stored secret is in use. */
function describeUnusedAudience(place: Place, { kind }: ApiCredential): string[] {
  if (kind === "identityToken" || place.readRaw("audience") === undefined) return [];
  const used = kind === "accessToken" ? "an API access token" : "an OAuth client's secret";
  return [
    `${place.locate("audience")} is not used: the deployer has ${used}, and asks for no identity token.`,
  ];
}

/** A client can get tokens for another tailnet of its organisation, by that tailnet's id. */
function withTokenTailnet(deployer: ApiCredential, tailnet: string): ApiCredential {
  return deployer.kind === "oauthClient" && /^T\w+CNTRL$/.test(tailnet)
    ? { ...deployer, tokenTailnet: tailnet }
    : deployer;
}

/** `TAILSCOPE_TIMEOUT`, for slow connections to Tailscale, or for runs that must not wait. */
function readTiming(environment: Environment): Pick<Connection, "timing"> {
  const given = environment[settings.timeout.variable]?.trim();
  if (!given) return {};
  const length = parseDuration(given);
  if (length === undefined || length < 1 || length > 600) {
    throw new SettingsError(
      `TAILSCOPE_TIMEOUT: ${sanitize(JSON.stringify(given))} is not a duration from 1s to 10m.\n  Write how long one answer may take, for example "30s".`,
    );
  }
  return { timing: { timeout: length * 1000 } };
}

function checkProxy(baseUrl: string, environment: Environment): void {
  try {
    findProxy(baseUrl, environment);
  } catch (error) {
    throw error instanceof ProxySettingError ? new SettingsError(error.message) : error;
  }
}

function checkBaseUrl(text: string, { listPlaces }: Place): string {
  const wrong = (problem: string) =>
    new SettingsError(
      `The base URL (${listPlaces("baseUrl")}) ${problem}.\n  Write an address such as "https://api.tailscale.com"; plain http is for loopback only.`,
    );
  if (!URL.canParse(text)) throw wrong("is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") throw wrong("has a user name or password in it");
  if (url.search !== "" || url.hash !== "") throw wrong("has a query or a fragment");
  if (!isConfidential(text))
    throw wrong("is neither https nor loopback, so credentials would travel in plaintext");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api\/v2$/, "");
}

function checkTailnet(text: string, { listPlaces }: Place): string {
  if (/^[\p{L}\p{N}._@+-]+$/u.test(text) && !/^\.+$/.test(text)) return text;
  throw new SettingsError(
    `The tailnet (${listPlaces("tailnet")}) can hold letters, digits and ". _ @ + -" only.\n` +
      "  Write the tailnet's id or name from the admin console's settings, or - for the deployer's own.",
  );
}
