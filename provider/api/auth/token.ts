/**
 * Access tokens. An OAuth client or a federated identity gets one for each set of scopes, however
 * many requests wait for it, and a new one shortly before it expires.
 *
 * Source: https://tailscale.com/kb/1215/oauth-clients#oauth-client-credentials-grant, RFC 6749
 * section 4.4
 */

import { getFirstLine } from "../../access/error-text";
import { covers, expandLegacyScopes } from "../../access/scopes";
import { NotInPlan, TokenRefused } from "../errors";
import type { Http, Request } from "../http";
import { defineSchema } from "../lazy-schema";
import { createNotUnderstood, createTokenTooWide } from "../refusal";
import type { ApiCredential } from "../settings/credential";

export interface Token {
  readonly value: string;
  /** What the token may do, if the answer said so. */
  readonly scopes?: readonly string[] | undefined;
  /** The scopes and tags that nobody asked for. */
  readonly beyond: readonly string[];
  /**
   * Why this token is for the credential's own tailnet and not for the configured one, as a
   * sentence; absent if it is for the configured one.
   */
  readonly refusedTailnet?: string | undefined;
}

/** Less than everything that a credential holds. */
export interface Narrowing {
  readonly scopes: readonly string[];
  /** The tags that the token may give. Without any, it may give the same as its credential. */
  readonly tags?: readonly string[];
}

export interface TokenSource {
  /**
   * A token that is valid for a while.
   * @param narrowing what it may do, if this kind of credential can give less than everything
   */
  get(narrowing?: Narrowing): Promise<Token>;
  /** The API refused this token: the next `get` asks for a new one. */
  forget(token: Token): void;
  /** Whether it can get a new token after one was refused. */
  readonly renewable: boolean;
  /** Whether it can get a token for less than everything. */
  readonly narrowable: boolean;
}

/**
 * The answer with a token, as Tailscale sends it.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 */
const answer = defineSchema((z) =>
  z.object({
    access_token: z.string().min(1),
    expires_in: z.number().positive().default(3600),
    scope: z.string().optional(),
    tags: z.string().optional(),
  }),
);

/** How long before it expires a token is no longer used, so that no request is sent too late. */
const marginSeconds = 120;

export function createTokenSource(
  http: Http,
  deployer: ApiCredential,
  now: () => number = Date.now,
): TokenSource {
  if (deployer.kind === "accessToken") {
    return {
      get: async () => ({ value: deployer.token, beyond: [] }),
      forget: () => {},
      renewable: false,
      narrowable: false,
    };
  }
  const held = new Map<string, Held>();
  const ask = createTokenFetcher(http, deployer);

  return {
    renewable: true,
    narrowable: deployer.kind === "oauthClient",
    get(wanted = everything) {
      // The token exchange takes no scopes:
      // https://tailscale.com/kb/1581/workload-identity-federation
      const narrowing = deployer.kind === "oauthClient" ? wanted : everything;
      const name = JSON.stringify([narrowing.scopes, narrowing.tags ?? []]);
      const cached = held.get(name);
      if (cached !== undefined && cached.until > now()) return cached.promise;
      const asked = now();
      // Until the answer comes, everybody waits for this one request. Then it says how long the
      // token is valid.
      const entry: Held = {
        promise: ask(narrowing).then(keep, discard),
        until: Number.POSITIVE_INFINITY,
      };
      held.set(name, entry);
      return entry.promise;

      function keep({ token, lifetime }: Answered): Token {
        entry.token = token;
        entry.until = asked + Math.max(lifetime - marginSeconds, lifetime / 2) * 1000;
        return token;
      }
      function discard(error: unknown): never {
        held.delete(name);
        throw error;
      }
    },
    forget(token) {
      for (const [name, entry] of held) if (entry.token === token) held.delete(name);
    },
  };
}

interface Held {
  readonly promise: Promise<Token>;
  token?: Token;
  until: number;
}

interface Answered {
  readonly token: Token;
  /** In seconds. */
  readonly lifetime: number;
}

/** Everything that a credential holds. */
const everything: Narrowing = { scopes: [] };

/**
 * One token of an OAuth client for less than it holds.
 * @param narrowing its tags must be owned by the client's tags; without tags, the token has all
 * @throws {@link TokenTooWide} if Tailscale gives a token that may do more
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3
 */
export async function narrowToken(
  http: Http,
  client: Extract<ApiCredential, { kind: "oauthClient" }>,
  narrowing: Narrowing,
): Promise<string> {
  const { token } = await createTokenFetcher(http, client)(narrowing);
  if (token.beyond.length > 0) throw createTokenTooWide(narrowing, token.beyond);
  return token.value;
}

type TokenGiver = Exclude<ApiCredential, { kind: "accessToken" }>;

/**
 * Returns the function that gets tokens of one credential. A client of an organisation that holds
 * `all` can get them for another tailnet (https://tailscale.com/docs/features/tailnets-api). If
 * that is refused, and a token for its own tailnet is not, then the tailnet may be its own: the
 * requests will show it.
 */
function createTokenFetcher(
  http: Http,
  deployer: TokenGiver,
): (narrowing: Narrowing) => Promise<Answered> {
  let tailnet = deployer.kind === "oauthClient" ? deployer.tokenTailnet : undefined;
  let refusedTailnet: string | undefined;
  return async (narrowing) => {
    let refused: Error | undefined;
    if (tailnet !== undefined) {
      try {
        return await requestToken(http, deployer, narrowing, tailnet);
      } catch (error) {
        if (!mayRefuseTailnet(error)) throw error;
        refused = error;
      }
    }
    const { token, lifetime } = await requestToken(http, deployer, narrowing);
    if (refused !== undefined) {
      tailnet = undefined;
      refusedTailnet = getFirstLine(refused);
    }
    return { token: { ...token, refusedTailnet }, lifetime };
  };
}

/**
 * Whether the tailnet may be why a token was refused, as in `client does not have the all scope`.
 */
function mayRefuseTailnet(error: unknown): error is Error {
  return error instanceof NotInPlan || (error instanceof TokenRefused && error.beyond.length === 0);
}

async function requestToken(
  http: Http,
  deployer: TokenGiver,
  narrowing: Narrowing,
  tailnet?: string,
): Promise<Answered> {
  const request =
    deployer.kind === "oauthClient"
      ? buildClientCredentialsRequest(deployer, narrowing, tailnet)
      : await buildExchangeRequest(deployer);
  const answered = await http.send(request);
  const got = answer().safeParse(answered);
  if (!got.success) throw createNotUnderstood(request, "it has no access token");
  const { access_token: value, expires_in: lifetime, scope, tags } = got.data;
  // An answer without a scope means the requested ones (RFC 6749 section 5.1).
  const scopes = scope === undefined ? undefinedIfEmpty(narrowing.scopes) : splitWords(scope);
  const beyond = findBeyond(narrowing, { scopes: scopes ?? [], tags: splitWords(tags ?? "") });
  return { token: { value, scopes, beyond }, lifetime };
}

/**
 * The request of the client-credentials grant; `tags` is Tailscale's own.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2
 * @see https://tailscale.com/kb/1215/oauth-clients#oauth-client-credentials-grant
 */
function buildClientCredentialsRequest(
  { clientId, clientSecret, source }: Extract<ApiCredential, { kind: "oauthClient" }>,
  { scopes, tags = [] }: Narrowing,
  tailnet: string | undefined,
): Request {
  return {
    doing: "give a token to the OAuth client",
    method: "POST",
    path: "/oauth/token",
    effect: "repeatable",
    grant: { kind: "clientCredentials", tailnet },
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      ...(scopes.length > 0 && { scope: scopes.join(" ") }),
      ...(tags.length > 0 && { tags: tags.join(" ") }),
      ...(tailnet !== undefined && { tailnet }),
    },
    sender: { name: `the OAuth client ${clientId}`, source },
  };
}

/**
 * The exchange of an identity token for an access token, at an endpoint of Tailscale's own.
 * @see https://tailscale.com/kb/1581/workload-identity-federation
 */
async function buildExchangeRequest({
  clientId,
  source,
  identityToken,
}: Extract<ApiCredential, { kind: "identityToken" }>): Promise<Request> {
  const [{ readIdentityToken }, { readIdentityClaims }] = await Promise.all([
    import("./identity-token.js"),
    import("./jwt.js"),
  ]);
  const jwt = await readIdentityToken(identityToken);
  return {
    doing: "exchange the identity token",
    method: "POST",
    path: "/oauth/token-exchange",
    effect: "repeatable",
    grant: { kind: "tokenExchange", clientId, claims: readIdentityClaims(jwt) },
    form: { client_id: clientId, jwt },
    sender: { name: `the federated identity ${clientId}`, source },
  };
}

/**
 * What a token can do beyond what was requested. Tailscale ignores the name of a scope that it does
 * not know, and then gives everything that the client holds (fact: unknown-scope-gives-everything).
 */
function findBeyond(asked: Narrowing, given: Required<Narrowing>): string[] {
  const current = expandLegacyScopes(asked.scopes);
  const scopes =
    asked.scopes.length === 0 ? [] : given.scopes.filter((scope) => !covers(current, scope));
  const { tags = [] } = asked;
  return [...scopes, ...(tags.length === 0 ? [] : given.tags.filter((tag) => !tags.includes(tag)))];
}

function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function undefinedIfEmpty<Member>(list: readonly Member[]): readonly Member[] | undefined {
  return list.length > 0 ? list : undefined;
}
