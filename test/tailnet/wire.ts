/** HTTP to the tailnet under test: plain requests, every exchange kept. Knows nothing of facts. */

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v2`, with the query. */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** A body that is neither. */
  readonly text?: string;
  /** The Authorization header; absent for none. */
  readonly authorization?: string;
}

export interface Answer {
  readonly request: Request;
  readonly status: number;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as JSON; its text where it is not JSON, undefined where it is empty. */
  readonly body: unknown;
}

/** Time, so that tests need not wait. */
export interface Clock {
  now(): number;
  /** Ends early where `signal` is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Wire {
  /**
   * Sends the request until there is an answer that says something.
   * @throws Unanswered where there is none; Interrupted where `interruption` was aborted before
   */
  send(request: Request, interruption?: AbortSignal): Promise<Answer>;
}

/** The API did not answer, or failed. Whether the request had an effect is not known. */
export class Unanswered extends Error {}

/** What sends one request: the global fetch, or one that goes through a proxy. */
export type Ask = (
  address: string,
  init: {
    readonly method: Request["method"];
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: Iterable<[string, string]>;
  text(): Promise<string>;
}>;

const patience = { timeout: 30_000, repetitions: 4, firstPause: 1000, longestPause: 60_000 };

/** @param exchanged gets every answer */
export function openWire(
  baseUrl: string,
  clock: Clock,
  exchanged: (answer: Answer) => void,
  ask: Ask = fetch,
): Wire {
  async function once(request: Request): Promise<Answer> {
    const { method, path, authorization } = request;
    const response = await ask(`${baseUrl}/api/v2${path}`, {
      method,
      headers: {
        accept: "application/json",
        "user-agent": "tailscope-test-tailnet",
        ...(request.json !== undefined && { "content-type": "application/json" }),
        ...(request.form !== undefined && {
          "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        }),
        ...(authorization !== undefined && { authorization }),
      },
      ...bodyOf(request),
      // A redirect is an answer: no token goes to another address.
      redirect: "manual",
      signal: AbortSignal.timeout(patience.timeout),
    });
    const text = await response.text();
    const answer = {
      request,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: parse(text),
    };
    exchanged(answer);
    return answer;
  }

  return {
    async send(request, interruption) {
      for (let repetition = 0; ; repetition++) {
        if (interruption?.aborted) throw new Interrupted();
        const got = await once(request).catch((error: unknown) => new Unanswered(reasonOf(error)));
        const isLast = repetition === patience.repetitions;
        if (isLast || !isWorthAnotherTry(request, got)) {
          if (got instanceof Unanswered) throw got;
          if (got.status < 500 && got.status !== 429) return got;
          throw new Unanswered(`it answered ${got.status} to ${request.method} ${request.path}`);
        }
        await clock.sleep(pauseAfter(got, repetition, clock.now()), interruption);
      }
    },
  };
}

/** A create is sent again only where the API says that nothing was done. */
function isWorthAnotherTry(request: Request, got: Answer | Unanswered): boolean {
  if (!(got instanceof Unanswered) && got.status === 429) return true;
  if (request.method === "POST" && request.json !== undefined) return false;
  return got instanceof Unanswered || got.status >= 500;
}

function pauseAfter(got: Answer | Unanswered, repetition: number, now: number): number {
  const asked = got instanceof Unanswered ? undefined : got.headers["retry-after"];
  const seconds = asked === undefined ? Number.NaN : Number(asked);
  const wanted = Number.isNaN(seconds) ? Date.parse(asked ?? "") - now : seconds * 1000;
  const own = patience.firstPause * 2 ** repetition;
  return Math.min(Number.isNaN(wanted) ? own : Math.max(0, wanted), patience.longestPause);
}

function bodyOf({ json, form, text }: Request): { body?: string } {
  if (json !== undefined) return { body: JSON.stringify(json) };
  if (form !== undefined) return { body: new URLSearchParams(form).toString() };
  return text === undefined ? {} : { body: text };
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** What stands at a place in an answer's body, for example `member(body, "keys", 0, "id")`. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name))
      return undefined;
    // What `hasOwn` has just seen in it.
    current = (current as Record<string | number, unknown>)[name];
  }
  return current;
}

/** The same where it is a text; else an empty one. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = member(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The same where it is a list; else an empty one. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = member(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Ends everything: somebody pressed Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}
