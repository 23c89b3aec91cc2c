/** The places where settings stand: the environment, stack config, a named connection. */

import { z } from "zod";
import type { Environment } from "../../network/proxy";
import type { DeployerSource } from "./credential";
import { SettingsError } from "./error";
import {
  configKey,
  connectionsKey,
  description,
  placesOf,
  type Setting,
  settingNames,
} from "./table";
import { checkedValue } from "./value";

/** Reads a stack config value by its full key, for example `"tailscope:tailnet"`. */
export type ConfigReader = (key: string) => string | undefined;

/**
 * Where settings are found. What is found is looked at only when it is asked for: what is not used
 * need not be right.
 */
export interface Place {
  /** Completes "Looked in …". */
  readonly where: string;
  /**
   * What the setting says as it is written, without white space around it; undefined where it is
   * not set.
   */
  raw(setting: Setting): string | undefined;
  /** Its value, from the file that it may name. */
  value(setting: Setting): string | undefined;
  /** Where it stands, or would, for example `"TAILSCALE_API_KEY"`. */
  foundIn(setting: Setting): string;
  /** Everywhere that it could stand, for messages about what is missing. */
  nameOf(setting: Setting): string;
  sourceOf(setting: Setting): DeployerSource;
}

/** A place from what it says as written and where each setting stands in it. */
export function place(
  where: string,
  raw: (setting: Setting) => string | undefined,
  foundIn: (setting: Setting) => string,
  sourceOf: (setting: Setting) => DeployerSource,
  nameOf = foundIn,
): Place {
  const trimmed = (setting: Setting) => raw(setting)?.trim() || undefined;
  return {
    where,
    raw: trimmed,
    value(setting) {
      const written = trimmed(setting);
      return written === undefined ? undefined : checkedValue(setting, written, foundIn(setting));
    },
    foundIn,
    nameOf,
    sourceOf,
  };
}

export function environmentPlace(environment: Environment): Place {
  return place(
    "the environment",
    (setting) => environment[description[setting].variable],
    (setting) => description[setting].variable,
    () => ({ place: "environment" }),
  );
}

export function configPlace(config: ConfigReader): Place {
  return place(
    "stack config",
    (setting) => (description[setting].inConfig ? config(configKey(setting)) : undefined),
    configKey,
    () => ({ place: "stack config" }),
    placesOf,
  );
}

const text = z.string().min(1);

/** An object of settings by their names, those that `has` lets in. */
function settingsWhere(has: (setting: Setting) => boolean) {
  return settingNames.filter(has);
}

const own = settingsWhere((setting) => description[setting].inConnection);
const byVariable = settingsWhere((setting) => own.includes(setting) || setting === "identityToken");

const namedConnection = z.strictObject({
  ...(Object.fromEntries(own.map((setting) => [setting, text.optional()])) as Record<
    Setting,
    z.ZodOptional<typeof text>
  >),
  /** For each setting the environment variable that has it. */
  environment: z.partialRecord(z.enum(byVariable as [Setting, ...Setting[]]), text).optional(), // Never empty.
});

const namedConnections = z.record(z.string(), namedConnection);

/**
 * The connection `name` of the stack config `tailscope:connections`.
 * @throws SettingsError where there is none, or where it is wrong
 */
export function connectionPlace(
  environment: Environment,
  config: ConfigReader,
  name: string,
): Place {
  const connections = parsedConnections(config(connectionsKey));
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection === undefined) {
    const known = Object.keys(connections).sort();
    throw new SettingsError(
      `There is no connection ${JSON.stringify(name)} in the stack config ${connectionsKey}.\n  ${
        known.length > 0
          ? `It has ${known.map((one) => JSON.stringify(one)).join(", ")}.`
          : "It has none."
      } Add it, for example with \`pulumi config set --path --secret '${connectionsKey}.${name}.oauthClientSecret'\`.`,
    );
  }
  const variableOf = (setting: Setting) => connection.environment?.[setting];
  return place(
    `the connection ${JSON.stringify(name)} of ${connectionsKey}`,
    (setting) => {
      const variable = variableOf(setting);
      const itself = connection[setting];
      if (variable === undefined) return itself;
      const fromEnvironment = environment[variable]?.trim();
      if (!fromEnvironment) {
        throw new SettingsError(
          `The connection ${JSON.stringify(name)} takes ${setting} from the environment variable ${variable}, which is not set.\n  Set it, or name another in ${connectionsKey}.`,
        );
      }
      if (itself !== undefined) {
        throw new SettingsError(
          `The connection ${JSON.stringify(name)} has ${setting} both by itself and by the environment variable ${variable}.\n  Leave one out of ${connectionsKey}.`,
        );
      }
      return fromEnvironment;
    },
    (setting) => variableOf(setting) ?? `${setting} of the connection ${JSON.stringify(name)}`,
    (setting) => ({
      place: variableOf(setting) === undefined ? "stack config" : "environment",
      connection: name,
    }),
    (setting) => `${name}.${setting}, or ${name}.environment.${setting} for a variable's name`,
  );
}

function parsedConnections(content: string | undefined): z.output<typeof namedConnections> {
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
  const parsed = namedConnections.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The place and the kind of mistake alone: the value could be a secret.
  throw wrong(
    `is wrong at ${issue?.path.join(".") || "its top"}: ${issue?.code === "unrecognized_keys" ? `there is no setting ${issue.keys.join(", ")}` : "another kind of value is needed there"}`,
  );
}
