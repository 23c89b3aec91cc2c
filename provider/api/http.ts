/**
 * HTTP to Tailscale: one pool of kept-alive connections, time-outs, errors, and repetition of what
 * is safe to repeat.
 */

import type { Dispatcher } from "undici";
import { describeFailure, openRoute } from "../network/dispatcher";
import { retry } from "../network/undici";
import { type Attempt, isCreate, type Sender } from "./errors";
import { createNotUnderstood, createRefusal, createUnreachable } from "./refusal";
import { version } from "./version";

/** One request, as an endpoint family describes it. */
export type Request = Attempt & {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** The tags that it gives to a credential: a narrowed token may have to name them. */
  readonly tags?: readonly string[];
  /** Who sends it, for messages, if there is no token yet. */
  readonly sender?: Sender;
};

/** As whom a request is sent. */
export interface Authorization {
  readonly token: string;
  readonly sender: Sender;
}

export interface Http {
  readonly baseUrl: string;
  /**
   * Sends the request and returns the parsed JSON of a success.
   * @throws one of the classes of `errors.ts` otherwise
   */
  send(request: Request, authorization?: Authorization): Promise<unknown>;
  /**
   * The time of Tailscale's clock at `time` of ours, by its last answer; milliseconds since 1970.
   */
  serverTime(time: number): number;
  /** Closes the connections, so that a process that is done can end. */
  close(): Promise<void>;
}

const retries = {
  maxRetries: 4,
  minTimeout: 500,
  maxTimeout: 60_000,
  timeoutFactor: 2,
  retryAfter: true,
  // So that the last answer comes with the API's own message, instead of undici's error.
  throwOnError: false,
};

/** Codes for "there never was a connection", so nothing was sent. */
const notConnected = [
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "PROXY_UNAVAILABLE",
  "UND_ERR_CONNECT_TIMEOUT",
];

const connectionFaults = [
  ...notConnected,
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
];

/**
 * Codes with which Node refuses a certificate before anything is sent
 * (https://nodejs.org/api/tls.html).
 */
const certificateProblem = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/;

/** How often a request is sent whose answers break off in the middle. */
const breakOffs = 3;

class BrokenOff extends Error {}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | undefined;
}

/**
 * Connects to `baseUrl` (for example `"https://api.tailscale.com"`). Nothing is sent yet.
 * Requests that are idempotent are repeated, after the time that `Retry-After` asks for.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function openHttp(
  baseUrl: string,
  timing: { minTimeout?: number; timeout?: number } = {},
): Http {
  const timeout = timing.timeout ?? 30_000;
  const route = openRoute(baseUrl, timeout);
  const timed = { ...retries, minTimeout: timing.minTimeout ?? retries.minTimeout };
  const repeating = route.dispatcher.compose(
    retry({
      ...timed,
      methods: ["GET", "PUT", "PATCH", "DELETE", "POST"],
      statusCodes: [429, 500, 502, 503, 504],
      errorCodes: connectionFaults,
    }),
  );
  // A create is repeated here only if nothing was done, as a 429 says. After any other failure the
  // credential may exist.
  const creating = route.dispatcher.compose(
    retry({
      ...timed,
      methods: ["POST"],
      statusCodes: [429],
      errorCodes: notConnected,
    }),
  );
  let serverAhead = 0;

  async function sendOnce(
    dispatcher: Dispatcher,
    request: Request,
    token: string | undefined,
  ): Promise<Answer> {
    const response = await dispatcher.request({
      origin: new URL(baseUrl).origin,
      path: `${new URL(baseUrl).pathname.replace(/\/$/, "")}/api/v2${request.path}`,
      method: request.method,
      headers: buildHeaders(request, token),
      body: buildBody(request),
    });
    const date = Date.parse(String(response.headers["date"]));
    if (!Number.isNaN(date)) serverAhead = date - Date.now();
    try {
      const requestId = response.headers["x-tailscale-request-id"];
      return {
        status: response.statusCode,
        text: await response.body.text(),
        requestId: typeof requestId === "string" ? requestId : undefined,
      };
    } catch (error) {
      throw new BrokenOff("the answer broke off", { cause: error });
    }
  }

  return {
    baseUrl,
    async send(request, authorization) {
      const dispatcher = isCreate(request) ? creating : repeating;
      const isRepeatable = dispatcher === repeating;
      let answer: Answer | undefined;
      for (let tried = 1; answer === undefined; tried++) {
        try {
          answer = await sendOnce(dispatcher, request, authorization?.token);
        } catch (error) {
          // undici repeats a request without an answer, but not one whose answer breaks off.
          if (isRepeatable && error instanceof BrokenOff && tried < breakOffs) continue;
          const reason = error instanceof BrokenOff ? error.cause : error;
          throw createUnreachable(
            request,
            `${baseUrl}${route.through}`,
            describeFailure(reason),
            mayHaveArrived(reason),
          );
        }
      }
      const { status, text, requestId } = answer;
      if (status < 200 || status > 299) {
        const sender = authorization?.sender ?? request.sender;
        throw createRefusal(request, { status, body: text, requestId }, sender);
      }
      return parseAnswer(request, text);
    },
    serverTime: (time) => time + serverAhead,
    close: route.close,
  };
}

/**
 * The headers of a request. The token is one of them and never part of the address.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
function buildHeaders(request: Request, token: string | undefined): Record<string, string> {
  return {
    accept: "application/json",
    "user-agent": `tailscope/${version} (Pulumi dynamic provider; node ${process.versions.node})`,
    ...(request.json !== undefined && { "content-type": "application/json" }),
    ...(request.form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

function buildBody(request: Request): string | null {
  if (request.json !== undefined) return JSON.stringify(request.json);
  if (request.form !== undefined) return new URLSearchParams(request.form).toString();
  return null;
}

function parseAnswer(request: Request, text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw createNotUnderstood(request, "it is not JSON");
  }
}

function mayHaveArrived(error: unknown): boolean {
  // Several addresses were tried, and each failed.
  if (error instanceof AggregateError) return error.errors.some(mayHaveArrived);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return !notConnected.includes(code) && code !== "PROXY_REFUSED" && !certificateProblem.test(code);
}
