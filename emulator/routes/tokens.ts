/**
 * Access tokens of one hour for trust credentials: by client secret, or by an identity token from
 * outside. Sources: https://tailscale.com/kb/1215/oauth-clients,
 * https://tailscale.com/kb/1581/workload-identity-federation, RFC 6749 section 4.4
 */

import { type Context, Hono } from "hono";
import { describeTaking, toCredentialActor } from "../audit-entries.js";
import type { Env } from "../authentication.js";
import { acceptsIdentityToken } from "../identity-token.js";
import { allows, contains } from "../permissions.js";
import {
  refuseAsInvalidExchange,
  refuseExchange,
  refuseForTailnet,
  refuseRequest,
  refuseTags,
  refuseToGrantScopes,
  refuseToken,
} from "../refusal.js";
import { computeHash, createId, createSecret } from "../secrets.js";
import { type AccessToken, isActive, type Key } from "../state.js";
import { isOwned } from "../tags.js";
import type { World } from "../world.js";

const lifetimeSeconds = 3600;

export function createTokenRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .post("/oauth/token", async (context) => {
      const form = await readForm(context);
      // Tailscale accepts a request without one: `fact: grant-type-is-optional`.
      if ((form.get("grant_type") ?? "client_credentials") !== "client_credentials")
        throw refuseRequest("grant_type must be client_credentials");
      const client = findClient(world, form, context.req.header("authorization"));
      checkTailnet(world, form.get("tailnet"));
      const scopes = chooseScopes(world, client, splitWords(form.get("scope")));
      const tags = splitWords(form.get("tags"));
      checkTags(world, client, scopes, tags);
      const { secret } = giveToken(world, client, scopes, tags);
      // The answer has the client's own tags if none were requested: `fact:
      // token-answer-has-client-tags`.
      const shownTags = tags.length > 0 ? tags : (client.tags ?? []);
      return context.json({
        access_token: secret,
        token_type: "Bearer",
        expires_in: lifetimeSeconds,
        scope: scopes.join(" "),
        ...(shownTags.length > 0 && { tags: shownTags.join(" ") }),
      });
    })
    .post("/oauth/token-exchange", async (context) => {
      const form = await readForm(context);
      const identity = world.key(form.get("client_id") ?? "");
      const jwt = form.get("jwt") ?? "";
      if (identity?.keyType !== "federated" || !looksLikeJwt(jwt)) throw refuseAsInvalidExchange();
      if (!isActive(identity, world.now()) || !(await acceptsIdentityToken(world, identity, jwt)))
        throw refuseExchange();
      const { secret } = giveToken(world, identity, identity.scopes ?? [], []);
      return context.json({
        access_token: secret,
        token_type: "Bearer",
        expires_in: lifetimeSeconds,
      });
    });
}

/**
 * The form's fields. A duplicate field is refused.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 */
async function readForm(context: Context<Env>): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await context.req.text())) {
    if (fields.has(name)) throw refuseRequest(`${name} is given twice`);
    fields.set(name, value);
  }
  return fields;
}

/**
 * The active client whose secret the request carries, in the form or in Basic auth. The id is
 * ignored, because Tailscale's own tools send any id.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 * `fact: client-id-is-ignored`
 */
function findClient(
  world: World,
  form: ReadonlyMap<string, string>,
  authorization: string | undefined,
): Key {
  const secret = readBasicPassword(authorization) ?? form.get("client_secret") ?? "";
  const hash = computeHash(secret);
  const key = world.findKeyBySecret(hash);
  if (key?.keyType !== "client" || !isActive(key, world.now())) throw refuseToken();
  return key;
}

function readBasicPassword(authorization: string | undefined): string | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [, secret = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  try {
    return decodeURIComponent(secret.replaceAll("+", " "));
  } catch {
    throw refuseRequest("the Basic credentials are not form-encoded");
  }
}

/**
 * `tailnet=ID` asks for a token of another tailnet of the same organisation (Organizations, alpha).
 * The emulator has one: its own id is accepted, and any other refused. `fact: tailnet-parameter`
 */
function checkTailnet(world: World, id: string | undefined): void {
  const { tailnet } = world.state;
  if (id && id !== "-" && id !== tailnet.id && id !== tailnet.name) throw refuseForTailnet();
}

function splitWords(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(" ").filter(Boolean))];
}

/**
 * The scopes of the token. If one of the names is not a scope, the request counts as one without
 * scopes, and gets everything that the client holds
 * (https://github.com/tailscale/tailscale/pull/14286,
 * https://github.com/tailscale/tailscale/issues/15456): `fact: unknown-scope-gives-everything`, and
 * for an unknown name among known ones `fact: unknown-scope-beside-known`.
 */
function chooseScopes(world: World, { scopes: held = [] }: Key, wanted: readonly string[]) {
  if (wanted.length === 0 || !wanted.every((scope) => world.isScope(scope))) return held;
  const { writeNarrowsToRead, narrowingRefusalNames } = world.unknowns;
  const gives = writeNarrowsToRead ? allows : contains;
  const beyond = wanted.filter((scope) => !gives(held, scope));
  if (beyond.length === 0) return wanted;
  throw refuseToGrantScopes(narrowingRefusalNames === "all" ? wanted : beyond);
}

/** Tags may be asked for with a token that can put them on machines or keys. */
const scopesWithTags = ["auth_keys", "devices:core"];

function checkTags(
  { policy }: World,
  client: Key,
  scopes: readonly string[],
  wanted: readonly string[],
): void {
  if (wanted.length === 0) return;
  if (!scopesWithTags.some((scope) => allows(scopes, scope)))
    throw refuseRequest("tags can be requested only with a device scope");
  const isPermitted = (tag: string) =>
    Object.hasOwn(policy.tagOwners, tag) &&
    (allows(client.scopes ?? [], "all") || isOwned(tag, client.tags ?? [], policy));
  if (!wanted.every(isPermitted)) throw refuseTags(wanted);
}

function looksLikeJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

function giveToken(
  world: World,
  key: Key,
  scopes: readonly string[],
  tags: readonly string[],
): { secret: string } {
  const id = createId("k");
  const secret = createSecret("api", id);
  const token: AccessToken = {
    id,
    hash: computeHash(secret),
    keyId: key.id,
    created: world.now(),
    expires: world.now() + lifetimeSeconds * 1000,
    scopes,
    ...(tags.length > 0 && { tags }),
  };
  world.state.tokens.push(token);
  world.recordAs(toCredentialActor(key), "CONFIG_API", describeTaking(token));
  return { secret };
}
