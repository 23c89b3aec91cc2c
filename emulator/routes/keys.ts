/**
 * `/tailnet/{tailnet}/keys`: auth keys, OAuth clients, federated identities and API access tokens.
 * Source: https://tailscale.com/api#tag/keys
 */

import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Env, requireOneOf } from "../authentication.js";
import { wholeSeconds } from "../clock.js";
import { immutableGithubSubject } from "../github-subject.js";
import { allows } from "../permissions.js";
import {
  badRequest,
  cannotSetScopes,
  notEnoughPermissions,
  notFound,
  tagsNotPermitted,
} from "../refusal.js";
import { bodyOf, fitting } from "../request-body.js";
import { hashOf, newId, newSecret } from "../secrets.js";
import { isActive, type Key, type KeyType } from "../state.js";
import { mayGiveTags } from "../tags.js";
import { type Actor, may, ninetyDays, type World } from "../world.js";

/** The scope that opens keys of each kind; with `:read` behind it for reading alone. */
const scopeOf: Record<KeyType, string> = {
  auth: "auth_keys",
  client: "oauth_keys",
  federated: "federated_keys",
  api: "api_access_tokens",
};

const names = z.array(z.string()).nullish();

const description = z
  .string()
  .max(50, "description must be at most 50 characters")
  .regex(
    /^[\p{L}\p{M}\p{N} -]*$/u,
    "description may contain only letters, digits, hyphens and spaces",
  )
  .nullish();

const flag = z.boolean().nullish();

const authBody = z.object({
  keyType: z.literal("auth").nullish(),
  capabilities: z.object({
    devices: z.object({
      create: z
        .object({ reusable: flag, ephemeral: flag, preauthorized: flag, tags: names })
        .nullish(),
    }),
  }),
  expirySeconds: z
    .int()
    .min(0)
    .max(ninetyDays, "expirySeconds must be at most 7776000 (90 days)")
    .nullish(),
  description,
});

const trustMembers = {
  scopes: z.array(z.string()).min(1, "at least one scope is required"),
  tags: names,
  description,
};

const clientBody = z.object({ keyType: z.literal("client"), ...trustMembers });

const federatedBody = z.object({
  keyType: z.literal("federated"),
  ...trustMembers,
  issuer: z.url({ protocol: /^https$/, error: "issuer must be an https URL" }),
  subject: z.string().min(1, "subject is required"),
  audience: z.string().nullish(),
  customClaimRules: z
    .record(z.string(), z.string())
    .refine(
      (rules) => !["sub", "iss", "aud"].some((claim) => claim in rules),
      "customClaimRules may not contain sub, iss or aud",
    )
    .nullish(),
});

type TrustBody = z.infer<typeof clientBody> | z.infer<typeof federatedBody>;

const creatable = z.looseObject({ keyType: z.enum(["auth", "client", "federated"]).nullish() });

export function keyRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .get("/keys", (context) => {
      const actor = requireOneOf(
        context,
        ...Object.values(scopeOf).map((scope) => `${scope}:read`),
      );
      const everywhere = context.req.query("all") === "true";
      const listed = world.state.keys.filter(
        (key) =>
          isActive(key, world.now()) &&
          may(actor, `${scopeOf[key.keyType]}:read`) &&
          isListed(actor, key, everywhere),
      );
      return context.json({ keys: listed.map((key) => shownKey(world, key)) });
    })
    .post("/keys", async (context) => {
      const body = await bodyOf(context, z.unknown());
      const { keyType } = fitting(creatable, body);
      const actor = requireOneOf(context, scopeOf[keyType ?? "auth"]);
      if (keyType === "client")
        return context.json(createTrustCredential(world, actor, fitting(clientBody, body)));
      if (keyType === "federated")
        return context.json(createTrustCredential(world, actor, fitting(federatedBody, body)));
      return context.json(createAuthKey(world, actor, fitting(authBody, body)));
    })
    .get("/keys/:id", (context) => {
      const actor = context.get("actor");
      const key = known(world, context.req.param("id"));
      // Every token may read the credential that it came from.
      if (key.id !== actor.key.id && !may(actor, `${scopeOf[key.keyType]}:read`))
        throw notEnoughPermissions();
      return context.json(shownKey(world, key));
    })
    .put("/keys/:id", async (context) => {
      const key = known(world, context.req.param("id"));
      const actor = requireOneOf(context, scopeOf[key.keyType]);
      if (!isActive(key, world.now())) throw notFound("key");
      if (key.keyType === "client")
        return context.json(replace(world, actor, key, await bodyOf(context, clientBody)));
      if (key.keyType === "federated")
        return context.json(replace(world, actor, key, await bodyOf(context, federatedBody)));
      throw badRequest("only OAuth clients and federated identities can be changed");
    })
    .delete("/keys/:id", (context) => {
      const key = known(world, context.req.param("id"));
      const own = key.keyType === "api" && key.userId === context.get("actor").user?.id;
      const actor = own ? context.get("actor") : requireOneOf(context, scopeOf[key.keyType]);
      if (key.revoked !== undefined) throw notFound("key");
      revoke(world, key, (change) => world.record(actor, change));
      return deleted(context);
    });
}

const deleted = (context: Context<Env>) => context.body(null, 200);

function known(world: World, id: string): Key {
  const key = world.key(id);
  if (key === undefined) throw notFound("key");
  return key;
}

/** Which keys a list shows to whom: without `all=true` those of the asking user, or the tailnet's of the asking kind. */
function isListed(actor: Actor, key: Key, everywhere: boolean): boolean {
  const own = actor.user !== undefined && key.userId === actor.user.id;
  // "Only all and all:read can list all access tokens": the trust credentials page.
  if (key.keyType === "api") return own || (everywhere && may(actor, "all:read"));
  if (everywhere) return true;
  return actor.user === undefined ? key.keyType === actor.key.keyType : own;
}

function createAuthKey(world: World, actor: Actor, body: z.infer<typeof authBody>) {
  const { reusable, ephemeral, preauthorized, tags } = body.capabilities.devices.create ?? {};
  if (actor.user === undefined && !tags?.length)
    throw badRequest("auth keys created with a trust credential must have tags");
  checkTags(world, actor, tags ?? []);
  const now = world.now();
  return made(world, actor, {
    keyType: "auth",
    description: body.description ?? "",
    created: now,
    expires: now + (body.expirySeconds || ninetyDays) * 1000,
    devices: {
      reusable: reusable ?? false,
      ephemeral: ephemeral ?? false,
      preauthorized: preauthorized ?? false,
    },
    ...(tags?.length && { tags }),
    // Made by a trust credential it belongs to the tailnet.
    ...(actor.user && { userId: actor.user.id }),
  });
}

function createTrustCredential(world: World, actor: Actor, body: TrustBody) {
  checkTrust(world, actor, body);
  const now = world.now();
  return made(world, actor, {
    keyType: body.keyType,
    created: now,
    ...trustMembersOf(world, body),
    updated: now,
    ...(actor.user && { userId: actor.user.id }),
  });
}

/** Adds the key and answers it with its secret, which is shown this once. */
function made(world: World, actor: Actor, members: Omit<Key, "id" | "secretHash">) {
  const { keyType } = members;
  // As reported: a federated identity's id has the tailnet's in front, and its generated audience is made of it.
  const id = keyType === "federated" ? `${world.state.tailnet.id}-${newId("k")}` : newId("k");
  const secret = keyType === "federated" ? undefined : newSecret(keyType, id);
  const key: Key = { id, ...members, ...(secret && { secretHash: hashOf(secret) }) };
  giveAudience(key);
  world.state.keys.push(key);
  world.record(actor, { action: "CREATE", target: targetOf(key), new: shownKey(world, key) });
  return { ...shownKey(world, key), ...(secret && { key: secret }) };
}

/** Without an audience of one's own there is one that the server makes. */
function giveAudience(key: Key): void {
  if (key.keyType === "federated") key.audience ??= `api.tailscale.com/${key.id}`;
}

/** Replaces all that can be changed: what the body leaves out is emptied. The secret stays. */
function replace(world: World, actor: Actor, key: Key, body: TrustBody) {
  checkTrust(world, actor, body);
  const old = shownKey(world, key);
  for (const member of ["tags", "audience", "customClaimRules"] as const) delete key[member];
  Object.assign(key, trustMembersOf(world, body), { updated: world.now() });
  giveAudience(key);
  world.record(actor, { action: "UPDATE", target: targetOf(key), old, new: shownKey(world, key) });
  return shownKey(world, key);
}

function trustMembersOf(world: World, body: TrustBody) {
  return {
    description: body.description ?? "",
    scopes: [...body.scopes],
    ...(body.tags?.length && { tags: [...body.tags] }),
    ...(body.keyType === "federated" && {
      issuer: body.issuer,
      subject: world.rewriteGithubSubjects
        ? immutableGithubSubject(body.issuer, body.subject)
        : body.subject,
      ...(body.audience && { audience: body.audience }),
      customClaimRules: body.customClaimRules ?? {},
    }),
  };
}

function checkTrust(world: World, actor: Actor, { scopes, tags }: TrustBody): void {
  const unknown = scopes.filter((scope) => !world.isScope(scope));
  if (unknown.length > 0) throw badRequest(`invalid scopes: [${unknown.join(" ")}]`);
  const beyond = scopes.filter((scope) => !allows(actor.scopes, scope));
  if (beyond.length > 0) throw cannotSetScopes(beyond);
  if (!tags?.length && scopes.some((scope) => scope === "devices:core" || scope === "auth_keys")) {
    throw badRequest("tags are required for the scopes devices:core and auth_keys");
  }
  checkTags(world, actor, tags ?? []);
}

function checkTags(world: World, actor: Actor, tags: readonly string[]): void {
  if (!mayGiveTags(actor, tags, world.policy)) throw tagsNotPermitted(tags);
}

type Change = Parameters<World["record"]>[1];

/** Ends the key, and with it every token it gave. */
export function revoke(world: World, key: Key, record: (change: Change) => void): void {
  const old = shownKey(world, key);
  key.revoked = world.now();
  record({ action: "REVOKE", target: targetOf(key), old });
}

export function targetOf(key: Key): Change["target"] {
  return { id: key.id, name: key.description || key.id, type: "API_KEY" };
}

/** The key as the API answers it, without its secret. Empty lists are left out; one that is no longer valid says little. */
export function shownKey(world: World, key: Key) {
  const active = isActive(key, world.now());
  const { tags, devices } = key;
  return {
    id: key.id,
    keyType: key.keyType,
    ...(key.description !== "" && { description: key.description }),
    created: wholeSeconds(key.created),
    ...(key.updated !== undefined && { updated: wholeSeconds(key.updated) }),
    ...(key.expires !== undefined && {
      expires: wholeSeconds(key.expires),
      expirySeconds: Math.round((key.expires - key.created) / 1000),
    }),
    ...(key.revoked !== undefined && { revoked: wholeSeconds(key.revoked) }),
    ...(!active && { invalid: true }),
    userId: key.userId ?? "",
    ...(active &&
      devices && { capabilities: { devices: { create: { ...devices, ...(tags && { tags }) } } } }),
    ...(active && !devices && { ...(key.scopes && { scopes: key.scopes }), ...(tags && { tags }) }),
    ...(key.keyType === "federated" && {
      issuer: key.issuer,
      subject: key.subject,
      audience: key.audience,
      customClaimRules: key.customClaimRules ?? {},
    }),
  };
}
