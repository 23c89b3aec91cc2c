/**
 * Who asks: a credential with its tokens. Sends requests as that credential and reads the answers.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { z } from "zod";
import { readScopes } from "../../access/kinds";
import { covers, expandLegacyScopes } from "../../access/scopes";
import { NotAuthenticated, NotFound, TagsNotPermitted, TokenRefused } from "../errors";
import type { Authorization, Http, Request } from "../http";
import { createNotUnderstood } from "../refusal";
import type { ApiCredential } from "../settings/credential";
import { narrowForReads } from "./read-token";
import { createTokenSource, type Narrowing, type Token } from "./token";

export interface ApiClient {
  /**
   * Sends the request with this credential's token and gives the answer, which must fit `shape`.
   */
  send<Answer>(request: Request, shape: z.ZodType<Answer>): Promise<Answer>;
  /** Whether its reads may see what `scope` opens; undefined where the token does not say. */
  mayRead(scope: string): Promise<boolean | undefined>;
}

export interface ApiClientOptions {
  /** How messages call this credential, for example `"the deployer"`. */
  readonly name: string;
  /**
   * What its tokens are asked for: `"needed"`, just the scope that each request needs; `"reading"`,
   * the read scopes below for reads and all that it holds for writes.
   */
  readonly tokensFor: "needed" | "reading";
  /** Scopes beyond the read scopes below that reads here need. */
  readonly alsoReads?: readonly string[];
  /**
   * Reads, with a token of this credential, which scopes it holds; undefined where that cannot be
   * had.
   */
  readonly holds?: (authorization: Authorization) => Promise<readonly string[] | undefined>;
  /** Takes what a person should know although nothing failed. */
  readonly tell?: (message: string) => void;
}

/** What reading the policy file needs (fact: policy-read-needs-device-scopes). */
export const policyFileScopes = [
  "policy_file:read",
  "devices:core:read",
  "devices:posture_attributes:read",
] as const;

/**
 * All that reads of ours need. So a preview's token cannot change anything, whatever its deployer
 * holds.
 */
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
  // What this credential turned out to want in its token requests.
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
   * Sends it, once more where the token turns out to be the wrong one; in both cases nothing was
   * done.
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
   * A token that names the request's tags: a client with `all` may give any tag, and a token
   * narrowed from it may give none that it was not asked for (fact: narrowed-all-gives-any-tag).
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
      // What the client itself may not give stays refused, in the words of the first refusal.
      if (error instanceof TokenRefused) return undefined;
      throw error;
    }
  }

  return {
    async send(request, shape) {
      const answer = await sendWithToken(request);
      const read = shape.safeParse(answer, { error: describeIssue });
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

/** What is wrong with a part of an answer; undefined leaves it to zod. */
function describeIssue({ code, input, expected }: z.core.$ZodRawIssue): string | undefined {
  if (code !== "invalid_type") return undefined;
  return input === undefined ? "it is missing" : `it is no ${expected}`;
}

/**
 * Sends with `first`; where that credential is not accepted and `isGone` confirms that it no longer
 * exists, with `second`.
 * @param fellBack told the first time
 */
export function withFallback(
  first: ApiClient,
  second: ApiClient,
  isGone: () => Promise<boolean>,
  fellBack: () => void,
): ApiClient {
  let told = false;
  return {
    async send(request, shape) {
      try {
        return await first.send(request, shape);
      } catch (error) {
        if (!(error instanceof NotAuthenticated) || !(await isGone())) throw error;
        if (!told) fellBack();
        told = true;
        return second.send(request, shape);
      }
    },
    mayRead: (scope) => (told ? second : first).mayRead(scope),
  };
}

/** How long an API client waits for a new client, in milliseconds. */
export interface Patience {
  readonly firstPause: number;
  readonly longestPause: number;
  /** When a person is told what is waited for. */
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
 * Sends with `client`, again and again while the credential is so new that Tailscale does not know
 * it everywhere: such a client answers 404 for a short while (fact: fresh-client-answers-404). A
 * 404 says that nothing was done, so even a create may be sent again.
 *
 * @param isFresh whether the credential was made just now
 * @param tell told once, where it takes longer
 */
export function waitWhileFresh(
  client: ApiClient,
  isFresh: () => Promise<boolean>,
  tell: () => void,
  { firstPause, longestPause, tellAfter, giveUpAfter }: Patience = patience,
): ApiClient {
  let told = false;
  return {
    ...client,
    async send(request, shape) {
      const begun = performance.now();
      for (let wait = firstPause; ; wait = Math.min(2 * wait, longestPause)) {
        try {
          return await client.send(request, shape);
        } catch (error) {
          const waited = performance.now() - begun;
          if (!mayBeTooEarly(error) || waited + wait > giveUpAfter || !(await isFresh())) {
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

/** Whether a 404 is about the credential that asked, and not about one key that it asked for. */
function mayBeTooEarly(error: unknown): boolean {
  if (error instanceof TokenRefused) return error.status === 404;
  return error instanceof NotFound && error.attempt?.method === "POST";
}
