/**
 * What can go wrong between us and Tailscale, one class a cause. This is the one place that maps HTTP to errors.
 * Every message says what was tried, what the API answered (status, method, path, its own words) and what to do next.
 */

import { shown } from "../access/shown";

/** What a request was for, in the words of its error message. */
export interface Attempt {
  /** Completes "Tailscale refused to …", for example `"create the OAuth client"`. */
  readonly doing: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v2`, for example `"/tailnet/-/keys"`. */
  readonly path: string;
  /** The scope that opens the operation (https://tailscale.com/api), where one does. */
  readonly needs?: string;
}

/** Who sent the request: `"The deployer k123CNTRL"`, with the scopes it holds where the token said so. */
export interface Sender {
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
}

/** Any failure of ours to get from the Tailscale API what was asked for. */
export abstract class TailscaleError extends Error {
  /** The request that failed, where it may matter which one of several it was. */
  attempt?: Attempt;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The request never got an answer: no connection, a connection that broke, or a time-out. */
export class Unreachable extends TailscaleError {
  /** @param mayHaveArrived false where there never was a connection to send it by */
  constructor(
    message: string,
    readonly mayHaveArrived = true,
  ) {
    super(message);
  }
}

/** The API answered, and not with what its documentation says. */
export class AnswerNotUnderstood extends TailscaleError {}

/** The answer is a redirect, which is never followed with a token. */
export class Redirected extends AnswerNotUnderstood {}

/** The credential a person configured does not exist, is revoked or expired, or its secret is wrong (401). */
export class NotAuthenticated extends TailscaleError {}

/** The credential is good but may not do this (403). */
export class NotPermitted extends TailscaleError {
  /** @param beyond the scopes that the credential may not give, where the API named them */
  constructor(
    message: string,
    readonly beyond: readonly string[] = [],
  ) {
    super(message);
  }
}

/** There is no such thing in this tailnet (404). */
export class NotFound extends TailscaleError {}

/** The API found the request wrong (400, 409, 412 and the rest of the 4xx). */
export class RequestRefused extends TailscaleError {}

/** Too many requests (429), still after waiting and repeating. */
export class RateLimited extends TailscaleError {}

/** Tailscale itself failed (5xx), still after repeating where that was safe. */
export class ServerFailed extends TailscaleError {}

/** A create that failed and may have taken effect all the same. What it left could not be put right, or it never went through. */
export class LostCreate extends TailscaleError {
  /**
   * @param became what became of it, as far as that can be told
   * @param remedy what to do next
   * @param candidates the ids of credentials that may be what it made; none of them was touched
   */
  constructor(
    override readonly cause: Error,
    became: string,
    remedy: string,
    readonly candidates: readonly string[] = [],
  ) {
    super(
      advise(`${cause.message.split("\n")[0]}\n  It may have taken effect: ${became}.`, remedy),
    );
  }
}

/** Whether a failure says nothing about what was asked: Tailscale did not answer, or not in its right mind. */
export function isPassing(error: Error): boolean {
  return [Unreachable, ServerFailed, RateLimited, AnswerNotUnderstood].some(
    (kind) => error instanceof kind,
  );
}

/** The error for an answer that is no success. `body` is the text that came with it. */
export function refusal(
  attempt: Attempt,
  status: number,
  body: string,
  sender?: Sender,
): TailscaleError {
  const said = messageIn(body);
  const told = said === "" ? "" : `: ${said}`;
  const refused = `Tailscale refused to ${attempt.doing} (${where(attempt, status)})${told}`;
  const failed = `Tailscale failed to ${attempt.doing} (${where(attempt, status)})${told}`;
  const name = sender?.name ?? "the credential";
  if (status === 401) {
    return new NotAuthenticated(
      advise(
        refused,
        `${capitalised(name)} was not accepted: it is revoked or expired, or its secret is wrong. Use one that is active.`,
      ),
    );
  }
  if (status === 403) {
    const beyond = scopesBeyond(said);
    return new NotPermitted(advise(refused, permissionAdvice(attempt, beyond, sender)), beyond);
  }
  if (status === 404) {
    return new NotFound(advise(refused, notFoundAdvice(attempt)));
  }
  if (status === 429) {
    return new RateLimited(
      advise(
        failed,
        "Too many requests: wait a minute and run the same command again, or lower --parallel.",
      ),
    );
  }
  if (status >= 500) return of(attempt, new ServerFailed(advise(failed, repeatAdvice)));
  if (status >= 300 && status < 400) {
    return new Redirected(
      advise(
        refused,
        "The answer is a redirect, which is never followed with a token: set TAILSCALE_BASE_URL to the final address.",
      ),
    );
  }
  return new RequestRefused(advise(refused, requestAdvice(said)));
}

/** The error for a request that got no answer. `reason` is what the connection said. */
export function unreachable(
  attempt: Attempt,
  baseUrl: string,
  reason: string,
  mayHaveArrived = true,
): Unreachable {
  return of(
    attempt,
    new Unreachable(
      advise(
        `Could not ${attempt.doing} (${attempt.method} ${attempt.path}): no answer from ${baseUrl}: ${shown(reason)}`,
        `Check that the address is right and can be reached from here. ${repeatAdvice}`,
      ),
      mayHaveArrived,
    ),
  );
}

/** Marks an error with the request that failed. */
function of<Failure extends TailscaleError>(attempt: Attempt, error: Failure): Failure {
  error.attempt = attempt;
  return error;
}

/** The error for an answer of the wrong shape. `problem` says what is wrong with it, never its content. */
export function notUnderstood(attempt: Attempt, problem: string): AnswerNotUnderstood {
  return of(
    attempt,
    new AnswerNotUnderstood(
      advise(
        `Tailscale's answer to ${attempt.method} ${attempt.path} (to ${attempt.doing}) is not what its API documents: ${problem}`,
        "Check that TAILSCALE_BASE_URL is an address of the Tailscale API; if it is, a newer Tailscope may know the new answer.",
      ),
    ),
  );
}

function where(attempt: Attempt, status: number): string {
  return `${status}, ${attempt.method} ${attempt.path}`;
}

function notFoundAdvice(attempt: Attempt): string {
  return attempt.method === "PUT"
    ? "Somebody removed it behind Pulumi's back: `pulumi up --refresh` notices, and makes a new one."
    : "Check that the tailnet and the id are right; `-` stands for the credential's own tailnet.";
}

/** The scopes in `actor cannot set scopes: [a b]` and `OAuth client cannot grant scopes "a b"`. */
function scopesBeyond(said: string): string[] {
  const named = /cannot (?:set|grant) scopes:? \\?["[]([^\]"\\]+)/.exec(said)?.[1] ?? "";
  return named.split(/[\s,]+/).filter(Boolean);
}

function permissionAdvice(attempt: Attempt, beyond: readonly string[], sender?: Sender): string {
  const holder = capitalised(sender?.name ?? "the credential");
  const holds = sender?.scopes?.length ? ` holds ${sender.scopes.join(", ")}` : "";
  if (beyond.length > 0) {
    const scopes = beyond.join(", ");
    return `${holder}${holds}${holds && "; "}${holds ? "it" : ` may not give what it lacks: it`} can only pass on scopes of its own. Give it ${scopes}, or leave ${scopes} out here.`;
  }
  const need = attempt.needs === undefined ? "" : ` This request needs the scope ${attempt.needs}.`;
  return `${holds ? `${holder}${holds}.` : `${holder} may not do this.`}${need}`;
}

function requestAdvice(said: string): string {
  if (/requested tags \[.*\] are invalid or not permitted/.test(said)) {
    return (
      "Every tag must be defined under tagOwners in the tailnet's policy file. A credential may give exactly its own set of tags, " +
      'or tags that those own there: to let a client with several tags give just one, make that tag its own owner ("tag:a": ["tag:a"]).'
    );
  }
  if (/must have tags/.test(said)) {
    return "A key made with an OAuth client or a federated identity belongs to the tailnet and needs tags: set `tags`.";
  }
  return "Change what the message names, and run the same command again.";
}

/** Creates, which are not, have an error of their own: {@link LostCreate}. */
const repeatAdvice = "Run the same command again; it is safe to repeat.";

function advise(message: string, next: string): string {
  return `${message}\n  ${next}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The API's own message in an error body (`{"message": …}`), or the start of whatever else came. */
function messageIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (
      typeof parsed === "object" &&
      parsed !== null &&
      "message" in parsed &&
      typeof parsed.message === "string"
    ) {
      return shown(parsed.message);
    }
  } catch {
    // Not JSON: a gateway's page. Its text is still the best there is to show.
  }
  return shown(body.replace(/<[^>]*>/g, " "));
}
