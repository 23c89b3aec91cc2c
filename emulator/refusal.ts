/**
 * Answers that refuse a request. Routes throw one of these; the server turns it into `{"message":
 * …}` as the API does.
 */

import type { ContentfulStatusCode } from "hono/utils/http-status";

export class Refusal extends Error {
  constructor(
    readonly status: ContentfulStatusCode,
    message: string,
    /** The failed tests, which the policy file's endpoints add. */
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/**
 * The same answer for a missing, malformed, wrong, revoked or expired credential. `fact:
 * bad-secret-is-401`
 */
export const refuseToken = () => new Refusal(401, "API token invalid");

/**
 * Measured at many endpoints of the API. `fact: users-without-scope-is-404` says where it is 404
 * instead.
 */
export const refuseForPermissions = () =>
  new Refusal(403, "calling actor does not have enough permissions to perform this function");

/** `fact: scopes-beyond-maker-refused` */
export const refuseToSetScopes = (scopes: readonly string[]) =>
  new Refusal(403, `actor cannot set scopes: [${scopes.join(" ")}]`);

/** `fact: narrowing-beyond-is-403` */
export const refuseToGrantScopes = (scopes: readonly string[]) =>
  new Refusal(403, `OAuth client cannot grant scopes ${JSON.stringify(scopes.join(" "))}`);

/** `fact: tags-beyond-maker-refused` */
export const refuseTags = (tags: readonly string[]) =>
  new Refusal(400, `requested tags [${tags.join(" ")}] are invalid or not permitted`);

/**
 * For something that does not exist, and in some families for what the token may not see. `fact:
 * unknown-key-is-404`
 */
export const refuseAsNotFound = () => new Refusal(404, "not found");

/** The same at a DELETE. `fact: unknown-key-is-404` */
export const refuseAsKeyNotFound = () => new Refusal(404, "key not found");

/**
 * https://github.com/tailscale/terraform-provider-tailscale/issues/206.
 * `fact: wrong-tailnet-status`
 */
export const refuseForTailnet = () => new Refusal(403, "user tailnet does not match");

/**
 * A token exchange by a client that is not known, or without a JWT.
 * `fact: exchange-unknown-client-is-400`
 */
export const refuseAsInvalidExchange = () => new Refusal(400, "invalid request");

/**
 * A token exchange that a federated identity refuses, whatever the reason.
 * `fact: exchange-refused-token-is-403`
 */
export const refuseExchange = () =>
  new Refusal(
    403,
    "Unauthorized. Visit https://console.tailscale.com/admin/settings/trust-credentials for details",
  );

/**
 * If the code that throws it names a fact, the wording is the API's; otherwise it is the emulator's
 * own.
 */
export const refuseRequest = (problem: string) => new Refusal(400, problem);
