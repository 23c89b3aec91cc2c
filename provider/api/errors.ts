/**
 * What can go wrong between us and Tailscale, one class a cause. This is the one place that maps HTTP to errors.
 * Every message says what was tried, what the API answered (status, method, path, its own words) and what to do next.
 */

import { shown } from "../access/sanitize";
import { credentialsPage, type DeployerSource } from "./settings/credential";

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
 * How it is sent. What can be sent twice with the effect of once is repeated where there is no answer; a POST has to say
 * whether it can, or whether it creates something each time.
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

/** Who sent the request: `"The deployer k123CNTRL"`, with the scopes it holds where the token said so. */
export interface Sender {
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  /** Where it is configured; absent for a client that the program has. */
  readonly source?: DeployerSource | undefined;
  /** What refused it a token for the tailnet that is meant, in a sentence; then its token is for its own. */
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

/** The credential a person configured does not exist, is revoked or expired, or its secret is wrong (401). */
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

/** An answer that is not a success, as far as errors tell of it. */
export interface FailedAnswer {
  readonly status: number;
  /** The text that came with it. */
  readonly body: string;
  readonly requestId?: string | undefined;
}

/** Makes the error for an answer that is not a success. */
export function refusal(
  attempt: Attempt,
  { status, body, requestId }: FailedAnswer,
  sender?: Sender,
): TailscaleError {
  const error = classify(attempt, status, body, requestId, sender);
  error.attempt = attempt;
  error.status = status;
  if (requestId !== undefined) error.requestId = requestId;
  if (sender !== undefined) error.sender = sender;
  return error;
}

function classify(
  attempt: Attempt,
  status: number,
  body: string,
  requestId: string | undefined,
  sender: Sender | undefined,
): TailscaleError {
  const said = messageIn(body);
  const told = said === "" ? "" : `: ${said}`;
  const place = where(attempt, status, requestId);
  const refused = `Tailscale refused to ${attempt.doing} (${place})${told}`;
  const failed = `Tailscale failed to ${attempt.doing} (${place})${told}`;
  const name = sender?.name ?? "the credential";
  if (status === 429) return new RateLimited(advise(failed, rateAdvice));
  if (status >= 500) return new ServerFailed(advise(failed, adviceToRepeat(attempt)));
  if (status >= 300 && status < 400) return new Redirected(advise(refused, redirectAdvice));
  // The exchange answers 400 or 403 for every reason (fact: exchange-refused-token-is-403).
  if (attempt.grant?.kind === "tokenExchange") {
    const advice = `${exchangeAdvice(attempt.grant)}${staleConfigAdvice(sender)}`;
    return new TokenExchangeFailed(advise(refused, advice));
  }
  if (status === 401) {
    const advice = `${authenticationAdvice(name)}${staleConfigAdvice(sender)}`;
    return new NotAuthenticated(advise(refused, advice));
  }
  if (status === 402 || (status === 403 && isAboutPlan(said))) {
    return new NotInPlan(advise(refused, planAdvice));
  }
  if (status === 403 && isAboutTailnet(said)) {
    return new WrongTailnet(advise(refused, otherTailnetAdvice(attempt, name)));
  }
  const isElsewhere = status === 404 && said !== "" && !isJson(body);
  if (attempt.grant !== undefined) {
    const beyond = scopesBeyond(said);
    const advice = isElsewhere ? addressAdvice : tokenAdvice(beyond);
    return new TokenRefused(advise(refused, advice), beyond);
  }
  if (status === 403) {
    const beyond = scopesBeyond(said);
    const advice = `${permissionAdvice(attempt, beyond, sender)}${ownTokenAdvice(sender)}`;
    return new NotPermitted(advise(refused, advice), beyond);
  }
  if (status === 404) {
    const advice = isElsewhere ? addressAdvice : notFoundAdvice(attempt);
    return new NotFound(advise(refused, `${advice}${ownTokenAdvice(sender)}`));
  }
  if (areTagsNotPermitted(said)) return new TagsNotPermitted(advise(refused, tagAdvice));
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
        `Check that the address is right and can be reached from here. ${mayHaveArrived ? adviceToRepeat(attempt) : repeatAdvice}`,
      ),
      mayHaveArrived,
    ),
  );
}

/**
 * The error for a 404 that does not show that a credential is gone.
 * @param cause the 404
 * @param scope without which the credential may be there and not be shown
 */
export function notVisible(request: Attempt, cause: NotFound, scope: string): NotVisible {
  const who = cause.sender?.name ?? "the deployer";
  const look = request.method === "GET" ? "" : "run the same command with --refresh, or ";
  const error = new NotVisible(
    advise(
      `Could not ${request.doing} (404, ${request.method} ${request.path}): ${who} does not see it, which does not mean that it is gone`,
      `Tailscale answers 404 also for what a credential may not see, and for another tailnet's. Check that TAILSCALE_TAILNET and the deployer are those that made it, and that ${who} holds ${scope}. If it really is gone, ${look}take it out of the state with \`pulumi state delete\`.`,
    ),
  );
  return Object.assign(of(request, error), { status: 404, cause });
}

/** The error for a credential of another kind than the one that was asked for. */
export function otherKind(request: Attempt, wanted: string, found: string): OtherKind {
  const problem = `Could not ${request.doing}: it is ${found}, not ${/^[aeio]/i.test(wanted) ? "an" : "a"} ${wanted}`;
  return of(
    request,
    new OtherKind(advise(problem, "Use the resource of its kind, or another id.")),
  );
}

/** The error for a token that may do more than what was asked for. */
export function tokenTooWide(
  asked: { readonly scopes: readonly string[]; readonly tags?: readonly string[] },
  beyond: readonly string[],
): TokenTooWide {
  const wanted = [...asked.scopes, ...(asked.tags ?? [])].map(shown).join(", ");
  return new TokenTooWide(
    advise(
      `Tailscale was asked for a token for ${wanted} and gave one that may do more: ${beyond.map(shown).join(", ")}. It is not handed on`,
      "Tailscale ignores the name of a scope that it does not know, and then gives all that the OAuth client holds: leave out the scope that it no longer knows, or use a client that holds no more than what is needed.",
    ),
    beyond,
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

function where(attempt: Attempt, status: number, requestId: string | undefined): string {
  const request = requestId === undefined ? "" : `, request ${shown(requestId)}`;
  return `${status}, ${attempt.method} ${attempt.path}${request}`;
}

const rateAdvice =
  "Too many requests: wait a minute and run the same command again, or lower --parallel.";

const redirectAdvice =
  "The answer is a redirect, which is never followed with a token: set TAILSCALE_BASE_URL to the final address.";

/** For a server that does not know the path: Tailscale's own answers are JSON. */
const addressAdvice =
  "The answer is not one of the Tailscale API: check the address in TAILSCALE_BASE_URL, tailscope:baseUrl. Other control servers, such as Headscale, do not have this API.";

const planAdvice =
  "The tailnet's plan does not include this feature; no scope would change that. See https://tailscale.com/pricing.";

/** Source: wordings of 402 and 403 answers measured on a real tailnet (fact: plan-limits). */
function isAboutPlan(said: string): boolean {
  return /not available on (?:your |the )?(?:current )?(?:billing )?plan/i.test(said);
}

/** Source: https://github.com/tailscale/terraform-provider-tailscale/issues/206 (fact: wrong-tailnet-status). */
function isAboutTailnet(said: string): boolean {
  return /tailnet does not match/i.test(said);
}

function otherTailnetAdvice({ path, grant }: Attempt, name: string): string {
  const inPath = decodeURIComponent(/^\/tailnet\/([^/?]+)/.exec(path)?.[1] ?? "-");
  const tailnet = (grant?.kind === "clientCredentials" && grant.tailnet) || inPath;
  return `${capitalised(name)} is of another tailnet than ${shown(tailnet)}: set TAILSCALE_TAILNET to its own, or leave it out.`;
}

function authenticationAdvice(name: string): string {
  return `${capitalised(name)} was not accepted: it is revoked or expired, or its secret is wrong. Use one that is active.`;
}

/** What the engine hands to a refresh or destroy is the stack config of the last `up`, which may name a deployer that is gone. */
function staleConfigAdvice(sender: Sender | undefined): string {
  if (sender?.source?.place !== "stack config") return "";
  const orEnvironment =
    sender.source.connection === undefined
      ? ", or set the deployer in the environment, which wins"
      : "";
  return ` It comes from stack config, of which a refresh, a destroy and an \`up --refresh\` get what the last \`up\` had: if you have changed it since, repeat the command with --run-program, or run \`pulumi up\` once without --refresh${orEnvironment}.`;
}

function ownTokenAdvice(sender: Sender | undefined): string {
  return sender?.refusedTailnet === undefined
    ? ""
    : ` Its token is for its own tailnet: ${sender.refusedTailnet}`;
}

/** Tailscale gives one answer for all reasons and shows the reason in the console alone. */
function exchangeAdvice({ clientId, claims }: Extract<Grant, { kind: "tokenExchange" }>): string {
  const { issuer, subject, audience } = claims;
  const said = [
    issuer && `the issuer ${shown(issuer)}`,
    subject && `the subject ${shown(subject)}`,
    audience && `the audience ${shown(audience)}`,
  ].filter(Boolean);
  const has = said.length > 0 ? `The identity token has ${said.join(", ")}. ` : "";
  return `${has}Compare its issuer, subject, audience and claims with the federated identity ${shown(clientId)}. Only that credential's page in the console shows the reason: ${credentialsPage}`;
}

function tokenAdvice(beyond: readonly string[]): string {
  return beyond.length > 0
    ? `The OAuth client can only give scopes of its own. Give it ${beyond.join(", ")}, or ask for less.`
    : "Check what the OAuth client holds, and what the message names.";
}

function areTagsNotPermitted(said: string): boolean {
  return /requested tags \[.*\] are invalid or not permitted/.test(said);
}

const tagAdvice =
  "Every tag must be defined under tagOwners in the tailnet's policy file. A credential may give exactly its own set of tags, " +
  'or tags that those own there: to let a client with several tags give just one, make that tag its own owner ("tag:a": ["tag:a"]).';

/** Of what is to be changed and is not there. */
const refreshAdvice =
  "Somebody removed it behind Pulumi's back: `pulumi up --refresh` notices, and makes a new one.";

/** The error for a change of a credential that was revoked. */
export function alreadyRevoked(request: Attempt): RequestRefused {
  const place = `${request.method} ${request.path}`;
  return of(
    request,
    new RequestRefused(
      advise(`Could not ${request.doing} (${place}): it was revoked`, refreshAdvice),
    ),
  );
}

function notFoundAdvice(attempt: Attempt): string {
  return attempt.doing.startsWith("change ")
    ? refreshAdvice
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
  if (/must have tags/.test(said)) {
    return "A key made with an OAuth client or a federated identity belongs to the tailnet and needs tags: set `tags`.";
  }
  return "Change what the message names, and run the same command again.";
}

const repeatAdvice = "Run the same command again; it is safe to repeat.";

/** Of credentials a lost create is looked for: {@link LostCreate}. */
function adviceToRepeat(attempt: Attempt): string {
  return isCreate(attempt)
    ? "It may have taken effect all the same: look whether it did, and remove what it left, before you run the same command again."
    : repeatAdvice;
}

function advise(message: string, next: string): string {
  return `${message}\n  ${next}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The API's own message in an error body (`{"message": …}`), or the start of whatever else came. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

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
