/** HTTP to Tailscale: one pool of kept-alive connections, time-outs, repetition of what is safe to repeat, errors. */

import { Agent, errors, interceptors } from "undici";
import { type Attempt, notUnderstood, refusal, type Sender, unreachable } from "./errors";
import { version } from "./version";

/** One request, as an endpoint family describes it. */
export interface Request extends Attempt {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** For a POST: whether doing it twice is the same as doing it once. Other methods are safe to repeat by definition. */
  readonly repeatable?: boolean;
}

export interface Http {
  readonly baseUrl: string;
  /** Sends the request and gives the parsed JSON of a success. Throws one of `errors.ts` otherwise. */
  send(request: Request, authorization?: { readonly token: string; readonly sender: Sender }): Promise<unknown>;
  /** Closes the connections, so that a process that is done can end. */
  close(): Promise<void>;
}

const retries = {
  maxRetries: 4,
  minTimeout: 500,
  maxTimeout: 60_000,
  timeoutFactor: 2,
  retryAfter: true,
  // The last answer comes through as it is, with the API's own message, instead of undici's error about repeating.
  throwOnError: false,
};

const connectionFaults = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
];

/** Connects to `baseUrl` (for example `"https://api.tailscale.com"`). Nothing is sent yet. */
export function openHttp(baseUrl: string, timing: { minTimeout?: number; timeout?: number } = {}): Http {
  const timeout = timing.timeout ?? 30_000;
  const agent = new Agent({
    connect: { timeout: Math.min(10_000, timeout) },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    keepAliveTimeout: 10_000,
  });
  const timed = { ...retries, minTimeout: timing.minTimeout ?? retries.minTimeout };
  const repeating = agent.compose(
    interceptors.retry({
      ...timed,
      methods: ["GET", "PUT", "DELETE", "POST"],
      statusCodes: [429, 500, 502, 503, 504],
      errorCodes: connectionFaults,
    }),
  );
  // A create is repeated only after a 429, which says that nothing was done: after anything else it might exist already.
  const creating = agent.compose(interceptors.retry({ ...timed, methods: ["POST"], statusCodes: [429], errorCodes: [] }));

  return {
    baseUrl,
    async send(request, authorization) {
      const dispatcher = request.method === "POST" && request.repeatable !== true ? creating : repeating;
      let status: number;
      let text: string;
      try {
        const response = await dispatcher.request({
          origin: new URL(baseUrl).origin,
          path: `${new URL(baseUrl).pathname.replace(/\/$/, "")}/api/v2${request.path}`,
          method: request.method,
          headers: headers(request, authorization?.token),
          body: body(request),
        });
        status = response.statusCode;
        text = await response.body.text();
      } catch (error) {
        throw unreachable(request, baseUrl, reasonOf(error));
      }
      if (status < 200 || status > 299) throw refusal(request, status, text, authorization?.sender);
      return parsed(request, text);
    },
    close: () => agent.close(),
  };
}

function headers(request: Request, token: string | undefined): Record<string, string> {
  return {
    accept: "application/json",
    "user-agent": `tailscope/${version} (Pulumi dynamic provider; node ${process.versions.node})`,
    ...(request.json !== undefined && { "content-type": "application/json" }),
    ...(request.form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

function body(request: Request): string | null {
  if (request.json !== undefined) return JSON.stringify(request.json);
  if (request.form !== undefined) return new URLSearchParams(request.form).toString();
  return null;
}

function parsed(request: Request, text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood(request, "it is not JSON");
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return "it took too long";
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}
