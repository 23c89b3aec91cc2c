/**
 * Access tokens of one hour for trust credentials: by client secret, or by an identity token from outside.
 * Sources: https://tailscale.com/kb/1215/oauth-clients, https://tailscale.com/kb/1581/workload-identity-federation,
 * RFC 6749 section 4.4
 */

import { type Context, Hono } from "hono";
import type { Env } from "../authentication.js";
import { identityTokenProblem } from "../identity-token.js";
import { allows } from "../permissions.js";
import {
  badRequest,
  cannotGrantScopes,
  Refusal,
  tagsNotPermitted,
  tokenInvalid,
} from "../refusal.js";
import { hashOf, newSecret } from "../secrets.js";
import { isActive, type Key } from "../state.js";
import { isOwned } from "../tags.js";
import type { World } from "../world.js";

const lifetimeSeconds = 3600;

export function tokenRoutes(world: World): Hono<Env> {
  return new Hono<Env>()
    .post("/oauth/token", async (context) => {
      const form = await readForm(context);
      if (form.get("grant_type") !== "client_credentials")
        throw badRequest("grant_type must be client_credentials");
      const client = clientOf(world, form, context.req.header("authorization"));
      return context.json(
        giveToken(world, client, words(form.get("scope")), words(form.get("tags"))),
      );
    })
    .post("/oauth/token-exchange", async (context) => {
      const form = await readForm(context);
      const identity = world.key(form.get("client_id") ?? "");
      if (identity?.keyType !== "federated" || !isActive(identity, world.now()))
        throw tokenInvalid();
      const problem = await identityTokenProblem(world, identity, form.get("jwt") ?? "");
      if (problem !== undefined) throw new Refusal(401, problem);
      const { tags: _tags, scope: _scope, ...token } = giveToken(world, identity, [], []);
      return context.json(token);
    });
}

/** The form's fields; one that comes twice is refused (RFC 6749 section 3.2). */
async function readForm(context: Context<Env>): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await context.req.text())) {
    if (fields.has(name)) throw badRequest(`${name} is given twice`);
    fields.set(name, value);
  }
  return fields;
}

/** The active client whose id and secret the request carries, in the form or in Basic auth (RFC 6749 section 2.3.1). */
function clientOf(
  world: World,
  form: ReadonlyMap<string, string>,
  authorization: string | undefined,
): Key {
  const [id, secret] = basicCredentials(authorization) ?? [
    form.get("client_id"),
    form.get("client_secret"),
  ];
  const hash = hashOf(secret ?? "");
  // The id is part of the secret, so Tailscale's own tools leave it out.
  const key = world.state.keys.find(
    (candidate) => candidate.keyType === "client" && candidate.secretHash === hash,
  );
  if (key === undefined || (id && id !== key.id) || !isActive(key, world.now()))
    throw tokenInvalid();
  return key;
}

function basicCredentials(authorization: string | undefined): [string, string] | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  try {
    return [formDecoded(id), formDecoded(secret)];
  } catch {
    throw badRequest("the Basic credentials are not form-encoded");
  }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

function words(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(" ").filter(Boolean))];
}

/** Tags may be asked for with a token that can put them on machines or keys. */
const scopesWithTags = ["auth_keys", "devices:core"];

function giveToken(
  world: World,
  key: Key,
  wantedScopes: readonly string[],
  wantedTags: readonly string[],
) {
  const held = key.scopes ?? [];
  const beyond = wantedScopes.filter((scope) => !world.isScope(scope) || !allows(held, scope));
  if (beyond.length > 0) throw cannotGrantScopes(beyond);
  const scopes = wantedScopes.length > 0 ? wantedScopes : held;

  if (wantedTags.length > 0) {
    if (!scopesWithTags.some((scope) => allows(scopes, scope)))
      throw badRequest("tags can be requested only with a device scope");
    const { policy } = world;
    const permitted = (tag: string) =>
      Object.hasOwn(policy.tagOwners, tag) &&
      (allows(held, "all") || isOwned(tag, key.tags ?? [], policy));
    if (!wantedTags.every(permitted)) throw tagsNotPermitted(wantedTags);
  }

  const secret = newSecret("api", key.id);
  world.state.tokens.push({
    hash: hashOf(secret),
    keyId: key.id,
    expires: world.now() + lifetimeSeconds * 1000,
    scopes,
    ...(wantedTags.length > 0 && { tags: wantedTags }),
  });
  // The announcement of OAuth clients says that use is logged; the form of the entry is unconfirmed.
  const isClient = key.keyType === "client";
  world.recordAs(
    {
      id: key.id,
      type: isClient ? "OAUTH_CLIENT" : "FEDERATED_IDENTITY",
      displayName: key.description,
    },
    "CONFIG_API",
    {
      action: "LOGIN",
      target: { id: key.id, name: key.description || key.id, type: "API_KEY" },
      actionDetails: `took an access token for ${scopes.join(" ")}${wantedTags.length > 0 ? ` with ${wantedTags.join(" ")}` : ""}`,
    },
  );
  return {
    access_token: secret,
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    scope: scopes.join(" "),
    ...(wantedTags.length > 0 && { tags: wantedTags.join(" ") }),
  };
}
