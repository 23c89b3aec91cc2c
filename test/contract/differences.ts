/**
 * How an API could be otherwise than a fact says, one difference a fact: what stands between the
 * examination and the emulator, and answers differently.
 */

import type { EmulatorOptions } from "tailscope-emulator";
import type { ExaminedId } from "../tailnet/facts.ts";
import { bearer } from "../tailnet/session.ts";
import { type Ask, listAt, member, textAt } from "../tailnet/wire.ts";
import { ask } from "./ask";

export interface Sent {
  readonly method: string;
  /** Below `/api/v2`, with the query. */
  readonly path: string;
  readonly authorization: string;
  readonly json: Body;
  readonly form: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

type Body = Readonly<Record<string, unknown>>;

/** Sends a request on as it is, or with another body. */
type Send = (other?: Body | URLSearchParams) => Promise<Got>;

/** Answers a request in the API's place; undefined leaves it to the API. */
export type Difference = (sent: Sent, send: Send) => Promise<Got | undefined> | undefined;

/** One that remembers what it saw is made for each run. */
type Maker = () => Difference;

const answer = (status: number, body: Body = {}): Got => ({ status, headers: {}, body });

const refusal = (status: number, message: string) => Promise.resolve(answer(status, { message }));

/** Changes successful answers to the requests that fit. */
const changed =
  (
    fits: (sent: Sent) => boolean,
    change: (body: Body, sent: Sent) => Body,
    status?: number,
  ): Maker =>
  () =>
  (sent, send) => {
    if (!fits(sent)) return undefined;
    return send().then((got) => ({
      ...got,
      status: status ?? got.status,
      body: change(got.body, sent),
    }));
  };

const isToken = ({ path }: Sent) => path === "/oauth/token";
const isExchange = ({ path }: Sent) => path === "/oauth/token-exchange";
const isCreate = ({ method, path }: Sent) => method === "POST" && path.endsWith("/keys");
const isCreateOf = (kind: string) => (sent: Sent) =>
  isCreate(sent) && (textAt(sent.json, "keyType") || "auth") === kind;
const isPut = ({ method }: Sent) => method === "PUT";
const isList = ({ method, path }: Sent) => method === "GET" && /\/keys(\?|$)/.test(path);
const isUsers = ({ path }: Sent) => path.endsWith("/users");
const isPolicy = ({ path }: Sent) => path.endsWith("/acl");
const isLog = ({ path }: Sent) => path.includes("/logging/");
const idIn = ({ path }: Sent) => /\/keys\/([^/?]+)$/.exec(path)?.[1] ?? "";
const isRead = (sent: Sent) => sent.method === "GET" && idIn(sent) !== "";

/** Another status or message where the API refuses with `status`. */
const otherRefusal =
  (fits: (sent: Sent) => boolean, status: number, other: number, message?: string): Maker =>
  () =>
  (sent, send) =>
    fits(sent)
      ? send().then((got) =>
          got.status === status
            ? { ...got, status: other, ...(message !== undefined && { body: { message } }) }
            : got,
        )
      : undefined;

/** Sends something else where `fits`, which is then accepted. */
const accepted =
  (fits: (sent: Sent) => boolean, other: (json: Body) => Body): Maker =>
  () =>
  (sent, send) =>
    fits(sent) ? send(other(sent.json)) : undefined;

/** Each entry of the log changed. */
const otherEntries = (change: (entry: Body) => Body): Maker =>
  changed(isLog, (body) => ({
    ...body,
    logs: listAt(body, "logs").map((entry) => change(entry as Body)), // As the emulator has them.
  }));

/** Remembers which client each token came from. */
function tokenReader() {
  const clients = new Map<string, string>();
  return {
    read(sent: Sent, got: Got): Got {
      const token = textAt(got.body, "access_token");
      const id = /^tskey-client-(\w+)-/.exec(sent.form["client_secret"] ?? "")?.[1] ?? "";
      if (token !== "") clients.set(bearer(token), id);
      return got;
    },
    clientOf: (authorization: string) => clients.get(authorization),
  };
}

const without = (body: Body, ...names: readonly string[]): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

/** The tags that an auth key is to have. */
const tagsOf = ({ json }: Sent) => listAt(json, "capabilities", "devices", "create", "tags");

const scopesOf = (json: Body) => listAt(json, "scopes");

/** For each fact that is examined and known, an API that contradicts it and nothing else. */
export const differences = {
  "token-answer": changed(isToken, (body) => ({ ...body, expires_in: 7200 })),
  "secret-in-form-or-basic": () => (sent) =>
    isToken(sent) && sent.authorization.startsWith("Basic ") ? refusal(401, "no") : undefined,
  "grant-type-is-optional": () => (sent) =>
    isToken(sent) && !("grant_type" in sent.form) ? refusal(400, "no grant_type") : undefined,
  "client-id-is-ignored": () => (sent) => {
    const { client_id: id = "", client_secret: secret = "" } = sent.form;
    return isToken(sent) && !secret.includes(id) ? refusal(401, "API token invalid") : undefined;
  },
  "bad-secret-is-401": otherRefusal(isToken, 401, 403),
  "unknown-scope-gives-everything": () => (sent) =>
    isToken(sent) && sent.form["scope"] === "tailscope_test_nothing"
      ? refusal(403, "there is no such scope")
      : undefined,
  "narrowing-beyond-is-403": otherRefusal(
    (sent) => isToken(sent) && sent.form["scope"] === "users:read",
    403,
    400,
  ),
  "tokens-keep-their-scopes": () => {
    const tokens = tokenReader();
    const smaller = new Set<string>();
    return (sent, send) => {
      if (isToken(sent)) return send().then((got) => tokens.read(sent, got));
      if (isPut(sent) && !scopesOf(sent.json).includes("users:read")) smaller.add(idIn(sent));
      const client = tokens.clientOf(sent.authorization);
      const isOver = isUsers(sent) && client !== undefined && smaller.has(client);
      return isOver ? refusal(404, "not found") : undefined;
    };
  },
  "token-answer-has-client-tags": changed(
    (sent) => isToken(sent) && sent.form["tags"] === undefined,
    (body) => without(body, "tags"),
  ),
  "exchange-unknown-client-is-400": otherRefusal(isExchange, 400, 401),
  "exchange-refused-token-is-403": otherRefusal(isExchange, 403, 401),
  "federated-id-and-audience": changed(
    () => true,
    (body) => {
      const audience = textAt(body, "audience");
      return audience === "" ? body : { ...body, audience: `of-${audience}` };
    },
  ),
  "reserved-claims-refused": accepted(
    (sent) => ["sub", "iss", "aud"].some((claim) => member(sent.json, "customClaimRules", claim)),
    (json) => without(json, "customClaimRules"),
  ),
  "scope-catalogue": () => (sent) =>
    isCreate(sent) && scopesOf(sent.json).includes("services:read")
      ? refusal(400, "invalid scopes: [services:read]")
      : undefined,
  "older-scope-names": () => (sent) =>
    isCreate(sent) && scopesOf(sent.json).includes("acl:read")
      ? refusal(400, "invalid scopes: [acl:read]")
      : undefined,
  "older-name-needs-all": () => (sent, send) => {
    if (!isToken(sent) || sent.form["scope"] !== "devices:read") return undefined;
    const { client_id = "", client_secret = "" } = sent.form;
    return send(new URLSearchParams({ client_id, client_secret }));
  },
  "scopes-beyond-maker-refused": otherRefusal(isCreate, 403, 403, "no"),
  "users-without-scope-is-404": () => {
    const tokens = tokenReader();
    const readers = new Set<string>();
    return (sent, send) => {
      if (isToken(sent)) return send().then((got) => tokens.read(sent, got));
      if (isCreate(sent) && scopesOf(sent.json).includes("users:read"))
        return send().then((got) => {
          readers.add(textAt(got.body, "id"));
          return got;
        });
      const client = tokens.clientOf(sent.authorization);
      const isLess = isUsers(sent) && client !== undefined && !readers.has(client);
      return isLess ? refusal(403, "no") : undefined;
    };
  },
  "tags-mandatory-with-scopes": accepted(
    (sent) => isCreate(sent) && scopesOf(sent.json)[0] === "devices:core",
    (json) => ({ ...json, scopes: ["devices:core:read"] }),
  ),
  "trust-credential-key-needs-tags": otherRefusal(
    (sent) => isCreateOf("auth")(sent) && "capabilities" in sent.json && tagsOf(sent).length === 0,
    400,
    400,
    "tags, please",
  ),
  "exact-tags-or-owned": () => {
    let whole: readonly unknown[] = [];
    return (sent, send) => {
      const isMaker = isCreate(sent) && listAt(sent.json, "tags").length === 2;
      if (isMaker) whole = listAt(sent.json, "tags");
      const wanted = tagsOf(sent);
      const isPart = whole.length === 2 && wanted.length === 1;
      whole = isPart ? [] : whole;
      const create = { tags: [...new Set([...wanted, "tag:ci", "tag:dev"])] };
      return isPart && isCreateOf("auth")(sent)
        ? send({ ...sent.json, capabilities: { devices: { create } } })
        : undefined;
    };
  },
  "tags-beyond-maker-refused": accepted(
    (sent) => listAt(sent.json, "tags").includes("tag:tailscope-test-nowhere"),
    (json) => without(json, "tags"),
  ),
  "all-asks-for-tags": () => (sent) =>
    isToken(sent) && sent.form["tags"] !== undefined ? refusal(400, "no tags") : undefined,
  "own-key-is-readable": () => {
    const tokens = tokenReader();
    return (sent, send) => {
      if (isToken(sent)) return send().then((got) => tokens.read(sent, got));
      const isOwn = isRead(sent) && tokens.clientOf(sent.authorization) === idIn(sent);
      return isOwn ? refusal(404, "not found") : undefined;
    };
  },
  "secrets-hold-the-id": changed(isCreateOf("auth"), (body) => ({
    ...body,
    ...("key" in body && { key: "tskey-auth-opaque" }),
  })),
  "secret-is-shown-once": changed(isRead, (body) => ({ ...body, key: "tskey-client-again" })),
  "times-in-whole-seconds": changed(isCreate, (body) => ({
    ...body,
    ...("created" in body && { created: new Date(0).toISOString() }),
  })),
  "trust-credentials-do-not-expire": changed(isCreateOf("client"), (body) => ({
    ...body,
    expires: "2027-01-01T00:00:00Z",
  })),
  "empty-lists-left-out": changed(isCreateOf("client"), (body) => ({ tags: [], ...body })),
  "capabilities-flags-always-there": changed(isCreateOf("auth"), (body) => {
    if (!("capabilities" in body)) return body;
    const create = { reusable: false, ephemeral: false };
    return { ...body, capabilities: { devices: { create } } };
  }),
  "auth-key-needs-capabilities": otherRefusal(
    (sent) => isCreateOf("auth")(sent) && !("capabilities" in sent.json),
    400,
    400,
    "what may it do?",
  ),
  "expiry-as-asked": changed(
    (sent) => isCreateOf("auth")(sent) && !("expirySeconds" in sent.json),
    (body) => ({ ...body, expirySeconds: 30 * 24 * 60 * 60 }),
  ),
  "description-characters": () => (sent) =>
    isCreate(sent) && textAt(sent.json, "description").includes("_")
      ? refusal(400, "keys: description had invalid characters")
      : undefined,
  "empty-scopes-refused": otherRefusal(
    (sent) => isCreateOf("client")(sent) && scopesOf(sent.json).length === 0,
    400,
    400,
    "no scopes",
  ),
  "put-replaces-everything": () => {
    const rules = new Map<string, unknown>();
    return (sent, send) => {
      if (isCreateOf("federated")(sent))
        return send().then((got) => {
          rules.set(textAt(got.body, "id"), member(got.body, "customClaimRules"));
          return got;
        });
      if (!isPut(sent) || !rules.has(idIn(sent))) return undefined;
      return send({ customClaimRules: rules.get(idIn(sent)), ...sent.json });
    };
  },
  "put-keeps-the-secret": () => {
    const changedClients = new Set<string>();
    return (sent) => {
      if (isPut(sent)) changedClients.add(idIn(sent));
      const secret = sent.form["client_secret"] ?? "";
      const isOld = isToken(sent) && [...changedClients].some((id) => secret.includes(id));
      return isOld ? refusal(401, "API token invalid") : undefined;
    };
  },
  "auth-key-cannot-change": () => (sent) =>
    isPut(sent) && textAt(sent.json, "keyType") === "auth"
      ? Promise.resolve(answer(200, { id: idIn(sent) }))
      : undefined,
  "key-type-cannot-change": otherRefusal(
    (sent) => isPut(sent) && textAt(sent.json, "keyType") === "federated",
    400,
    400,
    "no",
  ),
  "revoked-key-is-readable": () => (sent, send) =>
    isRead(sent)
      ? send().then((got) => (got.body["invalid"] ? answer(404, { message: "not found" }) : got))
      : undefined,
  "revocation-ends-tokens": otherRefusal(isUsers, 401, 200),
  "unknown-key-is-404": otherRefusal(isRead, 404, 404, "no such key"),
  "list-shows-all-kinds": changed(isList, (body) => ({
    ...body,
    ...("keys" in body && {
      keys: listAt(body, "keys").map(
        (key) => (textAt(key, "keyType") === "client" ? without(key as Body, "scopes") : key), // As the emulator has them.
      ),
    }),
  })),
  "list-shows-active-only": () => {
    const revoked: string[] = [];
    return (sent, send) => {
      if (sent.method === "DELETE") revoked.push(idIn(sent));
      if (!isList(sent)) return undefined;
      const gone = () => revoked.map((id) => ({ id, keyType: "client", userId: "u1" }));
      return send().then((got) => {
        if (got.status !== 200) return got;
        return { ...got, body: { keys: [...listAt(got.body, "keys"), ...gone()] } };
      });
    };
  },
  "policy-file-as-json": () => (sent, send) =>
    isPolicy(sent) ? send().then((got) => ({ ...got, headers: {} })) : undefined,
  "policy-read-needs-device-scopes": () => (sent, send) =>
    isPolicy(sent) ? send().then((got) => (got.status === 403 ? answer(200, {}) : got)) : undefined,
  "validate-answers": () => (sent, send) =>
    sent.path.endsWith("/acl/validate")
      ? send().then((got) => ("message" in got.body ? { ...got, status: 400 } : got))
      : undefined,
  "audit-tailnet-id": changed(isLog, (body) => ({
    ...without(body, "tailnetId"),
    tailnet: body["tailnetId"],
  })),
  "audit-filters": () => (sent) =>
    isLog(sent) && sent.path.includes("&target=")
      ? Promise.resolve(answer(200, { version: "1.1", tailnetId: "t", logs: null }))
      : undefined,
  "use-is-logged-as-token-create": otherEntries((entry) =>
    textAt(entry, "target", "type") === "OAUTH_ACCESS_TOKEN"
      ? { ...entry, action: "LOGIN" }
      : entry,
  ),
  "audit-actor-of-credentials": otherEntries((entry) =>
    textAt(entry, "actor", "type") === "OAUTH_CLIENT"
      ? { ...entry, actor: { ...(entry["actor"] as Body), displayName: "deployer" } }
      : entry,
  ),
  "audit-create-of-auth-key": otherEntries((entry) =>
    textAt(entry, "target", "name") === "Auth key" && entry["action"] === "CREATE"
      ? { ...entry, target: { ...(entry["target"] as Body), name: "ci" } }
      : entry,
  ),
  "audit-revoke-has-no-old": otherEntries((entry) =>
    entry["action"] === "REVOKE" ? { ...entry, old: { description: "ci" } } : entry,
  ),
  "errors-have-a-message": () => (sent) =>
    sent.path.includes("/tailscope-test-")
      ? Promise.resolve(answer(403, { error: "forbidden" }))
      : undefined,
  "request-id-header": () => (sent, send) =>
    isRead(sent) ? send().then((got) => ({ ...got, headers: {} })) : undefined,
  "dash-is-own-tailnet": () => (sent) =>
    /^\/tailnet\/T\w+CNTRL\/users$/.test(sent.path) ? refusal(404, "not found") : undefined,
} as const satisfies Partial<Record<ExaminedId, Maker>>;

const ninetyDays = 90 * 24 * 60 * 60;

const isTooLong = (sent: Sent) => Number(member(sent.json, "expirySeconds")) > ninetyDays;

/** Whether a PUT wants another kind of credential. */
const isKindChange = (sent: Sent) => textAt(sent.json, "subject").endsWith(":tailscope-test");

/** Another list for a client that holds `oauth_keys:read` alone. */
function oneKindList(change: (got: Got, others: readonly unknown[]) => Got): Maker {
  return () => {
    const readers = new Set<string>();
    const tokens = tokenReader();
    const others: unknown[] = [];
    return (sent, send) => {
      if (isToken(sent)) return send().then((got) => tokens.read(sent, got));
      if (isCreate(sent))
        return send().then((got) => {
          const isReader =
            isNamed("list-with-one-kind")(sent) && scopesOf(sent.json)[0] === "oauth_keys:read";
          if (isReader) readers.add(textAt(got.body, "id"));
          if (isCreateOf("federated")(sent)) others.push(got.body);
          return got;
        });
      const reader = tokens.clientOf(sent.authorization);
      if (!isList(sent) || reader === undefined || !readers.has(reader)) return undefined;
      return send().then((got) => change(got, others));
    };
  };
}

/**
 * An answer to an open question: switches of the emulator that give it, or what stands in between.
 */
export interface Otherwise {
  readonly strictness?: Exclude<EmulatorOptions["strictness"], string>;
  readonly rewriteGithubSubjects?: boolean;
  readonly difference?: Maker;
}

type OpenAnswers = Readonly<Record<string, Otherwise>>;

/** What nobody is prepared for. */
const unprepared = "contradicted";

const scopeAnswer = (scope: string): Maker =>
  changed(
    (sent) => isToken(sent) && (sent.form["scope"] ?? "").endsWith(" tailscope_test_nothing"),
    (body) => ({ ...body, scope }),
  );

const isNamed = (part: string) => (sent: Sent) =>
  isCreate(sent) && textAt(sent.json, "description").includes(part);

const isDeletionOfRevoked = () => {
  const deleted = new Set<string>();
  return (sent: Sent) => {
    if (sent.method !== "DELETE") return false;
    if (deleted.has(idIn(sent))) return true;
    deleted.add(idIn(sent));
    return false;
  };
};

/** Answers the second deletion of the same credential with `status`. */
const secondDeletion =
  (status: number): Maker =>
  () => {
    const isSecond = isDeletionOfRevoked();
    return (sent) => (isSecond(sent) ? refusal(status, "key not found") : undefined);
  };

/** Refuses what a token that is less than its client asks of another's key. */
const hiddenKey = (status: number): Maker => otherRefusal(isRead, 403, status, "no");

const newKeyOf = (value: unknown) =>
  otherEntries((entry) =>
    entry["action"] === "CREATE" && textAt(entry, "target", "name") === "OAuth client"
      ? { ...entry, new: value }
      : entry,
  );

/**
 * For each open question every answer that Tailscope is prepared for, and one that it is not, where
 * there is such a one.
 */
export const openAnswers = {
  "unknown-scope-beside-known": {
    "everything that the client holds": {},
    "the known ones": { difference: scopeAnswer("dns:read") },
    "no token: refused": {
      difference: () => (sent) =>
        (sent.form["scope"] ?? "").endsWith(" tailscope_test_nothing")
          ? refusal(403, "there is no such scope")
          : undefined,
    },
    [unprepared]: { difference: scopeAnswer("all") },
  },
  "narrowing-refusal-names": {
    "those that are beyond": { strictness: { narrowingRefusalNames: "beyond" } },
    "all that were asked for": { strictness: { narrowingRefusalNames: "all" } },
    [unprepared]: {
      difference: otherRefusal(
        (sent) => isToken(sent) && sent.form["scope"] === "dns:read users:read",
        403,
        403,
        "no",
      ),
    },
  },
  "write-narrows-to-read": {
    yes: { strictness: { writeNarrowsToRead: true } },
    no: { strictness: { writeNarrowsToRead: false } },
    [unprepared]: {
      strictness: { writeNarrowsToRead: true },
      difference: changed(
        (sent) => isToken(sent) && sent.form["scope"] === "dns:read",
        (body) => ({ ...body, scope: "dns" }),
      ),
    },
  },
  "fresh-client-answers-404": {
    yes: { strictness: { freshClientMilliseconds: 0 } },
    "404 at first": { strictness: { freshClientMilliseconds: 20_000 } },
  },
  "put-without-audience": {
    "keeps it": { strictness: { putWithoutAudience: "keeps" } },
    "makes a new one": {
      difference: () => {
        const changedOnes = new Set<string>();
        return (sent, send) => {
          if (isPut(sent) && !("audience" in sent.json)) changedOnes.add(idIn(sent));
          if (!isRead(sent) || !changedOnes.has(idIn(sent))) return undefined;
          return send().then((got) => ({ ...got, body: { ...got.body, audience: "another" } }));
        };
      },
    },
    "empties it": { strictness: { putWithoutAudience: "empties" } },
    [unprepared]: {
      difference: otherRefusal(
        (sent) =>
          isPut(sent) &&
          !("audience" in sent.json) &&
          textAt(sent.json, "keyType") === "federated" &&
          !isKindChange(sent),
        200,
        400,
      ),
    },
  },
  "github-subject-rewrite": {
    no: {},
    yes: { rewriteGithubSubjects: true },
    [unprepared]: {
      difference: changed(isNamed("github-subject"), (body) => ({ ...body, subject: "repo:*" })),
    },
  },
  "narrowed-all-gives-any-tag": {
    yes: { strictness: { narrowedAllGivesAnyTag: true } },
    no: { strictness: { narrowedAllGivesAnyTag: false } },
    [unprepared]: {
      strictness: { narrowedAllGivesAnyTag: true },
      difference: otherRefusal(
        (sent) => isCreateOf("auth")(sent) && isNamed("narrowed-all")(sent),
        200,
        403,
      ),
    },
  },
  "expiry-over-90-days": {
    refused: {},
    "lives for 90 days": {
      difference: accepted(isTooLong, (json) => ({ ...json, expirySeconds: ninetyDays })),
    },
    "lives as long as asked": {
      difference: () => (sent, send) =>
        isTooLong(sent)
          ? send({ ...sent.json, expirySeconds: 300 }).then((got) => ({
              ...got,
              body: { ...got.body, expirySeconds: 91 * 24 * 60 * 60 },
            }))
          : undefined,
    },
    [unprepared]: {
      difference: accepted(isTooLong, (json) => ({ ...json, expirySeconds: 60 })),
    },
  },
  "description-over-50-is-cut": {
    "cut to 50": {},
    refused: { difference: otherRefusal(isNamed("-50-"), 200, 400) },
    "kept whole": {
      difference: changed(isNamed("-50-"), (body, { json }) => ({
        ...body,
        description: textAt(json, "description"),
      })),
    },
    [unprepared]: {
      difference: changed(isNamed("-50-"), (body) => ({ ...body, description: "tailscope" })),
    },
  },
  "description-non-ascii": {
    yes: {},
    no: { difference: otherRefusal(isNamed("\u00e9"), 200, 400) },
    [unprepared]: {
      difference: changed(isNamed("\u00e9"), (body) => ({ ...body, description: "e" })),
    },
  },
  "foreign-member-wording": {
    'keys: issuer cannot be set for a key of type "client"': {},
    "no issuer here": {
      difference: otherRefusal(isNamed("foreign"), 400, 400, "no issuer here"),
    },
    [unprepared]: {
      difference: accepted(isNamed("foreign"), (json) => without(json, "issuer")),
    },
  },
  "delete-of-revoked-key": {
    "200": {},
    "404": { difference: secondDeletion(404) },
    [unprepared]: { difference: secondDeletion(409) },
  },
  "hidden-key-status": {
    "403": { strictness: { hiddenKey: 403 } },
    "404": { strictness: { hiddenKey: 404 } },
    [unprepared]: { strictness: { hiddenKey: 403 }, difference: hiddenKey(400) },
  },
  "user-token-list": {
    all: { strictness: { userTokensList: "all" } },
    "the user's own": { strictness: { userTokensList: "own" } },
    [unprepared]: {
      difference: () => {
        // Only what the beginning of a run looks at is there.
        let made = 0;
        return (sent, send) => {
          if (isNamed("user-token-list")(sent)) made++;
          if (made < 3 || !isList(sent)) return undefined;
          made = 0;
          return send().then((got) => ({ ...got, body: { keys: [] } }));
        };
      },
    },
  },
  "list-with-one-kind": {
    "its own kind": {},
    "nothing: refused": { difference: oneKindList(() => answer(403, { message: "no" })) },
    "every kind": {
      difference: oneKindList((got, others) => ({
        ...got,
        body: { keys: [...listAt(got.body, "keys"), ...others] },
      })),
    },
    [unprepared]: { difference: oneKindList((got) => ({ ...got, body: { keys: [] } })) },
  },
  "short-lived-tokens-are-listed": {
    no: { strictness: { listsTokens: false } },
    yes: { strictness: { listsTokens: true } },
  },
  "audit-names-of-other-kinds": {
    "OAuth client": {},
    ci: {
      difference: otherEntries((entry) =>
        textAt(entry, "target", "name") === "OAuth client"
          ? { ...entry, target: { ...(entry["target"] as Body), name: "ci" } }
          : entry,
      ),
    },
    [unprepared]: {
      difference: otherEntries((entry) =>
        textAt(entry, "target", "name") === "OAuth client"
          ? { ...entry, target: { ...(entry["target"] as Body), name: "" } }
          : entry,
      ),
    },
  },
  "audit-new-of-trust-credentials": {
    yes: {},
    no: { difference: newKeyOf(undefined) },
  },
  "client-update-is-logged": {
    yes: { strictness: { logsUpdates: true } },
    "no entry": { strictness: { logsUpdates: false } },
    "MODIFY on API_KEY": {
      strictness: { logsUpdates: true },
      difference: otherEntries((entry) =>
        entry["action"] === "UPDATE" ? { ...entry, action: "MODIFY" } : entry,
      ),
    },
  },
  "wrong-tailnet-status": {
    "403": {},
    "404": {
      difference: otherRefusal((sent) => sent.path.includes("/tailscope-test-"), 403, 404),
    },
    [unprepared]: {
      difference: otherRefusal((sent) => sent.path.includes("/tailscope-test-"), 403, 400),
    },
  },
} as const satisfies Partial<Record<ExaminedId, OpenAnswers>>;

/** What asks the API with a difference. */
export function differently(make: Maker): Ask {
  const difference = make();
  return async (input, init) => {
    const url = new URL(input);
    const text = init.body ?? "";
    const isForm = url.pathname.startsWith("/api/v2/oauth/");
    const sent: Sent = {
      method: init.method,
      path: url.pathname.slice("/api/v2".length) + url.search,
      authorization: init.headers["authorization"] ?? "",
      json: isForm ? {} : parse(text),
      form: isForm ? Object.fromEntries(new URLSearchParams(text)) : {},
      text,
    };
    const send: Send = async (other) => {
      const body = other instanceof URLSearchParams ? other.toString() : JSON.stringify(other);
      const response = await ask(input, body === undefined ? init : { ...init, body });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: parse(await response.text()),
      };
    };
    const { status, headers: answered, body } = (await difference(sent, send)) ?? (await send());
    const { "content-length": _, ...kept } = answered;
    return { status, headers: Object.entries(kept), text: async () => JSON.stringify(body) };
  };
}

/** An object, as all answers of the API are; an empty one where there is none. */
function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
