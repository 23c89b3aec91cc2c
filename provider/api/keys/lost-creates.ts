/**
 * Creates, whose answer can get lost: the credential may exist then, alive and known to nobody. So after such a failure we look.
 * What is found and can be no other's is revoked before the create is sent again; where we cannot tell, nothing is touched.
 */

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

export interface Looking {
  /** Every active key of the tailnet, as it is now; undefined where we may not look. */
  list(): Promise<readonly Key[] | undefined>;
  /** One key with all its fields, for a list that gives ids alone. */
  find(keyType: KeyType, id: string): Promise<Key | undefined>;
  revoke(keyType: KeyType, id: string): Promise<void>;
  /** What Tailscale's clock showed when ours showed `time`; milliseconds since 1970. */
  theirs(time: number): number;
  /** Whether only trust credentials create here. What these make names no user: https://tailscale.com/api#tag/keys (`userId`). */
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

export type Creator = (creation: Creation) => Promise<Key>;

/** Makes what creates for one credential's view of a tailnet. */
export function creator(looking: Looking): Creator {
  // By likeness: requests under way, and how many whose answer was lost have not been looked for.
  const underWay = new Map<string, Set<Promise<unknown>>>();
  const lost = new Map<string, number>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time, so that two of them never take the same credential for theirs. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = turn.then(work, work);
    turn = done.catch(() => {});
    return done;
  }

  async function sent(like: string, send: () => Promise<Key>): Promise<Key> {
    const request = send();
    const others = underWay.get(like) ?? new Set();
    underWay.set(like, others.add(request));
    try {
      const made = await request;
      looking.known.add(made.id);
      return made;
    } finally {
      others.delete(request);
    }
  }

  /** Waits until no request for one like it is under way, so that all that this run has made is known. */
  async function settled(like: string): Promise<void> {
    for (let open = underWay.get(like); open !== undefined && open.size > 0; )
      await Promise.allSettled(open);
  }

  /** Revokes what a lost create left, if anything. @returns its id */
  async function cleaned(
    creation: Creation,
    like: string,
    since: number,
    error: Error,
  ): Promise<string | undefined> {
    let found: readonly Key[] | undefined;
    try {
      found = await candidates(looking, creation, since);
    } catch (reason) {
      throw new LostCreate(
        error,
        `whether it did cannot be seen (${firstLine(reason)})`,
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
    await settled(like);
    found = found.filter(({ id }) => !looking.known.has(id));
    if (found.length > (lost.get(like) ?? 0)) {
      const ids = found.map(({ id }) => id);
      const alike = `each of these was made in that moment and is just like it: ${ids.join(", ")}`;
      throw new LostCreate(error, alike, `Nothing was revoked. ${lookYourself}`, ids);
    }
    const [ours] = found;
    if (ours === undefined) return undefined;
    try {
      await looking.revoke(creation.keyType, ours.id);
    } catch (reason) {
      throw new LostCreate(
        error,
        `it did, as ${ours.id}, which could not be revoked (${firstLine(reason)})`,
        lookYourself,
        [ours.id],
      );
    }
    return ours.id;
  }

  return async (creation) => {
    const like = likeness(creation.keyType, creation.body);
    const begun = Date.now();
    let isLate = false;
    for (let tried = 1; ; tried++) {
      const since = Date.now();
      try {
        const made = await sent(like, creation.send);
        // One that was too slow may have taken effect since we looked. Nothing of this may cost us the one that we have.
        if (isLate) await inTurn(() => cleanedLate(creation, like, begun)).catch(() => {});
        return made;
      } catch (error) {
        if (!mayHaveTakenEffect(error)) throw error;
        lost.set(like, (lost.get(like) ?? 0) + 1);
        try {
          const left = await inTurn(() => cleaned(creation, like, since, error));
          isLate ||= left === undefined && error instanceof Unreachable;
        } finally {
          lost.set(like, (lost.get(like) ?? 1) - 1);
        }
        if (tried === attempts) {
          const given = `it was sent ${attempts} times, and what these left was revoked again`;
          throw new LostCreate(error, given, "Nothing is left of it: run the same command again.");
        }
      }
    }
  };

  async function cleanedLate(creation: Creation, like: string, since: number): Promise<void> {
    const found = (await candidates(looking, creation, since)) ?? [];
    await settled(like);
    const [ours, other] = found.filter(({ id }) => !looking.known.has(id));
    if (ours !== undefined && other === undefined) await looking.revoke(creation.keyType, ours.id);
  }
}

/** The credentials that a lost create may have made: like it, of its time, and known to nobody in this run. */
async function candidates(
  looking: Looking,
  { keyType, body }: Creation,
  since: number,
): Promise<Key[] | undefined> {
  const listed = await looking.list();
  if (listed === undefined) return undefined;
  const strangers = listed.filter(({ id }) => !looking.known.has(id));
  const whole = await Promise.all(
    strangers.map(async (key) =>
      key.created ? key : ((await looking.find(keyType, key.id)) ?? key),
    ),
  );
  const wanted = likeness(keyType, body);
  // The clocks are compared only now, when Tailscale has answered at least once.
  const from = looking.theirs(since) - toleranceMilliseconds;
  const until = looking.theirs(Date.now()) + toleranceMilliseconds;
  return whole.filter((key) => {
    const created = Date.parse(key.created ?? "");
    return (
      key.keyType === keyType &&
      isActive(key) &&
      !(looking.isTrustCredential && key.userId) &&
      created >= from &&
      created <= until &&
      likeness(keyType, body["audience"] === undefined ? { ...key, audience: undefined } : key) ===
        wanted
    );
  });
}

/** Whether the create may have been carried out although it failed. Whatever Tailscale refuses, it has not done. */
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
function likeness(keyType: string, of: Readonly<Record<string, unknown>>): string {
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

function firstLine(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).split("\n")[0] ?? "";
}
