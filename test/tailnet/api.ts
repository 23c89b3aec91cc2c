/**
 * What the examination of one fact has to work with: requests, credentials of its own, the audit
 * log.
 */

import { tagOwnersIn, waitUntilUsable } from "./credentials.ts";
import { NotTestable } from "./outcome.ts";
import { bearer, mark, randomText, type Self, type Session } from "./session.ts";
import { type Answer, listAt, member, type Request, textAt } from "./wire.ts";

/** An OAuth client that an examination made, and a token with all that it holds. */
export interface Client {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

/** A body of `POST /keys`, without the description, which is the run's. */
export type Body = Readonly<Record<string, unknown>>;

export interface Api {
  readonly session: Session;
  /**
   * How everything begins that this examination makes, for example `"tailscope test
   * expiry-as-asked"`.
   */
  readonly description: string;
  /** Sends a request to the tailnet: as the run, or with `token`. */
  get(path: string, token?: string): Promise<Answer>;
  put(id: string, body: Body, token?: string): Promise<Answer>;
  delete(id: string, token?: string): Promise<Answer>;
  /** Makes a credential, or is refused. It is removed when the examination is over. */
  create(body: Body, token?: string): Promise<Answer>;
  /** The same where the examination goes on only with it. */
  created(body: Body, token?: string): Promise<Answer>;
  /** Makes an OAuth client, and waits until it works. */
  client(scopes: readonly string[], tags?: readonly string[]): Promise<Client>;
  /** The run's own client where it only reads and is one; else a client that it makes. */
  anyClient(): Promise<Client>;
  /** Asks for a token of `client`. A field that is undefined is left out. */
  take(
    client: Pick<Client, "id" | "secret">,
    fields?: Readonly<Record<string, string | undefined>>,
  ): Promise<Answer>;
  /** The same where the examination goes on only with the token. */
  token(
    client: Pick<Client, "id" | "secret">,
    fields?: Readonly<Record<string, string | undefined>>,
  ): Promise<string>;
  /** Makes a federated identity that nobody can log in by. */
  identity(more?: Body): Promise<Answer>;
  /** Makes an auth key, with a tag where the run's credential cannot do without. */
  authKey(more?: Body): Promise<Answer>;
  /** The tags that the policy file defines, with the owners of each. */
  tagOwners(): Promise<ReadonlyMap<string, readonly unknown[]>>;
  /** One of them. */
  tag(): Promise<string>;
  /** Sends a request outside the tailnet, or in a form of its own. */
  send(request: Omit<Request, "authorization"> & { authorization?: string }): Promise<Answer>;
  /** Asks again and again, for as long as the session waits for the audit log, until `isEnough`. */
  logUntil(isEnough: (entries: readonly unknown[]) => boolean): Promise<Answer>;
}

/** @param factId names what the examination makes */
export function openApi(session: Session, factId: string): Api {
  const { tailnet, clock } = session;
  const description = `${mark} ${factId}`;
  const signed = (token?: string) => (token === undefined ? {} : { authorization: bearer(token) });
  const keys = `/tailnet/${tailnet}/keys`;
  let owners: Promise<ReadonlyMap<string, readonly unknown[]>> | undefined;

  const api: Api = {
    session,
    description,
    get: (path, token) =>
      session.send({ method: "GET", path: `/tailnet/${tailnet}${path}`, ...signed(token) }),
    put: (id, body, token) =>
      session.send({
        method: "PUT",
        path: `${keys}/${id}`,
        json: { description, ...body },
        ...signed(token),
      }),
    delete: (id, token) =>
      session.send({ method: "DELETE", path: `${keys}/${id}`, ...signed(token) }),
    async create(body, token) {
      if (!session.writes)
        throw new NotTestable("it makes credentials for this: run it with --write");
      const json = { description, ...body };
      return session.send({ method: "POST", path: keys, json, ...signed(token) });
    },
    async created(body, token) {
      const answer = await api.create(body, token);
      if (answer.status === 200 && textAt(answer.body, "id") !== "") return answer;
      throw new NotTestable("the API refuses the credential that this needs", answer);
    },
    async client(scopes, tags = []) {
      const body = { keyType: "client", scopes, ...(tags.length > 0 && { tags }) };
      const { body: made } = await api.created(body);
      const client = { id: textAt(made, "id"), secret: textAt(made, "key") };
      const token = await api.token(client);
      // Whatever it holds, one of these is not 404.
      const paths = [`/keys/${client.id}`, "/keys"];
      const { answer } = await waitUntilUsable(session, paths, token);
      if (answer.status !== 404) return { ...client, token };
      throw new NotTestable("the OAuth client that this needs does not work yet", answer);
    },
    async anyClient() {
      const { self, writes } = session;
      if (writes) return api.client(["dns:read", "users:read"]);
      if (self.kind === "client") {
        const own = { id: self.id, secret: self.secret };
        return { ...own, token: await api.token(own) };
      }
      throw new NotTestable("it needs an OAuth client: run it as one, or with --write");
    },
    take(client, fields = {}) {
      const form = Object.entries({
        grant_type: "client_credentials",
        client_id: client.id,
        client_secret: client.secret,
        tailnet: client.id === session.self.id ? tokenTailnetOf(session.self) : undefined,
        ...fields,
      }).filter((field): field is [string, string] => field[1] !== undefined);
      return session.send({
        method: "POST",
        path: "/oauth/token",
        form: Object.fromEntries(form),
        authorization: "",
      });
    },
    async token(client, fields) {
      const answer = await api.take(client, fields);
      const token = textAt(answer.body, "access_token");
      if (answer.status === 200 && token !== "") return token;
      throw new NotTestable("the OAuth client that this needs gets no token", answer);
    },
    identity: (more = {}) =>
      api.created({
        keyType: "federated",
        scopes: ["dns:read"],
        issuer: "https://token.actions.githubusercontent.com",
        // An environment that nobody can guess lets nobody in.
        subject: `repo:tailscale/tailscale:environment:${randomText(32)}`,
        ...more,
      }),
    async authKey(more = {}) {
      const tags = session.self.kind === "client" ? { tags: [await api.tag()] } : {};
      return api.created({
        capabilities: { devices: { create: tags } },
        expirySeconds: 300,
        ...more,
      });
    },
    tagOwners() {
      owners ??= api.get("/acl").then((policy) => {
        if (policy.status !== 200) throw new NotTestable("the policy file cannot be read", policy);
        return tagOwnersIn(policy);
      });
      return owners;
    },
    async tag() {
      const [tag] = (await api.tagOwners()).keys();
      if (tag !== undefined) return tag;
      throw new NotTestable(
        'the policy file defines no tag: add "tagOwners": { "tag:one": [], "tag:two": [] }',
      );
    },
    send: (request) => session.send(request),
    async logUntil(isEnough) {
      const began = clock.now();
      for (let pause = 1000; ; pause = Math.min(pause * 2, 10_000)) {
        const log = await readLog(api);
        const isOver = clock.now() - began >= session.logPatience;
        if (isOver || isEnough(listAt(log.body, "logs"))) return log;
        await session.sleep(pause);
      }
    },
  };
  return api;
}

const tokenTailnetOf = (self: Self) => (self.kind === "client" ? self.tokenTailnet : undefined);

const hour = 60 * 60 * 1000;

/** The audit log of the last hours. */
export async function readLog(api: Api, query = ""): Promise<Answer> {
  const answer = await askForLog(api, query);
  if (answer.status !== 200) throw new NotTestable("the audit log cannot be read", answer);
  return answer;
}

export function askForLog(api: Api, query = ""): Promise<Answer> {
  const now = api.session.clock.now();
  // Two clocks are never the same.
  const times = { start: new Date(now - 24 * hour), end: new Date(now + hour) };
  const window = `start=${times.start.toISOString()}&end=${times.end.toISOString()}`;
  return api.get(`/logging/configuration?${window}${query}`);
}

/** Whether an answer says no with this status, and where a message is given, with it. */
export function isRefusal({ status, body }: Answer, expected: number, message?: string): boolean {
  return status === expected && (message === undefined || member(body, "message") === message);
}
