/**
 * Access tokens: what a credential shows the API. A credential that gives tokens (OAuth client, federated identity) is
 * asked once for each set of scopes however many requests wait for it, and again shortly before the token runs out.
 *
 * Source: https://tailscale.com/kb/1215/oauth-clients#oauth-client-credentials-grant, RFC 6749 section 4.4
 */

import { z } from "zod";
import type { Deployer } from "./connection";
import { notUnderstood } from "./errors";
import type { Http, Request } from "./http";
import { identityToken } from "./identity-token";

export interface Token {
  readonly value: string;
  /** What the token may do, where the answer said so. */
  readonly scopes?: readonly string[] | undefined;
}

export interface TokenSource {
  /**
   * A token that is good for a while yet.
   * @param scope narrows the token to this one scope, where the credential's kind can do that
   */
  get(scope?: string): Promise<Token>;
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
      get: async () => ({ value: deployer.token }),
      forget: () => {},
      renewable: false,
      narrowable: false,
    };
  }
  const held = new Map<string, Held>();

  return {
    renewable: true,
    narrowable: deployer.kind === "oauthClient",
    get(wanted = "") {
      // The token exchange has no place for scopes: https://tailscale.com/kb/1581/workload-identity-federation
      const scope = deployer.kind === "oauthClient" ? wanted : "";
      const cached = held.get(scope);
      if (cached !== undefined && cached.until > now()) return cached.promise;
      const asked = now();
      // Until the answer is here everybody waits for this one request; then the answer says how long it is good for.
      const entry: Held = {
        promise: ask(http, deployer, scope).then(received, failed),
        until: Number.POSITIVE_INFINITY,
      };
      held.set(scope, entry);
      return entry.promise;

      function received({ token, lifetime }: Answered): Token {
        entry.token = token;
        entry.until = asked + Math.max(lifetime - marginSeconds, lifetime / 2) * 1000;
        return token;
      }
      function failed(error: unknown): never {
        held.delete(scope);
        throw error;
      }
    },
    forget(token) {
      for (const [scope, entry] of held) if (entry.token === token) held.delete(scope);
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

/**
 * One token of an OAuth client for less than all that it holds.
 * @param tags which it may give, of those that the client's own tags own; empty for all of them
 */
export async function narrowToken(
  http: Http,
  client: Extract<Deployer, { kind: "oauthClient" }>,
  scopes: readonly string[],
  tags: readonly string[],
): Promise<string> {
  return (await ask(http, client, scopes.join(" "), tags.join(" "))).token.value;
}

async function ask(
  http: Http,
  deployer: Exclude<Deployer, { kind: "accessToken" }>,
  scope: string,
  tags = "",
): Promise<Answered> {
  const request: Request =
    deployer.kind === "oauthClient"
      ? {
          doing: "give a token to the OAuth client",
          method: "POST",
          path: "/oauth/token",
          repeatable: true,
          form: {
            grant_type: "client_credentials",
            client_id: deployer.clientId,
            client_secret: deployer.clientSecret,
            ...(scope !== "" && { scope }),
            ...(tags !== "" && { tags }),
          },
        }
      : {
          doing: "exchange the identity token",
          method: "POST",
          path: "/oauth/token-exchange",
          repeatable: true,
          form: { client_id: deployer.clientId, jwt: await identityToken(deployer.identityToken) },
        };
  const got = answer.safeParse(await http.send(request));
  if (!got.success) throw notUnderstood(request, "it holds no access token");
  return {
    token: { value: got.data.access_token, scopes: got.data.scope?.split(" ").filter(Boolean) },
    lifetime: got.data.expires_in,
  };
}
