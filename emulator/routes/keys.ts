/**
 * `/tailnet/{tailnet}/keys`: auth keys, OAuth clients, federated identities and API access tokens.
 * Source: https://tailscale.com/api#tag/keys
 */

import { type Context, Hono } from "hono";
import { z } from "zod";
import {
  type Change,
  describeChange,
  describeCreation,
  describeRevocation,
  toLoggedKey,
} from "../audit-entries.js";
import { type Env, requireOneOf } from "../authentication.js";
import { toImmutableGithubSubject } from "../github-subject.js";
import {
  authBody,
  changeable,
  clientBody,
  creatable,
  federatedBody,
  hasCapabilities,
  normalizeDescription,
  readKeyBody,
  refuseForeignMembers,
  refuseNoCapabilities,
  type TrustBody,
} from "../key-body.js";
import { allows } from "../permissions.js";
import {
  type Refusal,
  refuseAsKeyNotFound,
  refuseAsNotFound,
  refuseForPermissions,
  refuseRequest,
  refuseTags,
  refuseToSetScopes,
} from "../refusal.js";
import { parseBody, readBody } from "../request-body.js";
import { computeHash, createId, createSecret } from "../secrets.js";
import { showKey, showToken } from "../shown-key.js";
import { isActive, type Key, type KeyType, ninetyDays } from "../state.js";
import { mayGiveTags } from "../tags.js";
import { type Actor, holdsScope, type World } from "../world.js";

/** The scope for keys of each kind; with the suffix `:read` for reading only. */
const scopeOf: Record<KeyType, string> = {
  auth: "auth_keys",
  client: "oauth_keys",
  federated: "federated_keys",
  api: "api_access_tokens",
};

export function createKeyRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .get("/keys", (context) => {
      // Whether each scope alone permits the list: `fact: list-with-one-kind`.
      const actor = requireOneOf(
        context,
        ...Object.values(scopeOf).map((scope) => `${scope}:read`),
      );
      const everywhere = context.req.query("all") === "true";
      const listed = world.state.keys.filter(
        (key) =>
          isActive(key, world.now()) &&
          holdsScope(actor, `${scopeOf[key.keyType]}:read`) &&
          isListed(world, actor, key, everywhere),
      );
      const tokens = everywhere && listsTokens(world, actor) ? world.listTokens() : [];
      return context.json({
        keys: [...listed.map((key) => showKey(world, key)), ...tokens.map(showToken)],
      });
    })
    .post("/keys", async (context) => {
      const body = await readKeyBody(context);
      const { keyType } = parseBody(creatable, body);
      const kind = keyType ?? "auth";
      const actor = requireOneOf(context, scopeOf[kind]);
      refuseForeignMembers(kind, body);
      if (kind === "client")
        return context.json(createTrustCredential(world, actor, parseBody(clientBody, body)));
      if (kind === "federated")
        return context.json(createTrustCredential(world, actor, parseBody(federatedBody, body)));
      if (!hasCapabilities(body)) throw refuseNoCapabilities();
      return context.json(createAuthKey(world, actor, parseBody(authBody, body)));
    })
    .get("/keys/:id", (context) => {
      const id = context.req.param("id");
      const actor = context.get("actor");
      const token = world.listTokens().find((other) => other.id === id);
      // "For the key in use": https://tailscale.com/kb/1623/trust-credentials
      if (token !== undefined && (token === actor.token || listsTokens(world, actor)))
        return context.json(showToken(token));
      const key = world.key(id);
      if (key === undefined) throw refuseAsNotFound();
      if (!maySee(actor, key)) throw refuseHidden(world, refuseAsNotFound());
      return context.json(showKey(world, key));
    })
    .put("/keys/:id", async (context) => {
      const key = world.key(context.req.param("id"));
      if (key === undefined) throw refuseAsNotFound();
      const actor = requireWrite(context, world, key, refuseAsNotFound());
      if (!isActive(key, world.now())) throw refuseAsNotFound();
      const body = await readBody(context, z.unknown());
      const kind = parseBody(changeable, body).keyType ?? "";
      // `fact: key-type-cannot-change`
      if (kind !== key.keyType)
        throw refuseRequest(
          `cannot modify key type, attempting to change from "${key.keyType}" to "${kind}"`,
        );
      if (kind === "client" || kind === "federated") refuseForeignMembers(kind, body);
      if (kind === "client")
        return context.json(replace(world, actor, key, parseBody(clientBody, body)));
      if (kind === "federated")
        return context.json(replace(world, actor, key, parseBody(federatedBody, body)));
      // `fact: auth-key-cannot-change`
      throw refuseRequest(`keys of type "${kind}" can not be updated`);
    })
    .delete("/keys/:id", (context) => {
      const key = world.key(context.req.param("id"));
      if (key === undefined) throw refuseAsKeyNotFound();
      const own = key.keyType === "api" && key.userId === context.get("actor").user?.id;
      const actor = own
        ? context.get("actor")
        : requireWrite(context, world, key, refuseAsKeyNotFound());
      // Revoking twice is not an error: `fact: delete-of-revoked-key`.
      if (key.revoked === undefined) revoke(world, key, (change) => world.record(actor, change));
      return context.json(null);
    });
}

/** Every token may read its own credential. `fact: own-key-is-readable` */
function maySee(actor: Actor, key: Key): boolean {
  return key.id === actor.key.id || holdsScope(actor, `${scopeOf[key.keyType]}:read`);
}

/** The refusal for a key that the actor may not see: forbidden, or not found. */
function refuseHidden({ unknowns }: World, missing: Refusal): Refusal {
  return unknowns.hiddenKey === 404 ? missing : refuseForPermissions();
}

/**
 * Refuses an actor that may not change `key`; with `missing` if it may not even see the key and
 * hidden keys look missing.
 */
function requireWrite(context: Context<Env>, world: World, key: Key, missing: Refusal): Actor {
  const actor = context.get("actor");
  if (holdsScope(actor, scopeOf[key.keyType])) return actor;
  throw maySee(actor, key) ? refuseForPermissions() : refuseHidden(world, missing);
}

/**
 * Which keys a list shows to whom: without `all=true` those of the asking user, or the tailnet's of
 * the asking kind.
 */
function isListed(world: World, actor: Actor, key: Key, everywhere: boolean): boolean {
  const own = actor.user !== undefined && key.userId === actor.user.id;
  if (actor.user !== undefined && world.unknowns.userTokensList === "own") return own;
  // "Only all and all:read can list all access tokens": the trust credentials page.
  if (key.keyType === "api") return own || (everywhere && holdsScope(actor, "all:read"));
  if (everywhere) return true;
  return actor.user === undefined ? key.keyType === actor.key.keyType : own;
}

/**
 * Whether lists show short-lived tokens to the actor, which must hold the scope to read all access
 * tokens, or "OAuth clients and OAuth tokens".
 */
function listsTokens({ unknowns }: World, actor: Actor): boolean {
  const may = allows(actor.scopes, "all:read") || allows(actor.scopes, "oauth_keys:read");
  return unknowns.listsTokens && may && !(actor.user && unknowns.userTokensList === "own");
}

function createAuthKey(world: World, actor: Actor, body: z.infer<typeof authBody>) {
  const { reusable, ephemeral, preauthorized, tags } = body.capabilities.devices.create ?? {};
  // `fact: trust-credential-key-needs-tags`
  if (actor.user === undefined && !tags?.length)
    throw refuseRequest("tailnet-owned auth key must have tags set");
  checkTags(world, actor, tags ?? []);
  const now = world.now();
  return addNewKey(world, actor, {
    keyType: "auth",
    description: normalizeDescription(body.description),
    created: now,
    expires: now + (body.expirySeconds || ninetyDays) * 1000,
    devices: {
      reusable: reusable ?? false,
      ephemeral: ephemeral ?? false,
      preauthorized: preauthorized ?? false,
    },
    ...(tags?.length && { tags }),
    // A key that a trust credential creates belongs to the tailnet.
    ...(actor.user && { userId: actor.user.id }),
  });
}

function createTrustCredential(world: World, actor: Actor, body: TrustBody) {
  checkTrust(world, actor, body);
  const now = world.now();
  return addNewKey(world, actor, {
    keyType: body.keyType,
    created: now,
    ...toTrustMembers(world, body),
    updated: now,
    ...(actor.user && { userId: actor.user.id }),
  });
}

/** Adds the key and returns it with its secret, which is shown only this once. */
function addNewKey(world: World, actor: Actor, members: Omit<Key, "id" | "secretHash">) {
  const { keyType } = members;
  // As reported, a federated identity's id begins with the tailnet's id, and its generated audience
  // contains it.
  const id = keyType === "federated" ? `${world.state.tailnet.id}-${createId("k")}` : createId("k");
  const secret = keyType === "federated" ? undefined : createSecret(keyType, id);
  const key: Key = { id, ...members, ...(secret && { secretHash: computeHash(secret) }) };
  if (keyType === "federated") key.audience ??= generateAudience(id);
  world.addKey(key);
  world.record(actor, describeCreation(key));
  return { ...showKey(world, key), ...(secret && { key: secret }) };
}

/**
 * The audience that the server generates if a create has none. `fact: federated-id-and-audience`
 */
function generateAudience(id: string): string {
  return `api.tailscale.com/${id}`;
}

/**
 * Replaces everything that can be changed, and clears what the body leaves out. The secret stays.
 * `fact: put-replaces-everything`
 */
function replace(world: World, actor: Actor, key: Key, body: TrustBody) {
  checkTrust(world, actor, body);
  const before = toLoggedKey(key);
  const audience = {
    keeps: key.audience,
    regenerates: generateAudience(key.id),
    empties: undefined,
  }[world.unknowns.putWithoutAudience];
  const members = toTrustMembers(world, body);
  for (const member of ["tags", "audience", "customClaimRules"] as const) delete key[member];
  Object.assign(key, members, { updated: world.now() });
  if (key.keyType === "federated" && key.audience === undefined && audience !== undefined)
    key.audience = audience;
  if (world.unknowns.logsUpdates) world.record(actor, describeChange(key, before));
  else world.keep();
  return showKey(world, key);
}

function toTrustMembers(world: World, body: TrustBody) {
  return {
    description: normalizeDescription(body.description),
    scopes: [...(body.scopes ?? [])],
    ...(body.tags?.length && { tags: [...body.tags] }),
    ...(body.keyType === "federated" && {
      issuer: body.issuer,
      subject: world.rewriteGithubSubjects
        ? toImmutableGithubSubject(body.issuer, body.subject)
        : body.subject,
      ...(body.audience && { audience: body.audience }),
      customClaimRules: body.customClaimRules ?? {},
    }),
  };
}

const kindNames = { client: "OAuth clients", federated: "federated identities" };

function checkTrust(world: World, actor: Actor, { keyType, scopes, tags }: TrustBody): void {
  // `fact: empty-scopes-refused`
  if (!scopes?.length)
    throw refuseRequest(
      `scopes cannot be empty, at least one scope is required for ${kindNames[keyType]}`,
    );
  const unknown = scopes.filter((scope) => !world.isScope(scope));
  if (unknown.length > 0) throw refuseRequest(`invalid scopes: [${unknown.join(" ")}]`);
  const beyond = scopes.filter((scope) => !allows(actor.scopes, scope));
  if (beyond.length > 0) throw refuseToSetScopes(beyond);
  // `fact: tags-mandatory-with-scopes`
  if (!tags?.length && scopes.some((scope) => scope === "devices:core" || scope === "auth_keys")) {
    throw refuseRequest("tags are required for the scopes devices:core and auth_keys");
  }
  checkTags(world, actor, tags ?? []);
}

function checkTags(world: World, actor: Actor, tags: readonly string[]): void {
  if (!mayGiveTags(actor, tags, world.policy)) throw refuseTags(tags);
}

/** Revokes the key, and with it every token of it. */
export function revoke(world: World, key: Key, record: (change: Change) => void): void {
  key.revoked = world.now();
  record(describeRevocation(key));
}
