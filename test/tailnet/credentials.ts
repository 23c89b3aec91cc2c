/** The credentials of the tailnet under test: what is there, and the removal of what a run made. */

import { bearer, isMarked, mark, type Session } from "./session.ts";
import { type Answer, listAt, member, textAt, Unanswered } from "./wire.ts";

export interface Listed {
  readonly id: string;
  readonly keyType: string;
  readonly description: string;
  readonly userId: string;
}

/** The active credentials that a token may see, or the answer that shows none. */
export async function listCredentials(
  session: Session,
  token?: string,
): Promise<{ readonly listed: readonly Listed[] } | { readonly refused: Answer }> {
  const answer = await session.send({
    method: "GET",
    path: `/tailnet/${session.tailnet}/keys?all=true`,
    ...(token !== undefined && { authorization: bearer(token) }),
  });
  if (answer.status !== 200) return { refused: answer };
  const listed = listAt(answer.body, "keys").map((key) => ({
    id: textAt(key, "id"),
    keyType: textAt(key, "keyType"),
    description: textAt(key, "description"),
    userId: textAt(key, "userId"),
  }));
  // A one-hour token, which the credential that gave it stands for. fact:
  // short-lived-tokens-are-listed
  return { listed: listed.filter(({ keyType, userId }) => keyType !== "api" || userId !== "") };
}

/**
 * An OAuth client that sees and removes what a user's own token may not: the list of a user's token
 * may show that user's credentials alone. fact: user-token-list
 */
export interface Sweeper {
  readonly id: string;
  readonly token: string;
}

export async function openSweeper(session: Session): Promise<Sweeper | undefined> {
  if (session.self.kind !== "user" || !session.writes) return undefined;
  const path = `/tailnet/${session.tailnet}/keys`;
  const policy = await session.send({ method: "GET", path: `/tailnet/${session.tailnet}/acl` });
  // A client that may remove auth keys must have a tag. Without one there is none that a client
  // made.
  const [tag] = tagOwnersIn(policy).keys();
  const scopes = [
    "oauth_keys",
    "federated_keys",
    tag === undefined ? "auth_keys:read" : "auth_keys",
  ];
  const created = await session.send({
    method: "POST",
    path,
    json: {
      keyType: "client",
      description: `${mark} sweeper`,
      scopes,
      ...(tag !== undefined && { tags: [tag] }),
    },
  });
  const id = textAt(created.body, "id");
  if (created.status !== 200 || id === "") return undefined;
  const given = await session.send({
    method: "POST",
    path: "/oauth/token",
    form: {
      grant_type: "client_credentials",
      client_id: id,
      client_secret: textAt(created.body, "key"),
    },
    authorization: "",
  });
  const token = textAt(given.body, "access_token");
  if (token === "") return undefined;
  await waitUntilUsable(session, ["/keys?all=true"], token);
  return { id, token };
}

/** The tags that the policy file in an answer defines, with the owners of each. */
export function tagOwnersIn(policy: Answer): ReadonlyMap<string, readonly unknown[]> {
  const owners = policy.status === 200 ? member(policy.body, "tagOwners") : undefined;
  if (typeof owners !== "object" || owners === null) return new Map();
  return new Map(Object.entries(owners).map(([tag, list]) => [tag, listAt({ list }, "list")]));
}

/**
 * Asks for the first of `paths` that is not answered with the 404 of a client that is too new, and
 * again until there is one. fact: fresh-client-answers-404
 * @param paths below the tailnet
 * @returns the last answer, and for how long it was waited for, in milliseconds
 */
export async function waitUntilUsable(
  session: Session,
  paths: readonly string[],
  token: string,
): Promise<{ readonly answer: Answer; readonly waited: number }> {
  let waited = 0;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    let last: Answer | undefined;
    for (const path of paths) {
      const request = { method: "GET", path: `/tailnet/${session.tailnet}${path}` } as const;
      last = await session.send({ ...request, authorization: bearer(token) });
      if (last.status !== 404) return { answer: last, waited };
    }
    if (last === undefined) throw new Error("there is nothing to ask for");
    if (waited >= session.clientPatience) {
      // The next client need not be waited for as long.
      session.clientPatience = 0;
      return { answer: last, waited };
    }
    await session.sleep(pause);
    waited += pause;
  }
}

export interface Removal {
  /** How many there were. */
  readonly removed: number;
  /** What is still there, with what the API said. */
  readonly left: ReadonlyMap<string, string>;
}

/** How often what the lists still show is removed again. */
const rounds = 3;

/**
 * Removes all that runs have made: this one, and others that were killed.
 * @param given a sweeper that is open already, and is removed with the rest
 */
export async function removeMarked(session: Session, given?: Sweeper): Promise<Removal> {
  const removed = new Set<string>();
  const left = new Map<string, string>();
  try {
    const sweeper = given ?? (await openSweeper(session));
    await removeInRounds(session, sweeper, removed, left);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    for (const id of session.made) left.set(id, error.message);
  }
  return { removed: removed.size, left };
}

async function removeInRounds(
  session: Session,
  sweeper: Sweeper | undefined,
  removed: Set<string>,
  left: Map<string, string>,
): Promise<void> {
  const tokens = sweeper === undefined ? [undefined] : [undefined, sweeper.token];
  for (let round = 0; round < rounds; round++) {
    for (const token of tokens) await adoptMarked(session, token);
    const ids = [...session.made].filter((id) => id !== sweeper?.id);
    if (ids.length === 0) break;
    for (const id of ids) {
      const refusal = await remove(session, id, tokens);
      if (refusal === undefined) removed.add(id);
      if (refusal === undefined) left.delete(id);
      else left.set(id, refusal);
    }
  }
  // Last, because its token ends with it.
  const refusal = sweeper && (await remove(session, sweeper.id));
  if (sweeper !== undefined && refusal !== undefined) left.set(sweeper.id, refusal);
}

/** Takes what a list shows of earlier runs for our own. */
async function adoptMarked(session: Session, token: string | undefined): Promise<void> {
  const seen = await listCredentials(session, token);
  if ("refused" in seen) return;
  for (const { id, description } of seen.listed) if (isMarked(description)) session.adopt(id);
}

/**
 * Removes one credential.
 * @param tokens those that may be able to, in order; undefined for the run's own
 * @returns what the API said where it is still there
 */
export async function remove(
  session: Session,
  id: string,
  tokens: readonly (string | undefined)[] = [undefined],
): Promise<string | undefined> {
  const path = `/tailnet/${session.tailnet}/keys/${id}`;
  let said = "";
  for (const token of tokens) {
    const authorization = token === undefined ? {} : { authorization: bearer(token) };
    const deletion = await session.send({ method: "DELETE", path, ...authorization });
    if (deletion.status >= 200 && deletion.status <= 299) return undefined;
    said = `${deletion.status} ${textAt(deletion.body, "message")}`;
    // Revoked already, or hidden: a 404 alone does not tell. fact: hidden-key-status
    const now = await session.send({ method: "GET", path, ...authorization });
    if (now.status === 200 && member(now.body, "invalid") === true) {
      session.forget(id);
      return undefined;
    }
  }
  return said;
}
