/** Who asks: a credential with its tokens. Sends requests as that credential and reads the answers. */

import type { z } from "zod";
import type { Deployer } from "./connection";
import { NotAuthenticated, NotPermitted, notUnderstood, type Sender } from "./errors";
import type { Http, Request } from "./http";
import { type Token, tokenSource } from "./token";

export interface Actor {
  /** Sends the request with this credential's token and gives the answer, which must fit `shape`. */
  send<Answer>(request: Request, shape: z.ZodType<Answer>): Promise<Answer>;
}

export interface ActorOptions {
  /** How messages call this credential, for example `"the deployer"`. */
  readonly name: string;
  /**
   * What its tokens are asked for: `"needed"`, just the scope that each request needs; `"reading"`, the read scopes below
   * for reads and all that it holds for writes.
   */
  readonly tokensFor: "needed" | "reading";
  /** Scopes beyond the read scopes below that reads here need. */
  readonly alsoReads?: readonly string[];
}

/** All that reads of ours need. So a preview's token cannot change anything, whatever its deployer holds. */
const readScopes = ["auth_keys:read", "federated_keys:read", "oauth_keys:read", "policy_file:read"];

export function actor(http: Http, credential: Deployer, options: ActorOptions): Actor {
  const tokens = tokenSource(http, credential);
  const name =
    credential.kind === "accessToken" ? options.name : `${options.name} ${credential.clientId}`;

  let reading: Promise<string | undefined> | undefined;

  /** Those of the read scopes that the credential holds, found out by asking; undefined for none, and then for all it holds. */
  async function heldReadScopes(): Promise<string | undefined> {
    let wanted = [...readScopes, ...(options.alsoReads ?? [])];
    while (wanted.length > 0) {
      try {
        await tokens.get(wanted.join(" "));
        return wanted.join(" ");
      } catch (error) {
        if (!(error instanceof NotPermitted)) throw error;
        const { beyond } = error;
        const left = wanted.filter((scope) => !beyond.includes(scope));
        wanted = left.length < wanted.length ? left : [];
      }
    }
    return undefined;
  }

  async function scopeFor(request: Request): Promise<string | undefined> {
    if (options.tokensFor === "needed") return request.needs;
    if (request.method !== "GET" || !tokens.narrowable) return undefined;
    reading ??= heldReadScopes();
    try {
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  }

  return {
    async send(request, shape) {
      const scope = await scopeFor(request);
      let answer: unknown;
      const token = await tokens.get(scope);
      try {
        answer = await http.send(request, authorization(token));
      } catch (error) {
        if (!(error instanceof NotAuthenticated) || !tokens.renewable) throw error;
        // A 401 says that nothing was done, so even a create may be sent again, with a token that is fresh.
        tokens.forget(token);
        answer = await http.send(request, authorization(await tokens.get(scope)));
      }
      const read = shape.safeParse(answer, { error: inOurWords });
      if (read.success) return read.data;
      throw notUnderstood(
        request,
        read.error.issues
          .map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`)
          .join("; "),
      );
    },
  };

  function authorization(token: Token): { token: string; sender: Sender } {
    return { token: token.value, sender: { name, scopes: token.scopes } };
  }
}

/** What is wrong with a part of an answer; undefined leaves it to zod. */
function inOurWords({ code, input, expected }: z.core.$ZodRawIssue): string | undefined {
  if (code !== "invalid_type") return undefined;
  return input === undefined ? "it is missing" : `it is no ${expected}`;
}

/**
 * Sends with `first`; where that credential is not accepted and `isGone` confirms that it no longer exists, with `second`.
 * @param fellBack told the first time
 */
export function fallingBack(
  first: Actor,
  second: Actor,
  isGone: () => Promise<boolean>,
  fellBack: () => void,
): Actor {
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
  };
}
