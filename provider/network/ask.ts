/** One request and its answer, for services that are rarely asked: no connection stays open. */

import { describeFailure, openRoute } from "./dispatcher";
import type { Environment } from "./proxy";
import { retry } from "./undici";

export interface Question {
  readonly method?: "GET" | "PATCH" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the answer may take, in milliseconds. */
  readonly timeout: number;
  /** Whether to repeat the request, twice at most, if the service fails for a moment. */
  readonly repeatable?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const repeating = retry({
  maxRetries: 2,
  minTimeout: 200,
  methods: ["GET", "POST", "PUT"],
  statusCodes: [429, 500, 502, 503, 504],
  throwOnError: false,
});

/**
 * Sends a request. Rejects without an answer, with a message that names the proxy if there is one.
 * Does not follow redirects.
 */
export async function ask(
  address: string,
  { method = "GET", headers = {}, body, timeout, repeatable = false }: Question,
  environment: Environment = process.env,
): Promise<Answer> {
  const route = openRoute(address, timeout, environment);
  const { origin, pathname, search } = new URL(address);
  const dispatcher = repeatable ? route.dispatcher.compose(repeating) : route.dispatcher;
  try {
    const path = `${pathname}${search}`;
    const answer = await dispatcher.request({ origin, path, method, headers, body: body ?? null });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: await answer.body.text(),
    };
  } catch (error) {
    throw new Error(`no answer from ${origin}${route.through}: ${describeFailure(error)}`, {
      cause: error,
    });
  } finally {
    await route.close();
  }
}
