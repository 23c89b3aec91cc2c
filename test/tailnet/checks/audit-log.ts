/**
 * What the audit log has of a client and an auth key: both are made, used, changed and revoked
 * once, and all examinations here look at the same entries.
 */

import { type Api, readLog } from "../api.ts";
import type { Checks } from "../check.ts";
import { answered, confirmedIf, contradicted, NotTestable, type Part } from "../outcome.ts";
import type { Session } from "../session.ts";
import { type Answer, listAt, member, textAt } from "../wire.ts";

interface Story {
  readonly clientId: string;
  readonly keyId: string;
  readonly keyDescription: string;
  /** The last answer with the log. */
  readonly log: Answer;
}

const stories = new WeakMap<Session, Promise<Story>>();

/** The one story of a run. */
function storyOf(api: Api): Promise<Story> {
  const known = stories.get(api.session);
  if (known !== undefined) return known;
  const story = tell(api);
  stories.set(api.session, story);
  return story;
}

async function tell(api: Api): Promise<Story> {
  // Who may not read the log need not make anything for it.
  await readLog(api);
  const key = await api.authKey();
  const keyId = textAt(key.body, "id");
  const client = await api.client(["dns:read", "users:read"]);
  await api.put(client.id, { keyType: "client", scopes: ["dns:read"] });
  await api.delete(keyId);
  const steps = [
    (entry: unknown) => target(entry) === keyId && isAction(entry, "CREATE"),
    (entry: unknown) => target(entry) === keyId && !isAction(entry, "CREATE"),
    (entry: unknown) => actor(entry) === client.id,
    (entry: unknown) => target(entry) === client.id && isAction(entry, "CREATE"),
    (entry: unknown) => isChange(entry, client.id),
  ];
  const log = await api.logUntil((entries) => steps.every((step) => entries.some(step)));
  return { clientId: client.id, keyId, keyDescription: textAt(key.body, "description"), log };
}

const target = (entry: unknown) => textAt(entry, "target", "id");
const actor = (entry: unknown) => textAt(entry, "actor", "id");
const isAction = (entry: unknown, action: string) => textAt(entry, "action") === action;

/** Whether an entry is about the client, and neither its creation nor its use. */
const isChange = (entry: unknown, clientId: string) =>
  target(entry) === clientId && actor(entry) !== clientId && !isAction(entry, "CREATE");

/** An entry of the log, for the report and the samples. */
interface Found {
  readonly entry: unknown;
  readonly part: Part;
}

/** The first that fits, or the end of the examination. */
function find(log: Answer, what: string, fits: (entry: unknown) => boolean): Found {
  const entry = listAt(log.body, "logs").find(fits);
  if (entry === undefined)
    throw new NotTestable(`the log does not have ${what} yet: wait longer with --wait`);
  return { entry, part: { answer: log, list: "logs", members: [entry] } };
}

export const auditLog = {
  "audit-filters": async (api) => {
    const { keyId, log } = await storyOf(api);
    find(log, "an auth key that was made", (entry) => target(entry) === keyId);
    const part = keyId.slice(1, -1);
    const answer = await readLog(api, `&target=${encodeURIComponent(part)}`);
    const members = listAt(answer.body, "logs");
    const isRight = members.length > 0 && members.every((entry) => target(entry) === keyId);
    return confirmedIf(isRight, { answer, list: "logs", members });
  },

  "use-is-logged-as-token-create": async (api) => {
    const { entry, part } = await useOfClient(api);
    const isRight =
      isAction(entry, "CREATE") && textAt(entry, "target", "type") === "OAUTH_ACCESS_TOKEN";
    return confirmedIf(isRight, part);
  },

  "audit-actor-of-credentials": async (api) => {
    const { entry, part } = await useOfClient(api);
    const isRight =
      textAt(entry, "actor", "displayName") === "OAuth client" &&
      textAt(entry, "actor", "loginName") === "";
    return confirmedIf(isRight, part);
  },

  "audit-create-of-auth-key": async (api) => {
    const { keyId, keyDescription, log } = await storyOf(api);
    const isCreation = (entry: unknown) => target(entry) === keyId && isAction(entry, "CREATE");
    const { entry, part } = find(log, "an auth key that was made", isCreation);
    const isRight =
      textAt(entry, "target", "type") === "API_KEY" &&
      textAt(entry, "target", "name") === "Auth key" &&
      textAt(entry, "new", "description") === keyDescription;
    return confirmedIf(isRight, part);
  },

  "audit-revoke-has-no-old": async (api) => {
    const { keyId, log } = await storyOf(api);
    const isEnd = (entry: unknown) => target(entry) === keyId && !isAction(entry, "CREATE");
    const { entry, part } = find(log, "an auth key that was revoked", isEnd);
    const isRight =
      isAction(entry, "REVOKE") &&
      textAt(entry, "target", "type") === "API_KEY" &&
      [member(entry, "old"), member(entry, "new")].every((value) => value == null);
    return confirmedIf(isRight, part);
  },

  "audit-names-of-other-kinds": async (api) => {
    const { entry, part } = await clientCreation(api);
    const name = textAt(entry, "target", "name");
    return name === "" ? contradicted(part) : answered(name, part);
  },

  "audit-new-of-trust-credentials": async (api) => {
    const { entry, part } = await clientCreation(api);
    const made = JSON.stringify(member(entry, "new") ?? null);
    return answered(made.includes("dns:read") ? "yes" : "no", part);
  },

  "client-update-is-logged": async (api) => {
    const { clientId, log } = await storyOf(api);
    await clientCreation(api);
    const entries = listAt(log.body, "logs");
    const entry = entries.find((one) => isChange(one, clientId));
    if (entry === undefined) return answered("no entry");
    const part = { answer: log, list: "logs", members: [entry] };
    const how = `${textAt(entry, "action")} on ${textAt(entry, "target", "type")}`;
    return answered(how === "UPDATE on API_KEY" ? "yes" : how, part);
  },
} satisfies Checks;

/** What a client did: one that this run made; where it makes none, the run's own. */
async function useOfClient(api: Api): Promise<Found> {
  const { self, writes } = api.session;
  const what = "anything that an OAuth client did";
  if (writes) {
    const { clientId, log } = await storyOf(api);
    return find(log, what, (entry) => actor(entry) === clientId);
  }
  if (self.kind === "user")
    throw new NotTestable("it needs an OAuth client: run it as one, or with --write");
  const isOwn = (entry: unknown) => actor(entry) === self.id;
  return find(await api.logUntil((entries) => entries.some(isOwn)), what, isOwn);
}

async function clientCreation(api: Api): Promise<Found> {
  const { clientId, log } = await storyOf(api);
  const isCreation = (entry: unknown) => target(entry) === clientId && isAction(entry, "CREATE");
  return find(log, "an OAuth client that was made", isCreation);
}
