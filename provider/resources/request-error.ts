/** Failed requests in Pulumi's output, as errors that a program can act on. */

/**
 * A request to Tailscale that failed. Resources are created in a process of the engine, so their
 * errors reach a program only as text; {@link findRequestErrors} reads them from it.
 */
export class RequestError extends Error {
  /** What the request was for, for example `"create an OAuth client"`. */
  readonly action: string;
  /** For example `"POST"`. */
  readonly method: string;
  /** Below `/api/v2`, for example `"/tailnet/-/keys"`. */
  readonly path: string;
  /** The HTTP status, for example `403`; undefined if there was no answer. */
  readonly status: number | undefined;
  /** The id by which Tailscale's support finds the request; undefined if the answer had none. */
  readonly requestId: string | undefined;

  /** @internal */
  constructor(
    message: string,
    data: Pick<RequestError, "action" | "method" | "path" | "status" | "requestId">,
  ) {
    super(message);
    this.action = data.action;
    this.method = data.method;
    this.path = data.path;
    this.status = data.status;
    this.requestId = data.requestId;
  }

  override get name(): string {
    return "RequestError";
  }
}

const failure =
  /(?:Tailscale (?:refused|failed) to|Could not) ([^\n()]+) \((?:(\d{3}), )?(GET|POST|PUT|PATCH|DELETE) (\/[^\s,)]*)(?:, request ([^\s)]+))?\)[^\n]*/g;

/**
 * The failed requests in the output of a Pulumi run, each once, in their order. The Automation API
 * has that output in the message of its error.
 *
 * @example
 * ```ts
 * try {
 *   await stack.up();
 * } catch (error) {
 *   const failed = findRequestErrors(String(error));
 *   if (failed.length === 0 || !failed.every(({ status }) => status === 429)) throw error;
 *   await stack.up(); // Tailscale was only busy.
 * }
 * ```
 */
export function findRequestErrors(output: string): RequestError[] {
  const found = new Map<string, RequestError>();
  for (const [message, action = "", status, method = "", path = "", requestId] of output.matchAll(
    failure,
  )) {
    const data = { action, method, path, status: status ? Number(status) : undefined, requestId };
    if (!found.has(message)) found.set(message, new RequestError(message, data));
  }
  return [...found.values()];
}
