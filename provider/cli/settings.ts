/**
 * The identity that a command uses with Tailscale. It comes from the environment and the stack's
 * config, as for `pulumi up`. Config is decrypted only if a secret in it is needed, because that
 * requires a passphrase or a cloud key.
 */

import { getFirstLine } from "../access/error-text";
import { defineSchema } from "../api/lazy-schema";
import { type ConfigReader, type Connection, readConnection } from "../api/settings/connection";
import { SettingsError } from "../api/settings/error";
import { CommandFailure } from "./failure";
import { printAside } from "./output";
import type { StackConfig } from "./pulumi";

export interface Settings {
  /**
   * The default connection, or the connection with that name in the stack's config.
   * @throws SettingsError, or CommandFailure if the config cannot be decrypted
   */
  connection(name?: string): Promise<Connection>;
}

export function createSettings(config: StackConfig): Settings {
  let decrypted: Promise<string> | undefined;
  return {
    async connection(name) {
      if (config.kind !== "read") return readEnvironment(config, name);
      const secrets = new Set<string>();
      const { connection, error } = tryConnection(
        createConfigReader(config.content, secrets),
        name,
      );
      if (
        secrets.size > 0 &&
        (connection === undefined || containsText(connection, unreadSecret))
      ) {
        decrypted ??= config.decrypt().catch((reason: unknown) => {
          throw createDecryptionFailure([...secrets], reason);
        });
        return readConnection(process.env, createConfigReader(await decrypted, new Set()), name);
      }
      if (connection === undefined) throw error;
      return connection;
    },
  };
}

function readEnvironment(config: StackConfig, name: string | undefined): Connection {
  try {
    const connection = readConnection(process.env, () => undefined, name);
    if (config.kind === "unreadable")
      printAside(
        `The stack's config cannot be read, so the deployer comes from the environment alone: ${config.reason}`,
      );
    return connection;
  } catch (error) {
    if (config.kind !== "unreadable" || !(error instanceof SettingsError)) throw error;
    throw new SettingsError(
      `${error.message}\n  The stack's config could not be read: ${config.reason}`,
    );
  }
}

/**
 * A placeholder for an encrypted secret: its presence in the result shows that the secret is
 * needed.
 */
const unreadSecret = "not-decrypted-7c1f1f0e";

function tryConnection(
  config: ConfigReader,
  name: string | undefined,
): { connection?: Connection; error?: unknown } {
  try {
    return { connection: readConnection(process.env, config, name) };
  } catch (error) {
    return { error };
  }
}

function containsText(value: unknown, text: string): boolean {
  return JSON.stringify(value).includes(text);
}

const configSchema = defineSchema((z) =>
  z.record(z.string(), z.object({ value: z.string().optional(), secret: z.boolean().optional() })),
);

/** @param secrets collects the keys of the secrets that were read but have no value */
function createConfigReader(content: string, secrets: Set<string>): ConfigReader {
  const parsed = configSchema().safeParse(JSON.parse(content));
  return (key) => {
    const entry = parsed.success ? parsed.data[key] : undefined;
    if (entry?.secret !== true || entry.value !== undefined) return entry?.value;
    secrets.add(key);
    return unreadSecret;
  };
}

function createDecryptionFailure(keys: readonly string[], reason: unknown): CommandFailure {
  return new CommandFailure(
    `The deployer is in the stack's config (${keys.join(", ")}), which cannot be decrypted: ${getFirstLine(reason)}\n  Set its passphrase or key, for example PULUMI_CONFIG_PASSPHRASE, or give the deployer in the environment.`,
  );
}
