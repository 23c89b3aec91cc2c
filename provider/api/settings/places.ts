/** The places that have settings: the environment, stack config, a named connection. */

import type { ZodOptional } from "zod";
import { describeFormMismatch } from "../../access/form-mismatch";
import type { Environment } from "../../network/proxy";
import { defineSchema, type Infer } from "../lazy-schema";
import type { DeployerSource } from "./credential";
import { SettingsError } from "./error";
import {
  connectionsKey,
  description,
  formatConfigKey,
  listSettingPlaces,
  type Setting,
  settingNames,
} from "./table";
import { readSettingValue } from "./value";

/** Reads a stack config value by its full key, for example `"tailscope:tailnet"`. */
export type ConfigReader = (key: string) => string | undefined;

/** A place that has settings. It checks a setting when it is read: an unused one may be invalid. */
export interface Place {
  /** Completes "Looked in …". */
  readonly where: string;
  /** The setting as it is written, without white space around it; undefined if it is not set. */
  readRaw(setting: Setting): string | undefined;
  /** The value of the setting, or of the file that it names. */
  read(setting: Setting): string | undefined;
  /** Where the setting is, or would be, for example `"TAILSCALE_API_KEY"`. */
  locate(setting: Setting): string;
  /** Everywhere that the setting could be, for messages about what is missing. */
  listPlaces(setting: Setting): string;
  findSource(setting: Setting): DeployerSource;
}

/**
 * Creates a place from a function that reads its raw values and one that names where each setting
 * is.
 */
export function createPlace({
  readRaw,
  locate,
  listPlaces = locate,
  ...place
}: Pick<Place, "where" | "readRaw" | "locate" | "findSource"> &
  Partial<Pick<Place, "listPlaces">>): Place {
  const readTrimmed = (setting: Setting) => readRaw(setting)?.trim() || undefined;
  return {
    ...place,
    readRaw: readTrimmed,
    read(setting) {
      const written = readTrimmed(setting);
      return written === undefined
        ? undefined
        : readSettingValue(setting, written, locate(setting));
    },
    locate,
    listPlaces,
  };
}

export function createEnvironmentPlace(environment: Environment): Place {
  return createPlace({
    where: "the environment",
    readRaw: (setting) => environment[description[setting].variable],
    locate: (setting) => description[setting].variable,
    findSource: () => ({ place: "environment" }),
  });
}

export function createConfigPlace(config: ConfigReader): Place {
  return createPlace({
    where: "stack config",
    readRaw: (setting) =>
      description[setting].inConfig ? config(formatConfigKey(setting)) : undefined,
    locate: formatConfigKey,
    findSource: () => ({ place: "stack config" }),
    listPlaces: listSettingPlaces,
  });
}

function filterSettings(has: (setting: Setting) => boolean) {
  return settingNames.filter(has);
}

const own = filterSettings((setting) => description[setting].inConnection);
const byVariable = filterSettings(
  (setting) => own.includes(setting) || setting === "identityToken",
);

const namedConnections = defineSchema((z) => {
  const text = z.string().min(1);
  const namedConnection = z.strictObject({
    ...(Object.fromEntries(own.map((setting) => [setting, text.optional()])) as Record<
      Setting,
      ZodOptional<typeof text>
    >),
    /** The environment variables that have settings, by the settings' names. */
    environment: z.partialRecord(z.enum(byVariable as [Setting, ...Setting[]]), text).optional(), // Never empty.
  });
  return z.record(z.string(), namedConnection);
});

/**
 * The connection `name` of the stack config `tailscope:connections`.
 * @throws SettingsError if there is none, or it is invalid
 */
export function createConnectionPlace(
  environment: Environment,
  config: ConfigReader,
  name: string,
): Place {
  const connections = parseConnections(config(connectionsKey));
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection === undefined) {
    const known = Object.keys(connections).sort();
    throw new SettingsError(
      `There is no connection ${JSON.stringify(name)} in the stack config ${connectionsKey}.\n  ${
        known.length > 0
          ? `It has ${known.map((other) => JSON.stringify(other)).join(", ")}.`
          : "It has none."
      } Add it, for example with \`pulumi config set --path --secret '${connectionsKey}.${name}.oauthClientSecret'\`.`,
    );
  }
  const shownName = JSON.stringify(name);
  const findVariable = (setting: Setting) => connection.environment?.[setting];
  return createPlace({
    where: `the connection ${shownName} of ${connectionsKey}`,
    readRaw(setting) {
      const variable = findVariable(setting);
      const itself = connection[setting];
      if (variable === undefined) return itself;
      const fromEnvironment = environment[variable]?.trim();
      if (!fromEnvironment) {
        throw new SettingsError(
          `The connection ${shownName} takes ${setting} from the environment variable ${variable}, which is not set.\n  Set it, or name another in ${connectionsKey}.`,
        );
      }
      if (itself !== undefined) {
        throw new SettingsError(
          `The connection ${shownName} has ${setting} both by itself and by the environment variable ${variable}.\n  Leave one out of ${connectionsKey}.`,
        );
      }
      return fromEnvironment;
    },
    locate: (setting) => findVariable(setting) ?? `${setting} of the connection ${shownName}`,
    findSource: (setting) => ({
      place: findVariable(setting) === undefined ? "stack config" : "environment",
      connection: name,
    }),
    listPlaces: (setting) =>
      `${name}.${setting}, or ${name}.environment.${setting} for a variable's name`,
  });
}

function parseConnections(content: string | undefined): Infer<typeof namedConnections> {
  if (content === undefined || content.trim() === "") return {};
  const wrong = (problem: string) =>
    new SettingsError(
      `The stack config ${connectionsKey} ${problem}.\n  Write an object of names and settings, for example { "prod": { "tailnet": "example.com", "environment": { "oauthClientId": "PROD_ID", "oauthClientSecret": "PROD_SECRET" } } }.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw wrong("is not JSON");
  }
  const parsed = namedConnections().safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrong(`is not valid: ${describeFormMismatch(parsed.error.issues, value)}`);
}
