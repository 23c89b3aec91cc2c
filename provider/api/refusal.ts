/** Maps answers of the API to errors that say what to do next. No other file does. */

import { sanitize } from "../access/sanitize";
import {
  AnswerNotUnderstood,
  type Attempt,
  advise,
  type FailureDetails,
  type Grant,
  isCreate,
  type LostCreate,
  NotAuthenticated,
  NotFound,
  NotInPlan,
  NotPermitted,
  NotVisible,
  OtherKind,
  RateLimited,
  Redirected,
  RequestRefused,
  type Sender,
  ServerFailed,
  TagsNotPermitted,
  type TailscaleError,
  TokenExchangeFailed,
  TokenRefused,
  TokenTooWide,
  Unreachable,
  WrongTailnet,
} from "./errors";
import { credentialsPage } from "./settings/credential";

/** An answer that is not a success, as far as errors describe it. */
export interface FailedAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId?: string | undefined;
}

/** The error for an answer that is not a success. */
export function createRefusal(
  attempt: Attempt,
  { status, body, requestId }: FailedAnswer,
  sender?: Sender,
): TailscaleError {
  const details: FailureDetails = { attempt, status, requestId, sender };
  const said = readMessage(body);
  const told = said === "" ? "" : `: ${said}`;
  const place = formatAnswer(attempt, status, requestId);
  const refused = `Tailscale refused to ${attempt.doing} (${place})${told}`;
  const failed = `Tailscale failed to ${attempt.doing} (${place})${told}`;
  const name = sender?.name ?? "the credential";
  if (status === 429) return new RateLimited(advise(failed, rateAdvice), details);
  if (status >= 500) return new ServerFailed(advise(failed, adviseOnRepeating(attempt)), details);
  if (status >= 300 && status < 400)
    return new Redirected(advise(refused, redirectAdvice), details);
  // The exchange answers 400 or 403 for every reason (fact: exchange-refused-token-is-403).
  if (attempt.grant?.kind === "tokenExchange") {
    const advice = `${adviseOnExchange(attempt.grant)}${adviseOnStaleConfig(sender)}`;
    return new TokenExchangeFailed(advise(refused, advice), details);
  }
  if (status === 401) {
    const advice = `${adviseOnAuthentication(name)}${adviseOnStaleConfig(sender)}`;
    return new NotAuthenticated(advise(refused, advice), details);
  }
  if (status === 402 || (status === 403 && isAboutPlan(said))) {
    return new NotInPlan(advise(refused, planAdvice), details);
  }
  if (status === 403 && isAboutTailnet(said)) {
    return new WrongTailnet(advise(refused, adviseOnTailnet(attempt, name)), details);
  }
  const isElsewhere = status === 404 && said !== "" && !isJson(body);
  if (attempt.grant !== undefined) {
    const beyond = parseScopesBeyond(said);
    const advice = isElsewhere ? addressAdvice : adviseOnToken(beyond);
    return new TokenRefused(advise(refused, advice), details, beyond);
  }
  if (status === 403) {
    const beyond = parseScopesBeyond(said);
    const advice = `${adviseOnPermission(attempt, beyond, sender)}${adviseOnOwnToken(sender)}`;
    return new NotPermitted(advise(refused, advice), details, beyond);
  }
  if (status === 404) {
    const advice = isElsewhere ? addressAdvice : adviseOnNotFound(attempt);
    return new NotFound(advise(refused, `${advice}${adviseOnOwnToken(sender)}`), details);
  }
  if (areTagsNotPermitted(said)) return new TagsNotPermitted(advise(refused, tagAdvice), details);
  return new RequestRefused(advise(refused, adviseOnRequest(said)), details);
}

/** The error for a request without an answer. `reason` is what was wrong with the connection. */
export function createUnreachable(
  attempt: Attempt,
  baseUrl: string,
  reason: string,
  mayHaveArrived = true,
): Unreachable {
  return new Unreachable(
    advise(
      `Could not ${attempt.doing} (${attempt.method} ${attempt.path}): no answer from ${baseUrl}: ${sanitize(reason)}`,
      `Check that the address is right and can be reached from here. ${mayHaveArrived ? adviseOnRepeating(attempt) : repeatAdvice}`,
    ),
    { attempt },
    mayHaveArrived,
  );
}

/**
 * The error for a 404 that does not show that a credential is gone.
 * @param cause the 404
 * @param scope the scope without which the API may hide the credential
 */
export function createNotVisible(request: Attempt, cause: NotFound, scope: string): NotVisible {
  const who = cause.sender?.name ?? "the deployer";
  const look = request.method === "GET" ? "" : "run the same command with --refresh, or ";
  return new NotVisible(
    advise(
      `Could not ${request.doing} (404, ${request.method} ${request.path}): ${who} does not see it, which does not mean that it is gone`,
      `Tailscale also answers 404 for a credential that ${who} may not see, and for one of another tailnet. Check that TAILSCALE_TAILNET and the deployer are those that created it, and that ${who} holds ${scope}. If it really is gone, ${look}take it out of the state with \`pulumi state delete\`.`,
    ),
    { ...cause, attempt: request, cause },
  );
}

/** The error for a credential of another kind than the one that was asked for. */
export function createOtherKind(request: Attempt, wanted: string, found: string): OtherKind {
  const problem = `Could not ${request.doing}: it is ${found}, not ${/^[aeio]/i.test(wanted) ? "an" : "a"} ${wanted}`;
  const remedy = "Use the resource for that kind, or another id.";
  return new OtherKind(advise(problem, remedy), { attempt: request });
}

/** The error for a token that may do more than what was asked for. */
export function createTokenTooWide(
  asked: { readonly scopes: readonly string[]; readonly tags?: readonly string[] },
  beyond: readonly string[],
): TokenTooWide {
  const wanted = [...asked.scopes, ...(asked.tags ?? [])].map(sanitize).join(", ");
  return new TokenTooWide(
    advise(
      `Tailscale was asked for a token for ${wanted} but gave one that may do more: ${beyond.map(sanitize).join(", ")}. Tailscope does not use it`,
      "Tailscale ignores a scope that it does not know, and then gives everything that the OAuth client holds: leave out the scope that it no longer knows, or use a client that holds only what is needed.",
    ),
    beyond,
  );
}

/**
 * The error for an answer of the wrong shape. `problem` says what is wrong with it, without its
 * content.
 */
export function createNotUnderstood(attempt: Attempt, problem: string): AnswerNotUnderstood {
  return new AnswerNotUnderstood(
    advise(
      `Tailscale's answer to ${attempt.method} ${attempt.path} (to ${attempt.doing}) is not what its API documents: ${problem}`,
      "Check that TAILSCALE_BASE_URL is an address of the Tailscale API; if it is, a newer Tailscope may know the new answer.",
    ),
    { attempt },
  );
}

function formatAnswer(attempt: Attempt, status: number, requestId: string | undefined): string {
  const request = requestId === undefined ? "" : `, request ${sanitize(requestId)}`;
  return `${status}, ${attempt.method} ${attempt.path}${request}`;
}

const rateAdvice =
  "Too many requests: wait a minute and run the same command again, or lower --parallel.";

const redirectAdvice =
  "The answer is a redirect, and Tailscope never follows one with a token: set TAILSCALE_BASE_URL to the final address.";

/** For a server that does not know the path: Tailscale's own answers are JSON. */
const addressAdvice =
  "The answer is not one of the Tailscale API: check the address in TAILSCALE_BASE_URL, tailscope:baseUrl. Other control servers, such as Headscale, do not have this API.";

const planAdvice =
  "The tailnet's plan does not include this feature; no scope would change that. See https://tailscale.com/pricing.";

/** Source: wordings of 402 and 403 answers measured on a real tailnet (fact: plan-limits). */
function isAboutPlan(said: string): boolean {
  return /not available on (?:your |the )?(?:current )?(?:billing )?plan/i.test(said);
}

/**
 * Source: https://github.com/tailscale/terraform-provider-tailscale/issues/206 (fact:
 * wrong-tailnet-status).
 */
function isAboutTailnet(said: string): boolean {
  return /tailnet does not match/i.test(said);
}

function adviseOnTailnet({ path, grant }: Attempt, name: string): string {
  const inPath = decodeURIComponent(/^\/tailnet\/([^/?]+)/.exec(path)?.[1] ?? "-");
  const tailnet = (grant?.kind === "clientCredentials" && grant.tailnet) || inPath;
  const asked = tailnet === "-" ? "the deployer's own tailnet" : sanitize(tailnet);
  return `${capitalize(name)} belongs to another tailnet than ${asked}: set TAILSCALE_TAILNET to its own, or leave it out.`;
}

function adviseOnAuthentication(name: string): string {
  return `${capitalize(name)} was not accepted: it is revoked or expired, or its secret is wrong. Use one that is active.`;
}

/**
 * A refresh or destroy gets the stack config of the last `up`, which may name a deployer that no
 * longer exists.
 */
function adviseOnStaleConfig(sender: Sender | undefined): string {
  if (sender?.source?.place !== "stack config") return "";
  const orEnvironment =
    sender.source.connection === undefined
      ? ", or set the deployer in the environment, which wins"
      : "";
  return ` It comes from stack config, and a refresh, a destroy and an \`up --refresh\` use the config of the last \`up\`: if you have changed it since, repeat the command with --run-program, or run \`pulumi up\` once without --refresh${orEnvironment}.`;
}

function adviseOnOwnToken(sender: Sender | undefined): string {
  return sender?.refusedTailnet === undefined
    ? ""
    : ` Its token is for its own tailnet: ${sender.refusedTailnet}`;
}

/** Tailscale gives one answer for all reasons and shows the reason in the console alone. */
function adviseOnExchange({ clientId, claims }: Extract<Grant, { kind: "tokenExchange" }>): string {
  const { issuer, subject, audience } = claims;
  const said = [
    issuer && `the issuer ${sanitize(issuer)}`,
    subject && `the subject ${sanitize(subject)}`,
    audience && `the audience ${sanitize(audience)}`,
  ].filter(Boolean);
  const has = said.length > 0 ? `The identity token has ${said.join(", ")}. ` : "";
  return `${has}Compare its issuer, subject, audience and claims with the federated identity ${sanitize(clientId)}. Only that credential's page in the console shows the reason: ${credentialsPage}`;
}

function adviseOnToken(beyond: readonly string[]): string {
  return beyond.length > 0
    ? `The OAuth client can only give scopes of its own. Give it ${beyond.join(", ")}, or ask for less.`
    : "Compare what the OAuth client holds with what the message names.";
}

function areTagsNotPermitted(said: string): boolean {
  return /requested tags \[.*\] are invalid or not permitted/.test(said);
}

const tagAdvice =
  "Every tag must be defined under tagOwners in the tailnet's policy file. A credential may give exactly its own set of tags, " +
  'or tags that those own there: to let a client with several tags give just one, make that tag its own owner ("tag:a": ["tag:a"]).';

/** For a change of a credential that no longer exists. */
const refreshAdvice =
  "Somebody revoked it outside of Pulumi: `pulumi up --refresh` notices that, and recreates it.";

/** The error for a change of a credential that was revoked. */
export function createAlreadyRevoked(request: Attempt): RequestRefused {
  const place = `${request.method} ${request.path}`;
  return new RequestRefused(
    advise(`Could not ${request.doing} (${place}): it was revoked`, refreshAdvice),
    { attempt: request },
  );
}

function adviseOnNotFound(attempt: Attempt): string {
  return attempt.doing.startsWith("change ")
    ? refreshAdvice
    : "Check that the tailnet and the id are right; `-` stands for the credential's own tailnet.";
}

/** The scopes in `actor cannot set scopes: [a b]` and `OAuth client cannot grant scopes "a b"`. */
function parseScopesBeyond(said: string): string[] {
  const named = /cannot (?:set|grant) scopes:? \\?["[]([^\]"\\]+)/.exec(said)?.[1] ?? "";
  return named.split(/[\s,]+/).filter(Boolean);
}

function adviseOnPermission(attempt: Attempt, beyond: readonly string[], sender?: Sender): string {
  const holder = capitalize(sender?.name ?? "the credential");
  const holds = sender?.scopes?.length ? ` holds ${sender.scopes.join(", ")}` : "";
  if (beyond.length > 0) {
    const scopes = beyond.join(", ");
    return `${holder}${holds}${holds && "; "}${holds ? "it" : ` may not give what it lacks: it`} can only pass on scopes of its own. Give it ${scopes}, or leave ${scopes} out here.`;
  }
  const { needs, alsoNeeds = [] } = attempt;
  const scopes = `scope${alsoNeeds.length > 0 ? "s" : ""} ${[needs, ...alsoNeeds].join(", ")}`;
  const need = needs === undefined ? "" : ` This request needs the ${scopes}.`;
  return `${holds ? `${holder}${holds}.` : `${holder} may not do this.`}${need}`;
}

function adviseOnRequest(said: string): string {
  if (/must have tags/.test(said)) {
    return "A key that an OAuth client or a federated identity creates belongs to the tailnet and needs tags: set `tags`.";
  }
  return "Change what the message names, and run the same command again.";
}

const repeatAdvice = "Run the same command again; it is safe to repeat.";

/** A lost create of a credential does not end here: {@link LostCreate}. */
function adviseOnRepeating(attempt: Attempt): string {
  return isCreate(attempt)
    ? "The request may have taken effect: check whether it did, and remove what it created, before you run the same command again."
    : repeatAdvice;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The API's own message in an error body (`{"message": …}`), or the start of whatever else came.
 */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (
      typeof parsed === "object" &&
      parsed !== null &&
      "message" in parsed &&
      typeof parsed.message === "string"
    ) {
      return sanitize(parsed.message);
    }
  } catch {
    // Not JSON, for example the page of a gateway. Its text is all that we have.
  }
  return sanitize(body.replace(/<[^>]*>/g, " "));
}
