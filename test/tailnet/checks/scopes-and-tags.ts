/** What a credential may be given, and by whom. */

import type { Api, Client } from "../api.ts";
import { isRefusal } from "../api.ts";
import type { Checks } from "../check.ts";
import { answered, confirmedIf, contradicted, NotTestable } from "../outcome.ts";
import { type Answer, member, textAt } from "../wire.ts";

const client = (scopes: readonly string[], tags?: readonly string[]) => ({
  keyType: "client",
  scopes,
  ...(tags !== undefined && { tags }),
});

const keyWith = (tags: readonly string[]) => ({
  capabilities: { devices: { create: { tags } } },
  expirySeconds: 300,
});

/** The wording for tags that may not be given. */
const tagsRefused = (tags: readonly string[]) =>
  `requested tags [${tags.join(" ")}] are invalid or not permitted`;

/** A client that holds everything: the run's own where it is one. */
async function clientWithAll(api: Api): Promise<Pick<Client, "id" | "secret">> {
  const { self } = api.session;
  if (self.kind === "user") return api.client(["all"]);
  const own = await api.get(`/keys/${self.id}`);
  const scopes = member(own.body, "scopes");
  if (Array.isArray(scopes) && scopes.includes("all")) return { id: self.id, secret: self.secret };
  throw new NotTestable('it needs an OAuth client with "all"', own);
}

export const scopesAndTags = {
  "scope-catalogue": async (api) => {
    const scopes = api.session.catalogue.filter((scope) => scope.endsWith(":read"));
    const all = await api.create(client(scopes));
    if (all.status === 200) return confirmedIf(true, all);
    // One by one, to say which.
    const refused: Answer[] = [];
    for (const scope of scopes) {
      const one = await api.create(client([scope]));
      if (one.status !== 200) refused.push(one);
    }
    return contradicted(...(refused.length > 0 ? refused : [all]));
  },

  "older-scope-names": async (api) => {
    const made = await api.create(client(["acl:read", "devices:read"]));
    if (made.status !== 200) return contradicted(made);
    // Reading the policy file needs what both stand for. fact: policy-read-needs-device-scopes
    const reader = await api.client(["acl:read", "devices:read"]);
    const policy = await api.get("/acl", reader.token);
    return confirmedIf(policy.status === 200, policy);
  },

  "older-name-needs-all": async (api) => {
    const holder = await api.client(["devices:core:read", "auth_keys:read"]);
    const answer = await api.take(holder, { scope: "devices:read" });
    return confirmedIf(answer.status === 403, answer);
  },

  "scopes-beyond-maker-refused": async (api) => {
    const maker = await api.client(["oauth_keys", "dns:read"]);
    const within = await api.create(client(["dns:read"]), maker.token);
    const beyond = await api.create(client(["dns:read", "users:read"]), maker.token);
    const message = "actor cannot set scopes: [users:read]";
    return confirmedIf(within.status === 200 && isRefusal(beyond, 403, message), within, beyond);
  },

  "users-without-scope-is-404": async (api) => {
    const users = await api.get("/users", (await api.client(["dns:read"])).token);
    return confirmedIf(isRefusal(users, 404, "not found"), users);
  },

  "tags-mandatory-with-scopes": async (api) => {
    const [right, wrong]: [Answer[], Answer[]] = [[], []];
    for (const scope of ["auth_keys", "devices:core"]) {
      const without = await api.create(client([scope]));
      const reading = await api.create(client([`${scope}:read`]));
      (without.status === 400 ? right : wrong).push(without);
      (reading.status === 200 ? right : wrong).push(reading);
    }
    return confirmedIf(wrong.length === 0, ...(wrong.length === 0 ? right : wrong));
  },

  "trust-credential-key-needs-tags": async (api) => {
    const maker = await api.client(["auth_keys"], [await api.tag()]);
    const body = { capabilities: { devices: { create: {} } }, expirySeconds: 300 };
    const answer = await api.create(body, maker.token);
    const message = "tailnet-owned auth key must have tags set";
    return confirmedIf(isRefusal(answer, 400, message), answer);
  },

  "exact-tags-or-owned": async (api) => {
    const owners = await api.tagOwners();
    const tags = [...owners.keys()];
    const pair = tags.flatMap((one) =>
      tags
        .filter((other) => other !== one)
        .filter((other) => [one, other].every((tag) => !owners.get(one)?.includes(tag)))
        .map((other) => [one, other] as const),
    )[0];
    if (pair === undefined)
      throw new NotTestable(
        'the policy file has no two tags that own each other not: add "tagOwners": { "tag:one": [], "tag:two": [] }',
      );
    const maker = await api.client(["auth_keys"], pair);
    const exact = await api.create(keyWith([...pair].reverse()), maker.token);
    const part = await api.create(keyWith([pair[0]]), maker.token);
    return confirmedIf(
      exact.status === 200 && isRefusal(part, 400, tagsRefused([pair[0]])),
      exact,
      part,
    );
  },

  "tags-beyond-maker-refused": async (api) => {
    const tags = ["tag:tailscope-test-nowhere"];
    const answer = await api.create(client(["dns:read"], tags));
    return confirmedIf(isRefusal(answer, 400, tagsRefused(tags)), answer);
  },

  "narrowed-all-gives-any-tag": async (api) => {
    const tag = await api.tag();
    const token = await api.token(await clientWithAll(api), { scope: "auth_keys" });
    const answer = await api.create(keyWith([tag]), token);
    if (answer.status === 200) return answered("yes", answer);
    const isRefused = isRefusal(answer, 400, tagsRefused([tag]));
    return isRefused ? answered("no", answer) : contradicted(answer);
  },

  "all-asks-for-tags": async (api) => {
    const tag = await api.tag();
    const wanted = { scope: "auth_keys", tags: tag };
    const given = await api.take(await clientWithAll(api), wanted);
    if (given.status !== 200) return contradicted(given);
    const answer = await api.create(keyWith([tag]), textAt(given.body, "access_token"));
    return confirmedIf(answer.status === 200, answer);
  },
} satisfies Checks;
