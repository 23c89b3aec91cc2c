/**
 * Sends requests directly to an address, or through a tunnel of the proxy that the environment
 * names.
 */

import type { Dispatcher, Pool } from "undici";
import { leaveParserUnoptimized } from "./http-parser";
import { type Environment, findProxy } from "./proxy";
import { Agent, buildConnector, errors, forProxies } from "./undici";

export interface Route {
  readonly dispatcher: Dispatcher;
  /**
   * Completes "no answer from https://…", for example with `" through the proxy http://proxy:3128
   * (HTTPS_PROXY)"`; `""` without a proxy.
   */
  readonly through: string;
  /** Closes the connections, so that a process that is done can end; once, however often called. */
  close(): Promise<void>;
}

/** The proxy opened no tunnel, so nothing was sent to the address. */
export class ProxyFailure extends Error {
  constructor(
    message: string,
    /** `"PROXY_UNAVAILABLE"` if it may work a moment later, as after a 503. */
    readonly code: "PROXY_UNAVAILABLE" | "PROXY_REFUSED",
  ) {
    super(message);
  }
}

/**
 * The route to `address`, with a pool of kept-alive connections. Nothing is sent yet.
 * @param timeout how long one answer may take, in milliseconds
 * @throws ProxySettingError if the variable for it does not hold the address of a proxy
 */
export function openRoute(
  address: string,
  timeout: number,
  environment: Environment = process.env,
): Route {
  const proxy = findProxy(address, environment);
  const connect = { timeout: Math.min(10_000, timeout) };
  const pooled = { headersTimeout: timeout, bodyTimeout: timeout, keepAliveTimeout: 10_000 };
  const dispatcher =
    proxy === undefined
      ? new Agent({ connect: leaveParserUnoptimized(buildConnector(connect)), ...pooled })
      : openProxyAgent(proxy.address, connect, pooled);
  let closing: Promise<void> | undefined;
  return {
    dispatcher,
    through: proxy === undefined ? "" : ` through the proxy ${proxy.name}`,
    close() {
      closing ??= dispatcher.close();
      return closing;
    },
  };
}

function openProxyAgent(
  address: URL,
  connect: { readonly timeout: number },
  pooled: Pool.Options,
): Dispatcher {
  const { Pool, ProxyAgent } = forProxies();
  return new ProxyAgent({
    uri: address.href,
    requestTls: connect,
    proxyTls: connect,
    ...pooled,
    clientFactory: (origin, { connect: open, ...options }: Pool.Options) =>
      reportTunnelFailures(
        new Pool(origin, {
          ...options,
          ...(typeof open === "function" && { connect: leaveParserUnoptimized(open) }),
          ...pooled,
        }),
      ),
  });
}

/** Makes failures of a pool of connections to a proxy say that they are the proxy's. */
function reportTunnelFailures(pool: Pool): Pool {
  const connect: (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData> =
    pool.connect.bind(pool);
  async function openTunnel(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    let made: Dispatcher.ConnectData;
    try {
      made = await connect(options);
    } catch (error) {
      throw createFailedTunnel(error);
    }
    if (made.statusCode === 200) return made;
    made.socket.on("error", () => {}).destroy();
    throw createRefusedTunnel(made.statusCode);
  }
  return Object.assign(pool, { connect: openTunnel });
}

/**
 * Codes of failures that may pass: those of the system and of undici, not those of certificates
 * (https://nodejs.org/api/errors.html).
 */
const passing = /^(?!EPROTO$)(E[A-Z]+|EAI_[A-Z]+|UND_ERR_[A-Z_]+)$/;

function createRefusedTunnel(status: number): ProxyFailure {
  const why = {
    403: ": it does not allow that address",
    407: ": it asks for a user name and a password",
  };
  return new ProxyFailure(
    `the proxy opened no tunnel (${status})${why[status as keyof typeof why] ?? ""}`, // Other statuses have no reason.
    status >= 500 ? "PROXY_UNAVAILABLE" : "PROXY_REFUSED",
  );
}

function createFailedTunnel(error: unknown): ProxyFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new ProxyFailure(
    `the proxy opened no tunnel: ${describeFailure(error)}`,
    passing.test(code) ? "PROXY_UNAVAILABLE" : "PROXY_REFUSED",
  );
}

/** What was wrong with a connection, in words. */
export function describeFailure(error: unknown): string {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
    return "it took too long";
  if (error instanceof AggregateError) return error.errors.map(describeFailure).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}
