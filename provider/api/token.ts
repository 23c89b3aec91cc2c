/**
 * Access tokens: what a credential shows the API. A credential that gives tokens (OAuth client, federated identity) is
 * asked once for each set of scopes however many requests wait for it, and again shortly before the token runs out.
 *
 * Source: https://tailscale.com/kb/1215/oauth-clients#oauth-client-credentials-grant, RFC 6749 section 4.4
 */

import { z } from "zod";
import { covers, expandLegacyScopes } from "../access/scopes";
import type { Deployer } from "./connection";
import { notUnderstood, tokenTooWide } from "./errors";
import type { Http, Request } from "./http";
import { identityToken } from "./identity-token";
import { readIdentityClaims } from "./jwt";

export interface Token {
  readonly value: string;
  /** What the token may do, where the answer said so. */
  readonly scopes?: readonly string[] | undefined;
  /** The scopes and tags that it has beyond what was asked for. */
  readonly beyond: readonly string[];
}

/** Less than all that a credential holds. */
export interface Narrowing {
  readonly scopes: readonly string[];
  /** The tags that the token may give. Without any it may give what its credential may. */
  readonly tags?: readonly string[];
}

export interface TokenSource {
  /**
   * A token that is good for a while yet.
   * @param narrowing what it may do, where the credential's kind can give less than all
   */
  get(narrowing?: Narrowing): Promise<Token>;
  /** The API refused this token: the next `get` asks for a new one. */
  forget(token: Token): void;
  /** Whether another token can be had after one was refused. */
  readonly renewable: boolean;
  /** Whether a token for less than all can be had. */
  readonly narrowable: boolean;
}

/** RFC 6749 section 5.1, as Tailscale answers it. */
const answer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(3600),
  scope: z.string().optional(),
  tags: z.string().optional(),
});

/** How long before its end a token is no longer used: a request under way must not lose it. */
const marginSeconds = 120;

export function tokenSource(
  http: Http,
  deployer: Deployer,
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

  return {
    renewable: true,
    narrowable: deployer.kind === "oauthClient",
    get(wanted = everything) {
      // The token exchange has no place for scopes: https://tailscale.com/kb/1581/workload-identity-federation
      const narrowing = deployer.kind === "oauthClient" ? wanted : everything;
      const name = JSON.stringify([narrowing.scopes, narrowing.tags ?? []]);
      const cached = held.get(name);
      if (cached !== undefined && cached.until > now()) return cached.promise;
      const asked = now();
      // Until the answer is here everybody waits for this one request; then the answer says how long it is good for.
      const entry: Held = {
        promise: ask(http, deployer, narrowing).then(received, failed),
        until: Number.POSITIVE_INFINITY,
      };
      held.set(name, entry);
      return entry.promise;

      function received({ token, lifetime }: Answered): Token {
        entry.token = token;
        entry.until = asked + Math.max(lifetime - marginSeconds, lifetime / 2) * 1000;
        return token;
      }
      function failed(error: unknown): never {
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

/** All that a credential holds. */
const everything: Narrowing = { scopes: [] };

/**
 * One token of an OAuth client for less than all that it holds.
 * @param narrowing its tags are of those that the client's own tags own; none for all of them
 * @throws {@link TokenTooWide} where Tailscale gives a token that may do more
 */
export async function narrowToken(
  http: Http,
  client: Extract<Deployer, { kind: "oauthClient" }>,
  narrowing: Narrowing,
): Promise<string> {
  const { token } = await ask(http, client, narrowing);
  if (token.beyond.length > 0) throw tokenTooWide(narrowing, token.beyond);
  return token.value;
}

async function ask(
  http: Http,
  deployer: Exclude<Deployer, { kind: "accessToken" }>,
  narrowing: Narrowing,
): Promise<Answered> {
  const request =
    deployer.kind === "oauthClient"
      ? clientCredentialsRequest(deployer, narrowing)
      : exchangeRequest(deployer.clientId, await identityToken(deployer.identityToken));
  const got = answer.safeParse(await http.send(request));
  if (!got.success) throw notUnderstood(request, "it holds no access token");
  const { access_token: value, expires_in: lifetime, scope, tags } = got.data;
  // An answer without a scope gives what was asked for (RFC 6749 section 5.1).
  const scopes = scope === undefined ? undefinedIfEmpty(narrowing.scopes) : words(scope);
  const beyond = findBeyond(narrowing, { scopes: scopes ?? [], tags: words(tags ?? "") });
  return { token: { value, scopes, beyond }, lifetime };
}

/** RFC 6749 section 4.4.2; `tags` is Tailscale's own. */
function clientCredentialsRequest(
  { clientId, clientSecret }: Extract<Deployer, { kind: "oauthClient" }>,
  { scopes, tags = [] }: Narrowing,
): Request {
  return {
    doing: "give a token to the OAuth client",
    method: "POST",
    path: "/oauth/token",
    repeatable: true,
    grant: { kind: "clientCredentials" },
    form: {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      ...(scopes.length > 0 && { scope: scopes.join(" ") }),
      ...(tags.length > 0 && { tags: tags.join(" ") }),
    },
  };
}

function exchangeRequest(clientId: string, jwt: string): Request {
  return {
    doing: "exchange the identity token",
    method: "POST",
    path: "/oauth/token-exchange",
    repeatable: true,
    grant: { kind: "tokenExchange", clientId, claims: readIdentityClaims(jwt) },
    form: { client_id: clientId, jwt },
  };
}

/**
 * What a token has beyond what was asked for. Tailscale ignores a scope name that it does not know,
 * and then gives all that the client holds (fact: unknown-scope-gives-everything).
 */
function findBeyond(asked: Narrowing, given: Required<Narrowing>): string[] {
  const current = expandLegacyScopes(asked.scopes);
  const scopes =
    asked.scopes.length === 0 ? [] : given.scopes.filter((scope) => !covers(current, scope));
  const { tags = [] } = asked;
  return [...scopes, ...(tags.length === 0 ? [] : given.tags.filter((tag) => !tags.includes(tag)))];
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function undefinedIfEmpty<Member>(list: readonly Member[]): readonly Member[] | undefined {
  return list.length > 0 ? list : undefined;
}
