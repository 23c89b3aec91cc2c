/**
 * What one change of a credential gives and takes. One rule decides what cannot be seen: before, it
 * counts as the least that it could be; after, as the most.
 */

import { type Class, worst } from "./classes.ts";
import { type Access, accessOf, beyond, classOf, classOfTags, noAccess } from "./scopes.ts";
import { isDeceptive, isPartlyHidden, trustOf, widens } from "./trust.ts";
import {
  durationIn,
  flagIn,
  isHidden,
  type Members,
  numberIn,
  type PartOfSet,
  rulesIn,
  type Seen,
  setIn,
  textIn,
} from "./values.ts";

export const kinds = ["OAuthClient", "AuthKey", "FederatedIdentity"] as const;

export type Kind = (typeof kinds)[number];

/** The arguments of each kind, from the README and the examples. */
export const argumentsOf: Readonly<Record<Kind, readonly string[]>> = {
  OAuthClient: [
    "scopes",
    "tags",
    "description",
    "unlistedScopes",
    "rotateEvery",
    "generation",
    "connection",
  ],
  AuthKey: [
    "tags",
    "description",
    "reusable",
    "ephemeral",
    "preauthorized",
    "expiry",
    "mintedBy",
    "recreateIfInvalid",
    "rotateEvery",
    "renewBefore",
    "generation",
    "connection",
  ],
  FederatedIdentity: [
    "scopes",
    "tags",
    "description",
    "unlistedScopes",
    "issuer",
    "subject",
    "audience",
    "customClaimRules",
    "connection",
  ],
};

/** One credential before and after. Where a side is missing, there was or will be none. */
export interface Pair {
  readonly kind: Kind;
  readonly before?: Members;
  readonly after?: Members;
  /** The one before is not changed in place: another takes its place. */
  readonly isReplaced?: boolean;
  /** The audience that Tailscale gave to the one before, which no argument says. */
  readonly givenAudience?: string;
}

export interface Judgement {
  readonly class: Class;
  readonly gained: ReadonlySet<string>;
  readonly lost: ReadonlySet<string>;
  readonly tagsGained: ReadonlySet<string>;
  readonly tagsLost: ReadonlySet<string>;
  /** Others than before may use it. */
  readonly isWider: boolean;
  /**
   * What a more cautious reader may say: that who may use it is not known, or not to be trusted.
   */
  readonly cautious: Class;
  /** Something is more than before, be it a longer life alone: what `--fail-on gained` counts. */
  readonly isMore: boolean;
  /** Something that one reader calls more, and another does not: what of a key cannot be seen. */
  readonly mayBeMore?: boolean;
  /** What no version of the tables knows, or what has the wrong shape. */
  readonly notUnderstood: readonly string[];
}

const nothing: ReadonlySet<string> = new Set();

export function judge(pair: Pair): Judgement {
  const { kind, before, after } = pair;
  const notUnderstood = [
    ...Object.entries({ ...before, ...after })
      .map(([name]) => name)
      .filter((name) => name !== "__provider" && !argumentsOf[kind].includes(name)),
    ...malformedIn(before),
    ...malformedIn(after),
  ];
  const judged = kind === "AuthKey" ? judgeKey(pair) : judgeClient(pair);
  return { ...judged, notUnderstood: [...notUnderstood, ...judged.notUnderstood] };
}

/** Whether it moves to another tailnet; one that cannot be seen may. */
function movement({ before, after }: Pair): "stays" | "moves" | "may move" {
  if (before === undefined || after === undefined) return "stays";
  const [from, to] = [textIn(before["connection"]), textIn(after["connection"])];
  if (from.is === "hidden" || to.is === "hidden") return "may move";
  const name = (one: Seen<string>) => (one.is === "known" ? one.value : "");
  return name(from) === name(to) ? "stays" : "moves";
}

function judgeClient(pair: Pair): Judgement {
  const { kind, before, after, givenAudience } = pair;
  const had = accessOf(setOf(before?.["scopes"]).sure);
  const wanted = setOf(after?.["scopes"]);
  const has = accessOf(wanted.sure, wanted.orMore);
  const moved = movement(pair);
  const isNew = before === undefined || moved !== "stays";
  const gained = after === undefined ? noAccess : beyond(has, isNew ? noAccess : had);
  const lost = moved === "moves" ? had : beyond(had, has);
  const tags = tagsOf(pair);
  const isWider =
    kind === "FederatedIdentity" &&
    // Elsewhere it is compared with nothing, and all that it can do is new.
    !isNew &&
    after !== undefined &&
    widens(trustOf(before, givenAudience), trustOf(after));
  return {
    cautious: caution(pair, has),
    class: worst(
      classOf(gained),
      isWider ? classOf(has) : "none",
      // Whoever had `all` could give every tag.
      tags.isMore && (isNew || had.later !== "everything") ? classOfTags(has) : "none",
    ),
    gained: gained.operations,
    lost: lost.operations,
    tagsGained: tags.gained,
    tagsLost: tags.lost,
    isWider,
    isMore:
      gained.operations.size > 0 ||
      gained.later !== "nothing" ||
      gained.strange.size > 0 ||
      tags.isMore ||
      isWider ||
      (kind === "OAuthClient" && livesLonger(pair, "rotateEvery", Number.POSITIVE_INFINITY)),
    notUnderstood: [...gained.strange],
  };
}

/** What is hidden may be called new where it cannot be; what deceives may be called anything. */
function caution({ kind, before, after }: Pair, has: Access): Class {
  if (after === undefined) return isForged(kind, before) ? "admin" : "none";
  if (isForged(kind, before) || isForged(kind, after)) return "admin";
  if (before === undefined) return "none";
  const isHidden =
    setOf(after["scopes"]).orMore ||
    (kind === "FederatedIdentity" && isPartlyHidden(trustOf(after)));
  return isHidden ? classOf(has) : "none";
}

function isForged(kind: Kind, state: Members | undefined): boolean {
  return kind === "FederatedIdentity" && state !== undefined && isDeceptive(trustOf(state));
}

function judgeKey(pair: Pair): Judgement {
  const { before, after, isReplaced } = pair;
  const moved = movement(pair);
  const tags = tagsOf(pair);
  const isMade = after !== undefined && (before === undefined || isReplaced || moved !== "stays");
  const isChanged =
    before !== undefined &&
    after !== undefined &&
    (tags.isMore ||
      losesEveryTag(before, after) ||
      may(after, "reusable", true) > must(before, "reusable", true) ||
      may(after, "preauthorized", true) > must(before, "preauthorized", true) ||
      may(after, "ephemeral", false) > must(before, "ephemeral", false) ||
      mayComeBack(after) > mustComeBack(before) ||
      livesLonger(pair, "expiry", longest, longest));
  const isWrite = isMade || isChanged;
  return {
    class: isWrite ? "write" : "none",
    cautious: "none",
    gained: nothing,
    lost: nothing,
    tagsGained: tags.gained,
    tagsLost: tags.lost,
    isWider: false,
    isMore: isWrite || livesLonger(pair, "rotateEvery", Number.POSITIVE_INFINITY),
    mayBeMore:
      durationIn(after?.["renewBefore"]).is !== "absent" ||
      Object.values({ ...before }).some(isHidden) ||
      Object.values({ ...after }).some(isHidden),
    notUnderstood: [],
  };
}

function setOf(value: Members[string] | undefined): PartOfSet {
  const found = setIn(value);
  // A malformed one is not understood, and then nothing else of the credential is compared.
  return found === "malformed" ? { sure: nothing, orMore: true } : found;
}

function tagsOf(pair: Pair) {
  const [had, has] = [setOf(pair.before?.["tags"]), setOf(pair.after?.["tags"])];
  const moved = movement(pair);
  const earlier = moved === "stays" ? had.sure : nothing;
  const gained = new Set([...has.sure].filter((tag) => !earlier.has(tag)));
  const stays = (tag: string) => moved !== "moves" && (has.orMore || has.sure.has(tag));
  return {
    gained,
    lost: new Set([...had.sure].filter((tag) => !stays(tag))),
    isMore: gained.size > 0 || has.orMore,
  };
}

/**
 * A machine that joins without tags belongs to the person who deploys, with all that this person
 * may reach.
 */
function losesEveryTag(before: Members, after: Members): boolean {
  const [had, has] = [setOf(before["tags"]), setOf(after["tags"])];
  return (had.sure.size > 0 || had.orMore) && has.sure.size === 0;
}

/** 1 where the flag could have the value, else 0; a flag that is absent is false. */
function may(state: Members, name: string, value: boolean): number {
  const flag = flagIn(state[name]);
  return flag.is === "hidden" || (flag.is === "known" && flag.value) === value ? 1 : 0;
}

/** 1 where the flag has the value for certain, else 0. */
function must(state: Members, name: string, value: boolean): number {
  return may(state, name, !value) === 1 ? 0 : 1;
}

/**
 * Whether a key that became invalid is made again: "always", or, where nothing is said, a reusable
 * one (README).
 */
function mayComeBack(state: Members): number {
  const asked = textIn(state["recreateIfInvalid"]);
  if (asked.is === "absent") return may(state, "reusable", true);
  return asked.is === "hidden" || (asked.is === "known" && asked.value === "always") ? 1 : 0;
}

function mustComeBack(state: Members): number {
  const asked = textIn(state["recreateIfInvalid"]);
  if (asked.is === "absent") return must(state, "reusable", true);
  return asked.is === "known" && asked.value === "always" ? 1 : 0;
}

/** A key lives 90 days where nothing is said, and no longer than that (the API's document). */
const longest = 90 * 86_400;

function livesLonger(
  { before, after }: Pair,
  name: string,
  otherwise: number,
  atMost = Number.POSITIVE_INFINITY,
): boolean {
  if (before === undefined || after === undefined) return false;
  const [from, to] = [durationIn(before[name]), durationIn(after[name])];
  const seconds = (one: Seen<number>, unseen: number) =>
    // The API takes 0 for what it does where nothing is said.
    one.is === "known" && one.value !== 0
      ? one.value
      : one.is === "hidden" || one.is === "malformed"
        ? unseen
        : otherwise;
  return seconds(to, atMost) > seconds(from, 0);
}

/** The names of arguments whose value cannot be what the argument takes. */
function malformedIn(state: Members | undefined): string[] {
  if (state === undefined) return [];
  const isWrong: Readonly<Record<string, (value: Members[string]) => boolean>> = {
    scopes: (value) => setIn(value) === "malformed",
    tags: (value) => setIn(value) === "malformed",
    unlistedScopes: (value) => setIn(value) === "malformed",
    customClaimRules: (value) => rulesIn(value).is === "malformed",
    issuer: (value) => textIn(value).is === "malformed",
    subject: (value) => textIn(value).is === "malformed",
    audience: (value) => textIn(value).is === "malformed",
    connection: (value) => textIn(value).is === "malformed",
    description: (value) => textIn(value).is === "malformed",
    recreateIfInvalid: (value) => textIn(value).is === "malformed",
    reusable: (value) => flagIn(value).is === "malformed",
    ephemeral: (value) => flagIn(value).is === "malformed",
    preauthorized: (value) => flagIn(value).is === "malformed",
    expiry: (value) => durationIn(value).is === "malformed",
    rotateEvery: (value) => durationIn(value).is === "malformed",
    renewBefore: (value) => durationIn(value).is === "malformed",
    generation: (value) => numberIn(value).is === "malformed",
  };
  return Object.entries(state)
    .filter(([name, value]) => Object.hasOwn(isWrong, name) && isWrong[name]?.(value))
    .map(([name]) => `${name} has the wrong shape`);
}
