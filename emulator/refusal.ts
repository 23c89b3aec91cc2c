/** Answers that say no. Every route throws one of these; the server turns it into `{"message": …}` as the API does. */

import type { ContentfulStatusCode } from "hono/utils/http-status";

export class Refusal extends Error {
  constructor(
    readonly status: ContentfulStatusCode,
    message: string,
    /** What the policy file's endpoints add: the tests that failed. */
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** Seen in reports of users for a bad bearer token; for a bad client secret unconfirmed. */
export const tokenInvalid = () => new Refusal(401, "API token invalid");

export const notEnoughPermissions = () =>
  new Refusal(403, "calling actor does not have enough permissions to perform this function");

export const cannotSetScopes = (scopes: readonly string[]) =>
  new Refusal(403, `actor cannot set scopes: [${scopes.join(" ")}]`);

export const cannotGrantScopes = (scopes: readonly string[]) =>
  new Refusal(403, `OAuth client cannot grant scopes ${JSON.stringify(scopes.join(" "))}`);

export const tagsNotPermitted = (tags: readonly string[]) =>
  new Refusal(400, `requested tags [${tags.join(" ")}] are invalid or not permitted`);

/** The wording is unconfirmed, as is that of everything below: no source shows it. */
export const notFound = (what: string) => new Refusal(404, `${what} not found`);

export const badRequest = (problem: string) => new Refusal(400, problem);
