/** What a credential looks like, and what becomes of it. */

import { type Api, isRefusal } from "../api.ts";
import type { Checks } from "../check.ts";
import { answered, confirmedIf, contradicted, NotTestable, type Part } from "../outcome.ts";
import { type Answer, listAt, member, textAt } from "../wire.ts";

const day = 24 * 60 * 60;

const inWholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const smallClient = { keyType: "client", scopes: ["dns:read"] };

/** What `create` an auth key's answer shows. */
const capabilitiesIn = ({ body }: Answer) => member(body, "capabilities", "devices", "create");

/** The whole list with a token. */
async function listWith(api: Api, token: string): Promise<Answer> {
  const answer = await api.get("/keys?all=true", token);
  if (answer.status !== 200) throw new NotTestable("the list is refused", answer);
  return answer;
}

/** What a list shows of the credentials that `creates` made. */
function entriesOf(list: Answer, creates: readonly Answer[]): Part {
  const ids = creates.map(({ body }) => textAt(body, "id"));
  const members = listAt(list.body, "keys").filter((key) => ids.includes(textAt(key, "id")));
  return { answer: list, list: "keys", members };
}

const hasEntry = (list: Answer, create: Answer) => entriesOf(list, [create]).members.length > 0;

export const credentials = {
  "own-key-is-readable": async (api) => {
    const client = await api.anyClient();
    const own = await api.get(`/keys/${client.id}`, client.token);
    const isOwn = textAt(own.body, "id") === client.id;
    return confirmedIf(own.status === 200 && isOwn, own);
  },

  "secrets-hold-the-id": async (api) => {
    const client = await api.created(smallClient);
    const key = await api.authKey();
    const isRight = (answer: Answer, kind: string) =>
      textAt(answer.body, "key").startsWith(`tskey-${kind}-${textAt(answer.body, "id")}-`);
    return confirmedIf(isRight(client, "client") && isRight(key, "auth"), client, key);
  },

  "secret-is-shown-once": async (api) => {
    const client = await api.created(smallClient);
    const later = await api.get(`/keys/${textAt(client.body, "id")}`);
    const isOnce = textAt(client.body, "key") !== "" && textAt(later.body, "key") === "";
    return confirmedIf(isOnce && later.status === 200, later);
  },

  "times-in-whole-seconds": async (api) => {
    const client = await api.created(smallClient);
    const key = await api.authKey();
    const times = [
      textAt(client.body, "created"),
      textAt(client.body, "updated"),
      textAt(key.body, "created"),
      textAt(key.body, "expires"),
    ];
    return confirmedIf(
      times.every((time) => inWholeSeconds.test(time)),
      client,
      key,
    );
  },

  "trust-credentials-do-not-expire": async (api) => {
    const made = [await api.created(smallClient), await api.identity()];
    const noEnd = ["", "0001-01-01T00:00:00Z"];
    const isRight = made.every(({ body }) => noEnd.includes(textAt(body, "expires")));
    return confirmedIf(isRight, ...made);
  },

  "empty-lists-left-out": async (api) => {
    const client = await api.created(smallClient);
    const identity = await api.identity();
    const rules = member(identity.body, "customClaimRules");
    const isRight =
      member(client.body, "tags") === undefined &&
      member(identity.body, "tags") === undefined &&
      JSON.stringify(rules) === "{}";
    return confirmedIf(isRight, client, identity);
  },

  "capabilities-flags-always-there": async (api) => {
    const key = await api.authKey();
    const shown = capabilitiesIn(key);
    const flags = ["reusable", "ephemeral", "preauthorized"];
    return confirmedIf(
      flags.every((flag) => member(shown, flag) === false),
      key,
    );
  },

  "auth-key-needs-capabilities": async (api) => {
    const answer = await api.create({ keyType: "auth" });
    const message = "exactly one capability scope must be populated";
    return confirmedIf(isRefusal(answer, 400, message), answer);
  },

  "expiry-as-asked": async (api) => {
    const short = await api.authKey();
    const long = await api.authKey({ expirySeconds: undefined });
    const isRight =
      member(short.body, "expirySeconds") === 300 &&
      member(long.body, "expirySeconds") === 90 * day;
    return confirmedIf(isRight, short, long);
  },

  "expiry-over-90-days": async (api) => {
    // What it needs is known to be right from an ordinary key.
    const { body } = await api.authKey();
    const capabilities = {
      devices: { create: { tags: member(body, "capabilities", "devices", "create", "tags") } },
    };
    const answer = await api.create({ capabilities, expirySeconds: 91 * day });
    if (answer.status === 400) return answered("refused", answer);
    const lives = member(answer.body, "expirySeconds");
    if (lives === 90 * day) return answered("lives for 90 days", answer);
    return lives === 91 * day ? answered("lives as long as asked", answer) : contradicted(answer);
  },

  "description-characters": async (api) => {
    const { description } = api;
    const underscore = await api.create({ ...smallClient, description: `${description} a_b` });
    const message = "keys: description had invalid characters";
    const dot = await api.create({ ...smallClient, description: `${description} a.b` });
    const colon = await api.create({ ...smallClient, description: `${description} a:b` });
    const isRight =
      underscore.status === 200 && isRefusal(dot, 400, message) && isRefusal(colon, 400, message);
    return confirmedIf(isRight, underscore, dot, colon);
  },

  "description-over-50-is-cut": async (api) => {
    const long = `${api.description} ${"x".repeat(60)}`.slice(0, 60);
    const answer = await api.create({ ...smallClient, description: long });
    if (answer.status === 400) return answered("refused", answer);
    const kept = textAt(answer.body, "description");
    if (kept === long.slice(0, 50)) return answered("cut to 50", answer);
    return kept === long ? answered("kept whole", answer) : contradicted(answer);
  },

  "description-non-ascii": async (api) => {
    const description = `${api.description} \u00e9`;
    const answer = await api.create({ ...smallClient, description });
    if (answer.status === 400) return answered("no", answer);
    const isKept = textAt(answer.body, "description") === description;
    return isKept ? answered("yes", answer) : contradicted(answer);
  },

  "empty-scopes-refused": async (api) => {
    const answer = await api.create({ keyType: "client", scopes: [] });
    const message = "scopes cannot be empty, at least one scope is required for OAuth clients";
    return confirmedIf(isRefusal(answer, 400, message), answer);
  },

  "foreign-member-wording": async (api) => {
    const answer = await api.create({ ...smallClient, issuer: "https://issuer.example.com" });
    return answer.status === 400
      ? answered(textAt(answer.body, "message"), answer)
      : contradicted(answer);
  },

  "put-keeps-the-secret": async (api) => {
    const client = await api.client(["dns:read", "users:read"]);
    const change = await api.put(client.id, { keyType: "client", scopes: ["users:read"] });
    const token = await api.take(client);
    return confirmedIf(change.status === 200 && token.status === 200, change, token);
  },

  "auth-key-cannot-change": async (api) => {
    const { body } = await api.authKey();
    const answer = await api.put(textAt(body, "id"), {
      keyType: "auth",
      capabilities: member(body, "capabilities"),
    });
    return confirmedIf(isRefusal(answer, 400, 'keys of type "auth" can not be updated'), answer);
  },

  "key-type-cannot-change": async (api) => {
    const { body } = await api.created(smallClient);
    const answer = await api.put(textAt(body, "id"), {
      keyType: "federated",
      scopes: ["dns:read"],
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:tailscale/tailscale:environment:tailscope-test",
    });
    const message = 'cannot modify key type, attempting to change from "client" to "federated"';
    return confirmedIf(isRefusal(answer, 400, message), answer);
  },

  "revoked-key-is-readable": async (api) => {
    const { body } = await api.created(smallClient);
    const deletion = await api.delete(textAt(body, "id"));
    const after = await api.get(`/keys/${textAt(body, "id")}`);
    const isRight =
      deletion.status === 200 &&
      after.status === 200 &&
      member(after.body, "invalid") === true &&
      inWholeSeconds.test(textAt(after.body, "revoked"));
    return confirmedIf(isRight, deletion, after);
  },

  "revocation-ends-tokens": async (api) => {
    const client = await api.client(["users:read"]);
    const before = await api.get("/users", client.token);
    await api.delete(client.id);
    const after = await api.get("/users", client.token);
    return confirmedIf(before.status === 200 && after.status === 401, before, after);
  },

  "delete-of-revoked-key": async (api) => {
    const id = textAt((await api.created(smallClient)).body, "id");
    await api.delete(id);
    api.session.adopt(id);
    const again = await api.delete(id);
    api.session.forget(id);
    if (again.status === 404) return answered("404", again);
    return again.status === 200 ? answered("200", again) : contradicted(again);
  },

  "unknown-key-is-404": async (api) => {
    const id = api.session.inventId();
    const answers = [await api.get(`/keys/${id}`)];
    let isRight = answers.every((answer) => isRefusal(answer, 404, "not found"));
    if (api.session.writes) {
      const deletion = await api.delete(id);
      isRight &&= isRefusal(deletion, 404, "key not found");
      answers.push(deletion);
    }
    return confirmedIf(isRight, ...answers);
  },

  "hidden-key-status": async (api) => {
    const { body } = await api.created(smallClient);
    const other = await api.client(["dns:read"]);
    const answer = await api.get(`/keys/${textAt(body, "id")}`, other.token);
    if (answer.status === 403) return answered("403", answer);
    return answer.status === 404 ? answered("404", answer) : contradicted(answer);
  },

  "list-shows-all-kinds": async (api) => {
    const made = [await api.created(smallClient), await api.identity(), await api.authKey()];
    const reader = await api.client(["auth_keys:read", "federated_keys:read", "oauth_keys:read"]);
    const list = await listWith(api, reader.token);
    const entries = entriesOf(list, made);
    const whole = entries.members.filter(
      (key) =>
        textAt(key, "description") !== "" &&
        (listAt(key, "scopes").length > 0 ||
          member(key, "capabilities", "devices", "create", "reusable") === false),
    );
    return confirmedIf(whole.length === made.length, entries);
  },

  "list-shows-active-only": async (api) => {
    const made = [await api.created(smallClient), await api.created(smallClient)] as const;
    await api.delete(textAt(made[1].body, "id"));
    const reader = await api.client(["oauth_keys:read", "auth_keys:read"]);
    const list = await listWith(api, reader.token);
    const isRight = hasEntry(list, made[0]) && !hasEntry(list, made[1]);
    return confirmedIf(isRight, entriesOf(list, made));
  },

  "user-token-list": async (api) => {
    if (api.session.self.kind !== "user")
      throw new NotTestable("it needs a user's API access token as TAILSCALE_API_KEY");
    const maker = await api.client(["oauth_keys", "dns:read"]);
    const own = await api.created(smallClient);
    const theirs = await api.created(smallClient, maker.token);
    const list = await api.get("/keys?all=true");
    const entries = entriesOf(list, [own, theirs]);
    if (list.status !== 200 || !hasEntry(list, own)) return contradicted(list);
    return answered(hasEntry(list, theirs) ? "all" : "the user's own", entries);
  },

  "list-with-one-kind": async (api) => {
    const made = [await api.created(smallClient), await api.identity()] as const;
    const reader = await api.client(["oauth_keys:read"]);
    const answer = await api.get("/keys?all=true", reader.token);
    if (answer.status === 403 || answer.status === 404) return answered("nothing: refused", answer);
    if (answer.status !== 200 || !hasEntry(answer, made[0])) return contradicted(answer);
    const entries = entriesOf(answer, made);
    return answered(hasEntry(answer, made[1]) ? "every kind" : "its own kind", entries);
  },

  "short-lived-tokens-are-listed": async (api) => {
    const reader = await api.client(["all:read"]);
    const list = await listWith(api, reader.token);
    // Its own is among them where any is.
    const members = listAt(list.body, "keys").filter(
      (key) =>
        textAt(key, "keyType") === "api" &&
        textAt(key, "userId") === "" &&
        listAt(key, "scopes").includes("all:read"),
    );
    const part = { answer: list, list: "keys", members: members.slice(0, 1) };
    return answered(members.length > 0 ? "yes" : "no", part);
  },
} satisfies Checks;
