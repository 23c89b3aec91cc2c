/**
 * The parts of undici that we use. Its entry module also loads fetch, web sockets and mocks, and
 * takes twice as long to load: longer than anything else that a small command waits for.
 */

import { createRequire } from "node:module";
import type * as undici from "undici";

type Retry = typeof undici.interceptors.retry;

interface Parts {
  readonly Agent: typeof undici.Agent;
  readonly buildConnector: typeof undici.buildConnector;
  readonly errors: typeof undici.errors;
  readonly retry: Retry;
  /** What only a connection through a proxy needs. */
  readonly forProxies: () => Pick<typeof undici, "Pool" | "ProxyAgent">;
}

const load = createRequire(__filename);

export const { Agent, buildConnector, errors, retry, forProxies }: Parts = isKnown()
  ? requireParts()
  : requireEntry();

/**
 * Whether the parts of this version are where we look for them: they are no interface of undici's.
 * Another version works as well, and loads more.
 */
function isKnown(): boolean {
  const { version }: { version: string } = load("undici/package.json");
  return version.startsWith("8.13.");
}

function requireParts(): Parts {
  const Dispatcher: typeof undici.Dispatcher = load("undici/lib/dispatcher/dispatcher.js");
  // As the entry module does: without it a dispatcher has no `request`.
  Object.assign(Dispatcher.prototype, load("undici/lib/api/index.js"));
  return {
    Agent: load("undici/lib/dispatcher/agent.js"),
    buildConnector: load("undici/lib/core/connect.js"),
    errors: load("undici/lib/core/errors.js"),
    retry: load("undici/lib/interceptor/retry.js"),
    forProxies: () => ({
      Pool: load("undici/lib/dispatcher/pool.js"),
      ProxyAgent: load("undici/lib/dispatcher/proxy-agent.js"),
    }),
  };
}

function requireEntry(): Parts {
  const entry: typeof undici = load("undici");
  const { Agent, buildConnector, errors, interceptors } = entry;
  return { Agent, buildConnector, errors, retry: interceptors.retry, forProxies: () => entry };
}
