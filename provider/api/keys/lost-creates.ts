/**
 * Handles creates whose answer is lost. The credential may then exist and be valid although nobody
 * knows of it. So after such a failure we look for it, and revoke it before we send the create
 * again. If it may be somebody else's, we revoke nothing.
 *
 * In this file, a create is *lost* if it failed but may have taken effect, and an *orphan* is the
 * credential that it created. Two credentials are *alike* if the same arguments created them; their
 * *likeness* is a text that is then the same.
 */

import { getFirstLine } from "../../access/error-text";
import { longestAuthKeyLifetime } from "../../access/lifetime";
import {
  AnswerNotUnderstood,
  isCreate,
  LostCreate,
  Redirected,
  ServerFailed,
  TailscaleError,
  Unreachable,
} from "../errors";
import { defineSchema } from "../lazy-schema";
import { isActive, type Key, type KeyType, keySchema } from "./key";

/** What looking for an orphan requires. */
export interface LostCreateLookup {
  /** Every active key of the tailnet, as of now; undefined if we may not list them. */
  list(): Promise<readonly Key[] | undefined>;
  /** One key with all its fields, because some lists have only ids. */
  find(keyType: KeyType, id: string): Promise<Key | undefined>;
  revoke(keyType: KeyType, id: string): Promise<void>;
  /** The time of Tailscale's clock at `time` of ours; both in milliseconds since 1970. */
  serverTime(time: number): number;
  /**
   * Whether a trust credential creates here. A key that it created names no user:
   * https://tailscale.com/api#tag/keys (`userId`).
   */
  readonly isTrustCredential: boolean;
  /** Ids that are in the state, and those that this run created. They are never orphans. */
  readonly known: Set<string>;
}

/** A create: its arguments, and how to send it. */
export interface Creation {
  readonly keyType: KeyType;
  readonly body: Readonly<Record<string, unknown>>;
  send(): Promise<Key>;
}

/** How often a create is sent at most. */
const attempts = 3;

/** Tailscale gives times, and with them its clock, in whole seconds. */
const toleranceMilliseconds = 2000;

const lookYourself =
  "`tailscope inventory --unmanaged` lists what no stack manages: revoke what nobody needs, then run the same command again.";

export type SafeCreate = (creation: Creation) => Promise<Key>;

/**
 * Returns the function that creates keys for one client. Each create ends in one of these ways:
 *
 * ```text
 * send -- answered ----------------------------> done
 *   |                                            (a late orphan of an earlier attempt is revoked)
 *   +-- refused, or never sent ----------------> that error
 *   |
 *   +-- lost -- list active keys -- not allowed -> LostCreate: the person has to look
 *                 |
 *                 +-- no candidate ------------> send again, three times at most
 *                 +-- no more than were lost --> revoke one, and send again
 *                 +-- more than were lost -----> LostCreate: names them, revokes none
 * ```
 *
 * A candidate is alike, was created during the request, and is not known to this run. Two rules
 * keep creates that run at the same time from mistaking each other's key for an orphan: only one
 * create looks at a time, and it looks once no request for one alike is under way.
 */
export function createSafeCreate(lookup: LostCreateLookup): SafeCreate {
  // By likeness: the requests under way, and how many lost creates still have to be looked for.
  const underWay = new Map<string, Set<Promise<unknown>>>();
  const lost = new Map<string, number>();
  let turn: Promise<unknown> = Promise.resolve();

  /** Runs one at a time, so that no two creates revoke for the same orphan. */
  function runInTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = turn.then(work, work);
    turn = done.catch(() => {});
    return done;
  }

  async function sendTracked(likeness: string, send: () => Promise<Key>): Promise<Key> {
    const request = send();
    const others = underWay.get(likeness) ?? new Set();
    underWay.set(likeness, others.add(request));
    try {
      const made = await request;
      lookup.known.add(made.id);
      return made;
    } finally {
      others.delete(request);
    }
  }

  /** Waits until no request for one alike is under way: then all keys of this run are known. */
  async function waitUntilIdle(likeness: string): Promise<void> {
    for (let open = underWay.get(likeness); open !== undefined && open.size > 0; )
      await Promise.allSettled(open);
  }

  /**
   * Revokes the orphan of a lost create, if there is one.
   * @param error why the create was lost
   * @returns the orphan's id
   * @throws {@link LostCreate} if it cannot be found or revoked
   */
  async function revokeOrphan(
    creation: Creation,
    likeness: string,
    since: number,
    error: Error,
  ): Promise<string | undefined> {
    let found: readonly Key[] | undefined;
    try {
      found = await findCandidates(lookup, creation, since);
    } catch (reason) {
      throw new LostCreate(
        error,
        `whether it did is not known (${getFirstLine(reason)})`,
        lookYourself,
      );
    }
    if (found === undefined) {
      throw new LostCreate(
        error,
        "whether it did is not known, because the deployer may not list credentials",
        lookYourself,
      );
    }
    // A key that was created while we listed is known by now, or counts as lost itself.
    await waitUntilIdle(likeness);
    found = found.filter(({ id }) => !lookup.known.has(id));
    if (found.length > (lost.get(likeness) ?? 0)) {
      const ids = found.map(({ id }) => id);
      const alike = `each of these was created at the same time with the same arguments: ${ids.join(", ")}`;
      throw new LostCreate(error, alike, `Nothing was revoked. ${lookYourself}`, ids);
    }
    const [ours] = found;
    if (ours === undefined) return undefined;
    try {
      await lookup.revoke(creation.keyType, ours.id);
    } catch (reason) {
      throw new LostCreate(
        error,
        `it created ${ours.id}, which could not be revoked (${getFirstLine(reason)})`,
        lookYourself,
        [ours.id],
      );
    }
    return ours.id;
  }

  return async (creation) => {
    const likeness = describeLikeness(creation.keyType, creation.body);
    const startedAt = Date.now();
    let isLate = false;
    for (let tried = 1; ; tried++) {
      const since = Date.now();
      try {
        const made = await sendTracked(likeness, creation.send);
        // An earlier attempt may have taken effect only after we looked. Whatever fails here must
        // not cost us the key that we have.
        if (isLate)
          await runInTurn(() => revokeLateOrphan(creation, likeness, startedAt)).catch(() => {});
        return made;
      } catch (error) {
        if (!mayHaveTakenEffect(error)) throw error;
        lost.set(likeness, (lost.get(likeness) ?? 0) + 1);
        try {
          const left = await runInTurn(() => revokeOrphan(creation, likeness, since, error));
          isLate ||= left === undefined && error instanceof Unreachable;
        } finally {
          lost.set(likeness, (lost.get(likeness) ?? 1) - 1);
        }
        if (tried === attempts) {
          const given = `it was sent ${attempts} times, and what it created was revoked`;
          throw new LostCreate(error, given, "Nothing is left behind: run the same command again.");
        }
      }
    }
  };

  async function revokeLateOrphan(
    creation: Creation,
    likeness: string,
    since: number,
  ): Promise<void> {
    const found = (await findCandidates(lookup, creation, since)) ?? [];
    await waitUntilIdle(likeness);
    const [ours, other] = found.filter(({ id }) => !lookup.known.has(id));
    if (ours !== undefined && other === undefined) await lookup.revoke(creation.keyType, ours.id);
  }
}

/** The active keys that a lost create may have created, between `since` and now. */
async function findCandidates(
  lookup: LostCreateLookup,
  { keyType, body }: Creation,
  since: number,
): Promise<Key[] | undefined> {
  const listed = await lookup.list();
  if (listed === undefined) return undefined;
  const strangers = listed.filter(({ id }) => !lookup.known.has(id));
  const whole = await Promise.all(
    strangers.map(async (key) =>
      key.created ? key : ((await lookup.find(keyType, key.id)) ?? key),
    ),
  );
  const wanted = describeLikeness(keyType, body);
  // Only after an answer of Tailscale do we know its clock.
  const from = lookup.serverTime(since) - toleranceMilliseconds;
  const until = lookup.serverTime(Date.now()) + toleranceMilliseconds;
  return whole.filter((key) => {
    const created = Date.parse(key.created ?? "");
    return (
      key.keyType === keyType &&
      isActive(key) &&
      !(lookup.isTrustCredential && key.userId) &&
      created >= from &&
      created <= until &&
      describeLikeness(
        keyType,
        body["audience"] === undefined ? { ...key, audience: undefined } : key,
      ) === wanted
    );
  });
}

/** Whether a create may have taken effect although it failed. What Tailscale refused has not. */
function mayHaveTakenEffect(error: unknown): error is Error {
  // The request for a token may have failed before the create was sent.
  if (!(error instanceof TailscaleError) || !error.attempt || !isCreate(error.attempt))
    return false;
  if (error instanceof Unreachable) return error.mayHaveArrived;
  return (
    error instanceof ServerFailed ||
    (error instanceof AnswerNotUnderstood && !(error instanceof Redirected))
  );
}

const comparable = defineSchema(() => keySchema().partial());

/** The likeness of a key, or of the arguments of a create: the same text for the same arguments. */
function describeLikeness(keyType: string, of: Readonly<Record<string, unknown>>): string {
  const key = comparable().parse(of);
  const device = key.capabilities?.devices?.create;
  return JSON.stringify([
    keyType,
    key.description ?? "",
    [...(key.scopes ?? [])].sort(),
    [...(key.tags ?? device?.tags ?? [])].sort(),
    keyType === "auth" && [
      Boolean(device?.reusable),
      Boolean(device?.ephemeral),
      Boolean(device?.preauthorized),
    ],
    keyType === "auth" && (key.expirySeconds || longestAuthKeyLifetime),
    key.issuer ?? "",
    // Tailscale rewrites GitHub's subjects to their form with ids.
    (key.subject ?? "").replace(/@\d+/g, ""),
    key.audience ?? "",
    Object.entries(key.customClaimRules ?? {}).sort(),
  ]);
}
