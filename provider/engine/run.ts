/**
 * The tailnets of this run: each opened once in the provider process and shared by all resources,
 * so that they share tokens and reads.
 */

import { type Connection, readConnection } from "../api/settings/connection";
import type { Tailnet } from "../api/tailnet";
import { saveCompiledCodeSoon } from "../compile-cache";
import { type Reads, trackReads } from "./belonging";
import { readStackConfig } from "./stack-config";

const connections = new Map<string | undefined, Connection>();
const opened = new Map<string | undefined, Promise<Tailnet>>();

/**
 * @param name of a connection in stack config; undefined for the default one
 * @throws SettingsError where no usable credentials are found
 */
export function deployerConnection(name: string | undefined): Connection {
  const known = connections.get(name);
  if (known !== undefined) return known;
  const connection = readConnection(process.env, readStackConfig, name);
  connections.set(name, connection);
  connection.notes?.forEach(warn);
  return connection;
}

/**
 * Ids of credentials that the state holds, as far as the engine has named them, and those that this
 * run made.
 */
export const knownIds = new Set<string>();

/** Ids that this run has looked for and found to be gone. */
export const goneIds = new Set<string>();

const reads = new Map<string | undefined, Reads>();

/** The reads of this run through the connection `name`. */
export function readsThrough(name: string | undefined): Reads {
  const counted = reads.get(name) ?? trackReads();
  reads.set(name, counted);
  return counted;
}

/**
 * @param name of a connection in stack config; undefined for the default one
 * @throws SettingsError where no usable credentials are found
 */
export async function tailnetOf(name: string | undefined): Promise<Tailnet> {
  const connection = deployerConnection(name);
  // Loaded on first use: a program that only declares resources never speaks HTTP.
  const tailnet =
    opened.get(name) ??
    import("../api/tailnet.js").then(({ openTailnet }) => {
      saveCompiledCodeSoon();
      return openTailnet(connection, warn, undefined, undefined, knownIds);
    });
  opened.set(name, tailnet);
  return tailnet;
}

/**
 * Ends this run: connections are closed, and what comes next opens them anew. A provider process
 * ends with its run anyway.
 */
export async function endRun(): Promise<void> {
  const tailnets = [...opened.values()];
  connections.clear();
  opened.clear();
  knownIds.clear();
  goneIds.clear();
  reads.clear();
  said.clear();
  for (const tailnet of tailnets) await (await tailnet).close();
}

const said = new Set<string>();

/** {@link warn}, once in this run. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  warn(message);
}

/**
 * The engine shows what the provider process prints among its diagnostics; a dynamic provider has
 * no other way.
 */
export function warn(message: string): void {
  console.error(`warning: ${message}`);
}
