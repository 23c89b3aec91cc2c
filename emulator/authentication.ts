/**
 * Finds out who sends a request. Source: https://tailscale.com/api#description/authentication
 * (Bearer, or Basic with the token as the user name).
 */

import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { allows, roleScopes } from "./permissions.js";
import {
  refuseAsNotFound,
  refuseForPermissions,
  refuseForTailnet,
  refuseToken,
} from "./refusal.js";
import { computeHash } from "./secrets.js";
import { type AccessToken, isActive, type Key } from "./state.js";
import type { Actor, World } from "./world.js";
import { holdsScope } from "./world.js";

export interface Env {
  Bindings: HttpBindings;
  Variables: { actor: Actor };
}

/** Identifies the actor, and checks that the tailnet in the path is the actor's. */
export function authenticate(world: World): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (context, next) => {
    const actor = findActor(world, context.req.header("authorization"));
    if (isFresh(world, actor.key)) throw refuseAsNotFound();
    context.set("actor", actor);
    const tailnet = context.req.param("tailnet");
    const { id, name } = world.state.tailnet;
    if (tailnet !== undefined && tailnet !== "-" && tailnet !== id && tailnet !== name)
      throw refuseForTailnet();
    await next();
  });
}

/**
 * Whether the credential is an OAuth client that is too new to be used. The client of the start
 * never is.
 */
function isFresh(world: World, { id, keyType, created }: Key): boolean {
  return (
    keyType === "client" &&
    id !== world.state.start.clientId &&
    world.now() - created < world.unknowns.freshClientMilliseconds
  );
}

/** Refuses an actor that holds none of the scopes. */
export function requireOneOf(context: Context<Env>, ...scopes: string[]): Actor {
  const actor = context.get("actor");
  if (!scopes.some((scope) => holdsScope(actor, scope))) throw refuseForPermissions();
  return actor;
}

function findActor(world: World, authorization: string | undefined): Actor {
  const hash = computeHash(readToken(authorization) ?? "");
  const now = world.now();
  const accessToken = world.findKeyBySecret(hash);
  if (accessToken?.keyType === "api") {
    const user = world.findUser(accessToken.userId);
    if (user === undefined || !isActive(accessToken, now)) throw refuseToken();
    return {
      key: accessToken,
      user,
      scopes: roleScopes[user.role],
      tags: [],
      givesAnyTag: false,
    };
  }
  const token = world.listTokens().find((candidate) => candidate.hash === hash);
  const key = token && world.key(token.keyId);
  if (token === undefined || key === undefined) throw refuseToken();
  return toTrustCredentialActor(world, token, key);
}

function toTrustCredentialActor({ unknowns }: World, token: AccessToken, key: Key): Actor {
  const { scopes } = token;
  const isFull = allows(scopes, "all");
  const isOfFull = allows(key.scopes ?? [], "all") && unknowns.narrowedAllGivesAnyTag;
  return {
    key,
    token,
    scopes,
    tags: token.tags ?? key.tags ?? [],
    givesAnyTag: token.tags === undefined && (isFull || isOfFull),
  };
}

/**
 * The token in an Authorization header: a bearer, or the user name of Basic.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 * @see https://www.rfc-editor.org/rfc/rfc7617#section-2
 */
export function readToken(authorization: string | undefined): string | undefined {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(authorization ?? "") ?? [];
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, "base64").toString("utf8").split(":")[0];
  return undefined;
}
