/**
 * What all resources of one run share: connections, tailnets, known ids and the warnings given so
 * far. A run is one operation of Pulumi, such as a preview; the engine starts a provider process
 * for each.
 */

import { type ConfigReader, type Connection, readConnection } from "../api/settings/connection";
import type { Tailnet } from "../api/tailnet";
import { saveCompiledCodeSoon } from "../compile-cache";
import type { Environment } from "../network/proxy";
import { type Reads, trackReads } from "./same-tailnet";
import { readStackConfig } from "./stack-config";

/** A connection is named in stack config; undefined stands for the default one. */
type ConnectionName = string | undefined;

export interface Run {
  /** Ids of credentials that the engine has named so far, and of those that this run created. */
  readonly knownIds: Set<string>;
  /** Ids that this run has looked for and found to be gone. */
  readonly goneIds: Set<string>;
  /** @throws SettingsError if no usable credentials are found */
  getConnection(name: ConnectionName): Connection;
  /**
   * The tailnet of a connection, opened once and shared, so that all resources share its tokens and
   * its reads.
   * @throws SettingsError if no usable credentials are found
   */
  getTailnet(name: ConnectionName): Promise<Tailnet>;
  /** The reads of this run through a connection. */
  getReads(name: ConnectionName): Reads;
  /** Shows a sentence among the diagnostics of the engine. */
  warn(message: string): void;
  /** {@link Run.warn}, but the same sentence only once. */
  warnOnce(message: string): void;
  /** Forgets everything and closes the connections. A provider process ends with its run anyway. */
  end(): Promise<void>;
}

/**
 * Creates a run.
 * @param environment where settings are looked for, beside stack config
 * @param readConfig reads stack config; it is asked only when a connection is needed
 */
export function createRun(
  environment: Environment = process.env,
  readConfig: ConfigReader = readStackConfig,
): Run {
  const connections = new Map<ConnectionName, Connection>();
  const tailnets = new Map<ConnectionName, Promise<Tailnet>>();
  const reads = new Map<ConnectionName, Reads>();
  const warnings = new Set<string>();
  const knownIds = new Set<string>();
  const goneIds = new Set<string>();

  // The engine shows what the provider process prints; a dynamic provider has no other way.
  const warn = (message: string): void => console.error(`warning: ${message}`);

  function getConnection(name: ConnectionName): Connection {
    const existing = connections.get(name);
    if (existing !== undefined) return existing;
    const connection = readConnection(environment, readConfig, name);
    connections.set(name, connection);
    connection.notes?.forEach(warn);
    return connection;
  }

  return {
    knownIds,
    goneIds,
    getConnection,
    async getTailnet(name) {
      const connection = getConnection(name);
      // Loaded on first use: a program that only declares resources never speaks HTTP.
      const tailnet =
        tailnets.get(name) ??
        import("../api/tailnet.js").then(({ openTailnet }) => {
          saveCompiledCodeSoon();
          return openTailnet(connection, { warn, known: knownIds });
        });
      tailnets.set(name, tailnet);
      return tailnet;
    },
    getReads(name) {
      const tracked = reads.get(name) ?? trackReads();
      reads.set(name, tracked);
      return tracked;
    },
    warn,
    warnOnce(message) {
      if (warnings.has(message)) return;
      warnings.add(message);
      warn(message);
    },
    async end() {
      const opened = [...tailnets.values()];
      for (const memory of [connections, tailnets, reads, warnings, knownIds, goneIds])
        memory.clear();
      for (const tailnet of opened) await (await tailnet).close();
    },
  };
}

/** The run of this process. */
export const currentRun = createRun();
