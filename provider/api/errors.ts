/**
 * Everything that can go wrong between us and Tailscale, a class for each cause. `refusal.ts`
 * creates them from answers.
 */

import { getFirstLine } from "../access/error-text";
import type { DeployerSource } from "./settings/credential";

/** A request, as far as an error message describes it. */
export type Attempt = Method & {
  /** What it does. Completes "Tailscale refused to …", for example `"create the OAuth client"`. */
  readonly doing: string;
  /** Below `/api/v2`, for example `"/tailnet/-/keys"`. */
  readonly path: string;
  /** The scope that the operation needs (https://tailscale.com/api), if it needs one. */
  readonly needs?: string;
  /** Scopes that it needs together with that one. */
  readonly alsoNeeds?: readonly string[];
  /** How it asks for a token, if it does. */
  readonly grant?: Grant;
};

/**
 * How a request is sent. One that has the same effect when sent twice is repeated if there is no
 * answer. A POST has to say whether it is such a request, or creates something each time.
 */
export type Method =
  | { readonly method: "GET" | "PUT" | "PATCH" | "DELETE" }
  | { readonly method: "POST"; readonly effect: "repeatable" | "creates" };

/** Whether a request that is sent twice creates two things. */
export function isCreate(attempt: Method): boolean {
  return attempt.method === "POST" && attempt.effect === "creates";
}

/** How a token is asked for. */
export type Grant =
  | {
      readonly kind: "clientCredentials";
      /** The id of the tailnet that the token is for; absent for the client's own. */
      readonly tailnet?: string | undefined;
    }
  | {
      readonly kind: "tokenExchange";
      /** The federated identity. Its page in the admin console shows why an exchange failed. */
      readonly clientId: string;
      /** Who issued the identity token, for whom and for which audience. */
      readonly claims: IdentityClaims;
    };

/** The claims of an identity token that decide whether a federated identity accepts it. */
export interface IdentityClaims {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
}

/** Who sent a request. */
export interface Sender {
  /** For example `"The deployer k123CNTRL"`. */
  readonly name: string;
  /** The scopes of its token, if the answer with the token named them. */
  readonly scopes?: readonly string[] | undefined;
  /** Where it is configured; absent for a client that the program has. */
  readonly source?: DeployerSource | undefined;
  /**
   * Why its token is for its own tailnet and not for the configured one, as a sentence; absent if
   * it is for the configured one.
   */
  readonly refusedTailnet?: string | undefined;
}

/** What is known about a request that failed. */
export interface FailureDetails {
  /** The request. Absent if none was sent. */
  readonly attempt?: Attempt | undefined;
  /** The HTTP status of the answer. Absent if there was no answer. */
  readonly status?: number | undefined;
  /** The answer's `x-tailscale-request-id`, by which Tailscale's support finds the request. */
  readonly requestId?: string | undefined;
  /** Who sent the request. */
  readonly sender?: Sender | undefined;
  readonly cause?: unknown;
}

/** Tailscale did not do what a request asked for. */
export abstract class TailscaleError extends Error implements FailureDetails {
  readonly attempt: Attempt | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly sender: Sender | undefined;

  constructor(message: string, { attempt, status, requestId, sender, cause }: FailureDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.attempt = attempt;
    this.status = status;
    this.requestId = requestId;
    this.sender = sender;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** The request never got an answer: no connection, a connection that broke, or a time-out. */
export class Unreachable extends TailscaleError {
  /** @param mayHaveArrived false if there never was a connection to send it by */
  constructor(
    message: string,
    details: FailureDetails = {},
    readonly mayHaveArrived = true,
  ) {
    super(message, details);
  }
}

/** The answer is not what the API's documentation says. */
export class AnswerNotUnderstood extends TailscaleError {}

/** The answer is a redirect, which is never followed with a token. */
export class Redirected extends AnswerNotUnderstood {}

/** The credential does not exist, is revoked or expired, or its secret is wrong (401). */
export class NotAuthenticated extends TailscaleError {}

/** The credential is valid but may not do this (403). */
export class NotPermitted extends TailscaleError {
  /** @param beyond the scopes that the credential may not give, if the API named them */
  constructor(
    message: string,
    details: FailureDetails = {},
    readonly beyond: readonly string[] = [],
  ) {
    super(message, details);
  }
}

/** The credential belongs to another tailnet than the one in the request (403 that says so). */
export class WrongTailnet extends TailscaleError {}

/** Tailscale refused a token to an OAuth client (403, 400, 404). */
export class TokenRefused extends TailscaleError {
  /** @param beyond the scopes that the client does not hold, if the API named them */
  constructor(
    message: string,
    details: FailureDetails = {},
    readonly beyond: readonly string[] = [],
  ) {
    super(message, details);
  }
}

/** Tailscale gave a token that can do more than the request asked for. */
export class TokenTooWide extends TailscaleError {
  /** @param beyond the scopes and tags that the request did not ask for */
  constructor(
    message: string,
    readonly beyond: readonly string[],
  ) {
    super(message);
  }
}

/** A federated identity did not accept the identity token (400, 401, 403). */
export class TokenExchangeFailed extends TailscaleError {}

/** The tailnet's plan does not include the feature (402, or 403 that says so). */
export class NotInPlan extends TailscaleError {}

/** The tailnet has no such thing, or the credential may not see it (404). */
export class NotFound extends TailscaleError {}

/** Nothing shows whether a credential still exists, so it counts as neither there nor gone. */
export class NotVisible extends TailscaleError {}

/** The credential with that id is of another kind. */
export class OtherKind extends TailscaleError {}

/** The API does not accept the request (400, 409, 412 and every other 4xx). */
export class RequestRefused extends TailscaleError {}

/** The credential may not give the tags that the request names (400). */
export class TagsNotPermitted extends RequestRefused {}

/** Too many requests (429), even after waiting and repeating. */
export class RateLimited extends TailscaleError {}

/** Tailscale itself failed (5xx), even after repeating where that was safe. */
export class ServerFailed extends TailscaleError {}

/**
 * A create failed but may have taken effect. What it left could not be cleaned up, or every attempt
 * failed.
 */
export class LostCreate extends TailscaleError {
  /**
   * @param cause the failure of the create
   * @param outcome what became of it, as far as that is known
   * @param remedy what to do next
   * @param candidates ids of the credentials that it may have created; none of them was touched
   */
  constructor(
    override readonly cause: Error,
    outcome: string,
    remedy: string,
    readonly candidates: readonly string[] = [],
  ) {
    super(
      advise(`${getFirstLine(cause)}\n  It may have taken effect: ${outcome}.`, remedy),
      cause instanceof TailscaleError ? cause : {},
    );
  }
}

/**
 * Whether a failure says nothing about the request itself: no answer, a 5xx, a 429, or an answer
 * that nobody understands.
 */
export function isPassing(error: unknown): error is Error {
  return [Unreachable, ServerFailed, RateLimited, AnswerNotUnderstood].some(
    (kind) => error instanceof kind,
  );
}

/** A message that says what happened and, in its second line, what to do next. */
export function advise(message: string, next: string): string {
  return `${message}\n  ${next}`;
}
