/** An API client: it sends requests as one credential, with that credential's tokens. */

import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { readScopes } from "../../access/kinds";
import { covers, expandLegacyScopes, policyFileScopes } from "../../access/scopes";
import { NotAuthenticated, NotFound, TagsNotPermitted, TokenRefused } from "../errors";
import type { Authorization, Http, Request } from "../http";
import type { LazySchema } from "../lazy-schema";
import { createNotUnderstood } from "../refusal";
import type { ApiCredential } from "../settings/credential";
import { narrowForReads } from "./read-token";
import { createTokenSource, type Narrowing, type Token } from "./token";

export interface ApiClient {
  /**
   * Sends the request with a token of the credential, and returns the answer, parsed by `schema`.
   */
  send<Answer>(request: Request, schema: LazySchema<Answer>): Promise<Answer>;
  /** Whether its reads may see what `scope` opens; undefined if the token does not say. */
  mayRead(scope: string): Promise<boolean | undefined>;
}

export interface ApiClientOptions {
  /** What messages call the credential, for example `"the deployer"`. */
  readonly name: string;
  /**
   * Which scopes its tokens have: `"needed"`, just the scope of each request; `"reading"`, for
   * reads the read scopes below, for writes everything that the credential holds.
   */
  readonly tokensFor: "needed" | "reading";
  /** Scopes that reads need beyond the read scopes below. */
  readonly alsoReads?: readonly string[];
  /** Reads, with a token of the credential, which scopes it holds; undefined if that fails. */
  readonly holds?: (authorization: Authorization) => Promise<readonly string[] | undefined>;
  /** Called with a sentence that a person should read although nothing failed. */
  readonly tell?: (message: string) => void;
}

/** The scopes of all our reads. With such a token a preview cannot change anything. */
const ownReads = [...readScopes, ...policyFileScopes];

export function createApiClient(
  http: Http,
  credential: ApiCredential,
  options: ApiClientOptions,
): ApiClient {
  const tokens = createTokenSource(http, credential);
  const name =
    credential.kind === "accessToken" ? options.name : `${options.name} ${credential.clientId}`;

  let reading: Promise<Narrowing | undefined> | undefined;
  // What we learned about the tokens of this credential.
  const onlyByWriteScope = new Set<string>();
  let wantsTags = false;

  async function chooseNarrowing(request: Request): Promise<Narrowing | undefined> {
    if (!tokens.narrowable) return undefined;
    if (options.tokensFor === "needed") return narrowToNeeds(request);
    if (request.method !== "GET") return undefined;
    const wanted = [...ownReads, ...(options.alsoReads ?? [])];
    reading ??= narrowForReads(tokens, {
      wanted,
      holds: async (token) => options.holds?.(authorize(token)),
      tell: (message) => options.tell?.(`${name}: ${message}`),
    });
    try {
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  }

  function narrowToNeeds({ needs, tags = [] }: Request): Narrowing | undefined {
    if (needs === undefined) return undefined;
    const scope = onlyByWriteScope.has(needs) ? needs.replace(/:read$/, "") : needs;
    return { scopes: [scope], ...(wantsTags && tags.length > 0 && { tags }) };
  }

  async function getToken(request: Request): Promise<Token> {
    const narrowing = await chooseNarrowing(request);
    try {
      return await tokens.get(narrowing);
    } catch (error) {
      const { needs } = request;
      const isRead = needs?.endsWith(":read") && narrowing?.scopes.includes(needs);
      // A write scope may not be narrowed to its read form (fact: write-narrows-to-read).
      if (!(error instanceof TokenRefused) || needs === undefined || !isRead) throw error;
      onlyByWriteScope.add(needs);
      return tokens.get(narrowToNeeds(request));
    }
  }

  /**
   * Sends a request, and once more if its token was refused or may not give its tags: nothing was
   * done then.
   */
  async function sendWithToken(request: Request): Promise<unknown> {
    const token = await getToken(request);
    try {
      return await http.send(request, authorize(token));
    } catch (error) {
      if (error instanceof NotAuthenticated && tokens.renewable) {
        tokens.forget(token);
        return http.send(request, authorize(await getToken(request)));
      }
      if (error instanceof TagsNotPermitted) {
        const other = await getTokenWithTags(request);
        if (other !== undefined) return http.send(request, authorize(other));
      }
      throw error;
    }
  }

  /**
   * A token for the request's tags. A client with `all` may give any tag, but a narrowed token of
   * it may give only tags that it was requested for (fact: narrowed-all-gives-any-tag).
   */
  async function getTokenWithTags(request: Request): Promise<Token | undefined> {
    const isNarrow = options.tokensFor === "needed" && tokens.narrowable;
    if (!isNarrow || wantsTags || !request.tags?.length) return undefined;
    const narrowing = await chooseNarrowing(request);
    try {
      const token = await tokens.get({ scopes: narrowing?.scopes ?? [], tags: request.tags });
      wantsTags = true;
      return token;
    } catch (error) {
      // The client itself may not give the tags: the first refusal says so.
      if (error instanceof TokenRefused) return undefined;
      throw error;
    }
  }

  return {
    async send(request, schema) {
      const answer = await sendWithToken(request);
      const read = schema().safeParse(answer, { error: describeIssue });
      if (read.success) return read.data;
      throw createNotUnderstood(
        request,
        read.error.issues
          .map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`)
          .join("; "),
      );
    },
    async mayRead(scope) {
      const request = { doing: "read", method: "GET", path: "/", needs: scope } as const;
      const { scopes } = await getToken(request);
      return scopes && covers(expandLegacyScopes(scopes), scope);
    },
  };

  function authorize(token: Token): Authorization {
    const { scopes, refusedTailnet } = token;
    return {
      token: token.value,
      sender: { name, scopes, source: credential.source, refusedTailnet },
    };
  }
}

/** Describes what is wrong with a part of an answer; undefined if zod's own message is used. */
function describeIssue({ code, input, expected }: z.core.$ZodRawIssue): string | undefined {
  if (code !== "invalid_type") return undefined;
  return input === undefined
    ? "it is missing"
    : `it is not ${/^[aeio]/.test(expected) ? "an" : "a"} ${expected}`;
}

/**
 * Sends with `first`, or with `second` once `first` is not accepted and `isGone` confirms that its
 * credential no longer exists.
 * @param fellBack called the first time
 */
export function withFallback(
  first: ApiClient,
  second: ApiClient,
  isGone: () => Promise<boolean>,
  fellBack: () => void,
): ApiClient {
  let told = false;
  return {
    async send(request, schema) {
      try {
        return await first.send(request, schema);
      } catch (error) {
        if (!(error instanceof NotAuthenticated) || !(await isGone())) throw error;
        if (!told) fellBack();
        told = true;
        return second.send(request, schema);
      }
    },
    mayRead: (scope) => (told ? second : first).mayRead(scope),
  };
}

/** How long to wait for a new OAuth client, in milliseconds. */
export interface Patience {
  readonly firstPause: number;
  readonly longestPause: number;
  /** When to tell a person what we wait for. */
  readonly tellAfter: number;
  readonly giveUpAfter: number;
}

const patience: Patience = {
  firstPause: 250,
  longestPause: 2000,
  tellAfter: 5000,
  giveUpAfter: 60_000,
};

/**
 * Sends with `client`, and repeats while its credential is so new that parts of Tailscale do not
 * know it: they answer 404 for a short while (fact: fresh-client-answers-404). After a 404 nothing
 * was done, so even a create can be sent again.
 *
 * @param mayBeFresh whether `error`, a 404, may come from the credential being new
 * @param tell called once if it takes long
 */
export function waitWhileFresh(
  client: ApiClient,
  mayBeFresh: (error: unknown) => Promise<boolean>,
  tell: () => void,
  { firstPause, longestPause, tellAfter, giveUpAfter }: Patience = patience,
): ApiClient {
  let told = false;
  return {
    ...client,
    async send(request, schema) {
      const startedAt = performance.now();
      for (let wait = firstPause; ; wait = Math.min(2 * wait, longestPause)) {
        try {
          return await client.send(request, schema);
        } catch (error) {
          const waited = performance.now() - startedAt;
          if (!mayBeTooEarly(error) || waited + wait > giveUpAfter || !(await mayBeFresh(error))) {
            throw error;
          }
          if (waited > tellAfter && !told) {
            told = true;
            tell();
          }
          await pause(wait);
        }
      }
    },
  };
}

/** Whether a 404 may be about the credential that sent the request, and not about a key. */
function mayBeTooEarly(error: unknown): boolean {
  if (error instanceof TokenRefused) return error.status === 404;
  return error instanceof NotFound && error.attempt?.method === "POST";
}
