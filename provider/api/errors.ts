/**
 * What can go wrong between us and Tailscale, one class a cause. `refusal.ts` makes them of
 * answers.
 */

import { getFirstLine } from "../access/error-text";
import type { DeployerSource } from "./settings/credential";

/** What a request was for, in the words of its error message. */
export type Attempt = Method & {
  /** Completes "Tailscale refused to …", for example `"create the OAuth client"`. */
  readonly doing: string;
  /** Below `/api/v2`, for example `"/tailnet/-/keys"`. */
  readonly path: string;
  /** The scope that opens the operation (https://tailscale.com/api), where one does. */
  readonly needs?: string;
  /** Set where the request asks for a token. */
  readonly grant?: Grant;
};

/**
 * How it is sent. What can be sent twice with the effect of once is repeated where there is no
 * answer; a POST has to say whether it can, or whether it creates something each time.
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
      /** The tailnet that it is asked for, by id; absent for the client's own. */
      readonly tailnet?: string | undefined;
    }
  | {
      readonly kind: "tokenExchange";
      /** The federated identity, whose page in the console shows why an exchange failed. */
      readonly clientId: string;
      /** What the identity token says: for whom it is, who signed it, who may take it. */
      readonly claims: IdentityClaims;
    };

/** The claims of an identity token that decide whether a federated identity accepts it. */
export interface IdentityClaims {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
}

/**
 * Who sent the request: `"The deployer k123CNTRL"`, with the scopes it holds where the token said
 * so.
 */
export interface Sender {
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  /** Where it is configured; absent for a client that the program has. */
  readonly source?: DeployerSource | undefined;
  /**
   * What refused it a token for the tailnet that is meant, in a sentence; then its token is for its
   * own.
   */
  readonly refusedTailnet?: string | undefined;
}

/** Any failure of ours to get from the Tailscale API what was asked for. */
export abstract class TailscaleError extends Error {
  /** The request that failed. */
  attempt?: Attempt;
  /** The HTTP status of the answer; absent where there was none. */
  status?: number;
  /** The answer's `x-tailscale-request-id`, by which Tailscale's support finds the request. */
  requestId?: string;
  /** Who sent the request. */
  sender?: Sender;

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

/**
 * The credential a person configured does not exist, is revoked or expired, or its secret is wrong
 * (401).
 */
export class NotAuthenticated extends TailscaleError {}

/** The credential is good but may not do this (403). */
export class NotPermitted extends TailscaleError {
  /** @param beyond the scopes that the API named as those that the credential may not give */
  constructor(
    message: string,
    readonly beyond: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The tailnet that was asked for is not the credential's (403 in these words). */
export class WrongTailnet extends TailscaleError {}

/** An OAuth client may not have the token that it was asked for (403, 400, 404). */
export class TokenRefused extends TailscaleError {
  /** @param beyond the scopes that the API named as those that the client may not give */
  constructor(
    message: string,
    readonly beyond: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The token that Tailscale gave may do more than what was asked for. */
export class TokenTooWide extends TailscaleError {
  /** @param beyond the scopes and tags that were not asked for */
  constructor(
    message: string,
    readonly beyond: readonly string[],
  ) {
    super(message);
  }
}

/** A federated identity did not accept the identity token (400, 401, 403). */
export class TokenExchangeFailed extends TailscaleError {}

/** The tailnet's plan does not include the feature (402, or 403 in these words). */
export class NotInPlan extends TailscaleError {}

/** There is no such thing in this tailnet, or the credential may not see it (404). */
export class NotFound extends TailscaleError {}

/** Whether a credential still exists cannot be told, so it counts as neither there nor gone. */
export class NotVisible extends TailscaleError {}

/** There is a credential of that id, and it is of another kind. */
export class OtherKind extends TailscaleError {}

/** The API found the request wrong (400, 409, 412 and the rest of the 4xx). */
export class RequestRefused extends TailscaleError {}

/** The credential may not give the tags that the request names (400). */
export class TagsNotPermitted extends RequestRefused {}

/** Too many requests (429), still after waiting and repeating. */
export class RateLimited extends TailscaleError {}

/** Tailscale itself failed (5xx), still after repeating where that was safe. */
export class ServerFailed extends TailscaleError {}

/**
 * A create that failed and may have taken effect all the same. What it left could not be put right,
 * or it never went through.
 */
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
    super(advise(`${getFirstLine(cause)}\n  It may have taken effect: ${became}.`, remedy));
  }
}

/**
 * Whether a failure says nothing about what was asked: Tailscale did not answer, or not in its
 * right mind.
 */
export function isPassing(error: unknown): error is Error {
  return [Unreachable, ServerFailed, RateLimited, AnswerNotUnderstood].some(
    (kind) => error instanceof kind,
  );
}

/** A message that says what happened, and in its second line what to do next. */
export function advise(message: string, next: string): string {
  return `${message}\n  ${next}`;
}
