/** The tailnet of this run: opened once in the provider process and shared by all resources, so that they share one token. */

import { type Connection, connectionFrom } from "../api/connection";
import type { Tailnet } from "../api/tailnet";

type ConfigReader = (key: string) => string | undefined;

let readConfig: ConfigReader = () => undefined;
let connection: Connection | undefined;
let opened: Promise<Tailnet> | undefined;

/** Takes the stack config, from which (with the environment) the connection is made on first use. */
export function configureDeployer(config: ConfigReader): void {
  readConfig = config;
}

/** @throws ConnectionError where no usable credentials are found */
export function deployerConnection(): Connection {
  connection ??= connectionFrom(process.env, readConfig);
  return connection;
}

/** @throws ConnectionError where no usable credentials are found */
export async function currentTailnet(): Promise<Tailnet> {
  const settings = deployerConnection();
  // Loaded on first use: a program that only declares resources never speaks HTTP.
  opened ??= import("../api/tailnet.js").then(({ openTailnet }) => openTailnet(settings, warn));
  return opened;
}

/** The engine shows what the provider process prints among its diagnostics; a dynamic provider has no other way. */
function warn(message: string): void {
  console.error(`warning: ${message}`);
}
