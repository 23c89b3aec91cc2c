/**
 * Creates, whose answer can get lost: the credential may exist then, alive and known to nobody. So
 * after such a failure we look. What is found and can be no other's is revoked before the create is
 * sent again; where we cannot tell, nothing is touched.
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
import { isActive, type Key, type KeyType } from "./key";
import { keyShape } from "./schema";

export interface LostCreateLookup {
  /** Every active key of the tailnet, as it is now; undefined where we may not look. */
  list(): Promise<readonly Key[] | undefined>;
  /** One key with all its fields, for a list that gives ids alone. */
  find(keyType: KeyType, id: string): Promise<Key | undefined>;
  revoke(keyType: KeyType, id: string): Promise<void>;
  /** What Tailscale's clock showed when ours showed `time`; milliseconds since 1970. */
  serverTime(time: number): number;
  /**
   * Whether only trust credentials create here. What these make names no user:
   * https://tailscale.com/api#tag/keys (`userId`).
   */
  readonly isTrustCredential: boolean;
  /** Ids that this run has made, or that its state holds. */
  readonly known: Set<string>;
}

/** A create: what it asks for, and how it is sent. */
export interface Creation {
  readonly keyType: KeyType;
  readonly body: Readonly<Record<string, unknown>>;
  send(): Promise<Key>;
}

/** How often a create is sent at most, each time only after what the one before left is gone. */
const attempts = 3;

/** Times are whole seconds at Tailscale, and so is the clock that we know of it. */
const toleranceMilliseconds = 2000;

const lookYourself =
  "`tailscope inventory --unmanaged` lists what no stack manages: revoke what nobody asked for, then run the same command again.";

export type SafeCreate = (creation: Creation) => Promise<Key>;

/**
 * Creates for one client, one of these ends each:
 *
 * ```text
 * send ── answered ─────────────────────────────► done (a late orphan is revoked, if one was too slow to be found)
 *   │
 *   ├── refused, or never sent ──────────────────► that error
 *   │
 *   └── lost ── list what is active ── cannot ───► LostCreate: look yourself
 *                  │
 *                  ├── none like it ─────────────► send again, three times at most
 *                  ├── no more than were lost ───► revoke one, and send again
 *                  └── more than were lost ──────► LostCreate: names them, and touches none
 * ```
 *
 * Like it is what has the same arguments, was made in the time of the request, and is known to
 * nobody in this run. Lost creates are looked for one at a time, and only once no request like them
 * is under way.
 */
export function openCreates(lookup: LostCreateLookup): SafeCreate {
  // By likeness: requests under way, and how many whose answer was lost have not been looked for.
  const underWay = new Map<string, Set<Promise<unknown>>>();
  const lost = new Map<string, number>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time, so that no two take the same credential for their own. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = turn.then(work, work);
    turn = done.catch(() => {});
    return done;
  }

  async function trackSend(likeness: string, send: () => Promise<Key>): Promise<Key> {
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

  /**
   * Waits until no request for one like it is under way, so that all that this run has made is
   * known.
   */
  async function whenIdle(likeness: string): Promise<void> {
    for (let open = underWay.get(likeness); open !== undefined && open.size > 0; )
      await Promise.allSettled(open);
  }

  /** Revokes what a lost create left, if anything. @returns its id */
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
        `whether it did cannot be seen (${getFirstLine(reason)})`,
        lookYourself,
      );
    }
    if (found === undefined) {
      throw new LostCreate(
        error,
        "whether it did cannot be seen: the deployer may not list credentials",
        lookYourself,
      );
    }
    // Those that were made while we looked are told now, or count as lost themselves.
    await whenIdle(likeness);
    found = found.filter(({ id }) => !lookup.known.has(id));
    if (found.length > (lost.get(likeness) ?? 0)) {
      const ids = found.map(({ id }) => id);
      const alike = `each of these was made in that moment and is just like it: ${ids.join(", ")}`;
      throw new LostCreate(error, alike, `Nothing was revoked. ${lookYourself}`, ids);
    }
    const [ours] = found;
    if (ours === undefined) return undefined;
    try {
      await lookup.revoke(creation.keyType, ours.id);
    } catch (reason) {
      throw new LostCreate(
        error,
        `it did, as ${ours.id}, which could not be revoked (${getFirstLine(reason)})`,
        lookYourself,
        [ours.id],
      );
    }
    return ours.id;
  }

  return async (creation) => {
    const likeness = describeLikeness(creation.keyType, creation.body);
    const begun = Date.now();
    let isLate = false;
    for (let tried = 1; ; tried++) {
      const since = Date.now();
      try {
        const made = await trackSend(likeness, creation.send);
        // One that was too slow may have taken effect since we looked. Nothing of this may cost us
        // the one that we have.
        if (isLate) await inTurn(() => revokeLateOrphan(creation, likeness, begun)).catch(() => {});
        return made;
      } catch (error) {
        if (!mayHaveTakenEffect(error)) throw error;
        lost.set(likeness, (lost.get(likeness) ?? 0) + 1);
        try {
          const left = await inTurn(() => revokeOrphan(creation, likeness, since, error));
          isLate ||= left === undefined && error instanceof Unreachable;
        } finally {
          lost.set(likeness, (lost.get(likeness) ?? 1) - 1);
        }
        if (tried === attempts) {
          const given = `it was sent ${attempts} times, and what these left was revoked again`;
          throw new LostCreate(error, given, "Nothing is left of it: run the same command again.");
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
    await whenIdle(likeness);
    const [ours, other] = found.filter(({ id }) => !lookup.known.has(id));
    if (ours !== undefined && other === undefined) await lookup.revoke(creation.keyType, ours.id);
  }
}

/**
 * The credentials that a lost create may have made: like it, of its time, and known to nobody in
 * this run.
 */
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
  // The clocks are compared only now, when Tailscale has answered at least once.
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

/**
 * Whether the create may have been carried out although it failed. Whatever Tailscale refuses, it
 * has not done.
 */
function mayHaveTakenEffect(error: unknown): error is Error {
  // A token that could not be had is no create.
  if (!(error instanceof TailscaleError) || !error.attempt || !isCreate(error.attempt))
    return false;
  if (error instanceof Unreachable) return error.mayHaveArrived;
  return (
    error instanceof ServerFailed ||
    (error instanceof AnswerNotUnderstood && !(error instanceof Redirected))
  );
}

const comparable = keyShape.partial();

/** What two credentials made with the same arguments have in common, as a text. */
function describeLikeness(keyType: string, of: Readonly<Record<string, unknown>>): string {
  const key = comparable.parse(of);
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
    // Tailscale rewrites GitHub's subjects to the form with ids.
    (key.subject ?? "").replace(/@\d+/g, ""),
    key.audience ?? "",
    Object.entries(key.customClaimRules ?? {}).sort(),
  ]);
}
