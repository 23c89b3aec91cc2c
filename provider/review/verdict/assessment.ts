/** What one change gives and takes, and how much that matters. */

import { type Danger, dangers, findWorst, rateGain, rateOperation } from "../../access/danger";
import type { Kind } from "../../access/kinds";
import { describeScope, type Operation } from "../../access/operations";
import {
  computeGain,
  describeTagUses,
  type Gain,
  listOperations,
  type Power,
} from "../../access/reach";
import { knownScopes, legacyScopes } from "../../access/scopes";
import type { Position } from "../input/step";
import type { Change, ChangeKind } from "./changes";
import { type Credential, changedArguments, credentialFrom, scopesOf } from "./credential";
import { lifeOf } from "./life";
import type { Life } from "./sentences";

/** One changed credential, as the JSON report has it. */
export interface ReportedCredential {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  /** That of what is gained, by the credential or by those who may use it now. */
  readonly class: Danger;
  readonly gained: readonly string[];
  /** What is lost for certain. */
  readonly lost: readonly string[];
  readonly tagsGained: readonly string[];
  readonly tagsLost: readonly string[];
  readonly life: readonly string[];
  /**
   * Arguments that cannot be seen before the deployment: of the credential after the change, or of
   * the one that goes.
   */
  readonly unknown: readonly string[];
  /** Arguments that cannot be seen of the credential that another is held against. */
  readonly unknownBefore: readonly string[];
}

export interface Assessment {
  readonly reported: ReportedCredential;
  /** Why it is of its class, a sentence each. */
  readonly reasons: readonly string[];
  /** What is gained and lost in words, each after "may"; the worst first. */
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  /** Whether anything is wider than before, a longer life included. */
  readonly widens: boolean;
  /** The arguments that change, of a credential that stays. */
  readonly changed: readonly string[];
  /** Everything it may do before and after. */
  readonly before: readonly Operation[];
  readonly after: readonly Operation[];
  readonly notUnderstood: readonly string[];
  readonly position?: Position;
}

const nothing: Power = { scopes: [], tags: [] };

export function assess(change: Change): Assessment {
  const before = change.before && credentialFrom(change.kind, change.before, "before");
  const after = change.after && credentialFrom(change.kind, change.after, "after");
  const touched = isTouched(change.change);
  const found = touched ? compare(change, before, after) : untouched(before ?? after);
  const life = lifeOf(change, before, after, found);
  const ways = after === undefined || !touched ? [] : waysOf(change, after, found, life);
  const danger = findWorst(ways.map((way) => way.danger));
  // Of what goes it matters what is lost.
  const unseen =
    after?.unseen ?? before?.unseen.filter((name) => name === "scopes" || name === "tags") ?? [];
  const unseenBefore = after === undefined ? [] : (before?.unseen ?? []);
  const widens = [
    danger !== "none",
    found.gain.tags.length > 0,
    // Another tailnet and more use are in the class: of what it may do there.
    life.some(({ widens }) => widens === "users" || widens === "life"),
    touched && after?.tags.isWhole === false,
  ];
  return {
    reported: {
      urn: change.urn,
      name: change.name,
      kind: change.kind,
      change: change.change,
      class: danger,
      gained: found.gain.operations.map(({ name }) => name),
      lost: found.loss.operations.map(({ name }) => name),
      tagsGained: found.gain.tags,
      tagsLost: found.loss.tags,
      life: [...life.map(({ sentence }) => sentence), ...scopesInWords(after, found)],
      unknown: unseen,
      unknownBefore: unseenBefore,
    },
    reasons: [
      ...new Set(ways.filter((way) => way.danger === danger).flatMap((way) => way.reasons)),
    ],
    gains: inWords(found.gain.operations, found.has, found.had),
    losses: inWords(found.loss.operations, found.gone, found.left),
    widens: widens.includes(true),
    changed: before && after ? changedArguments(before, after) : [],
    before: [...new Set([...listOperations(found.had.scopes), ...found.loss.operations])],
    after: listOperations(found.has.scopes),
    notUnderstood: [
      // Of what goes, nothing is held against it.
      ...[after && before, after].flatMap((one) =>
        (one?.wrong ?? []).map((wrong) => `${change.name}: ${wrong}.`),
      ),
      ...found.strangeGained.map(
        (scope) => `${change.name} holds the scope "${scope}", which this version does not know.`,
      ),
    ],
    ...(change.position && { position: change.position }),
  };
}

/** Whether a change does something to a credential, and not only to who manages it. */
function isTouched(change: ChangeKind): boolean {
  return change !== "import" && change !== "release" && change !== "discard";
}

/** What a change comes to. */
interface Comparison {
  /** What the credential after is held against; undefined where that is nothing. */
  readonly earlier: Credential | undefined;
  /** Whether it moves to another tailnet, or may do so. */
  readonly isMoved: boolean;
  /** What it may do by that, and afterwards. */
  readonly had: Power;
  readonly has: Power;
  readonly gain: Gain;
  /** What is gone for certain, what may be left of it, and what is lost by that. */
  readonly gone: Power;
  readonly left: Power;
  readonly loss: Gain;
  /** The scopes among them that this version does not know. */
  readonly strangeGained: readonly string[];
  readonly strangeLost: readonly string[];
}

const none: Gain = { operations: [], tags: [] };

function untouched(credential: Credential | undefined): Comparison {
  const power = credential === undefined ? nothing : least(credential);
  return {
    earlier: credential,
    isMoved: false,
    had: power,
    has: power,
    gain: none,
    gone: power,
    left: power,
    loss: none,
    strangeGained: [],
    strangeLost: [],
  };
}

function compare(
  { kept }: Change,
  before: Credential | undefined,
  after: Credential | undefined,
): Comparison {
  // In another tailnet, and beside a credential that stays, everything that the new one may do is
  // new.
  const isMoved = before !== undefined && after !== undefined && mayMove(before, after);
  const earlier = kept !== undefined || isMoved ? undefined : before;
  const had = earlier === undefined ? nothing : least(earlier);
  const has = after === undefined ? nothing : most(after);
  // What may stay is not lost: of a credential that may stay, and of one that may not have moved.
  const gone = before === undefined || kept !== undefined ? nothing : least(before);
  const left = before && after && hasMoved(before, after) ? nothing : has;
  const loss = computeGain(left, gone);
  const mayHoldMore = left !== nothing && after !== undefined;
  return {
    earlier,
    isMoved,
    had,
    has,
    gain: computeGain(had, has),
    gone,
    left,
    loss: { ...loss, tags: mayHoldMore && !after.tags.isWhole ? [] : loss.tags },
    strangeGained: strangeScopes(has.scopes).filter((scope) => !had.scopes.includes(scope)),
    strangeLost:
      mayHoldMore && !scopesOf(after).isWhole
        ? []
        : strangeScopes(gone.scopes).filter((scope) => !left.scopes.includes(scope)),
  };
}

/** A connection that cannot be seen may be another one. */
function mayMove(before: Credential, after: Credential): boolean {
  return before.connection === undefined || before.connection !== after.connection;
}

function hasMoved(before: Credential, after: Credential): boolean {
  return (
    before.connection !== undefined &&
    after.connection !== undefined &&
    before.connection !== after.connection
  );
}

/** What a credential may do at least: all that can be seen. */
function least(credential: Credential): Power {
  return { scopes: scopesOf(credential).seen, tags: credential.tags.seen };
}

/** What it may do at most: scopes that cannot be seen may be all of them. */
function most(credential: Credential): Power {
  const { seen, isWhole } = scopesOf(credential);
  return { scopes: isWhole ? seen : [...seen, "all"], tags: credential.tags.seen };
}

/** A way to gain something. */
interface Way {
  readonly danger: Danger;
  readonly reasons: readonly string[];
}

function waysOf(
  change: Change,
  after: Credential,
  found: Comparison,
  life: readonly Life[],
): Way[] {
  return [
    scopesOf(after).isWhole
      ? rateGain(found.gain.operations, isNew("all", found.had, found.has))
      : unseenScopes,
    ...(isNew("all:read", found.had, found.has) ? [everyRead] : []),
    ...(found.strangeGained.length > 0 ? [strangeWay(found.strangeGained)] : []),
    ...tagsGained(after, found),
    ...useGained(change, after, life),
  ];
}

const unseenScopes: Way = {
  danger: "admin",
  reasons: ["Its scopes cannot be seen yet, so it may get every one."],
};

const everyRead: Way = {
  danger: "read",
  reasons: ['"all:read" opens every read of the API, those added later included.'],
};

function strangeWay(scopes: readonly string[]): Way {
  return {
    danger: "admin",
    reasons: [`It gains what this version does not know: ${scopes.join(", ")}.`],
  };
}

/**
 * A tag matters where the scopes let the credential do something with it; `all` could do that with
 * every tag before.
 */
function tagsGained(after: Credential, { earlier, gain }: Comparison): Way[] {
  const isUnseen = !after.tags.isWhole;
  if (gain.tags.length === 0 && !isUnseen) return [];
  if (earlier !== undefined && scopesOf(earlier).seen.includes("all")) return [];
  const named = [...gain.tags, ...(isUnseen ? ["tags that cannot be seen yet"] : [])].join(", ");
  if (after.kind === "AuthKey")
    return [{ danger: "write", reasons: [`It admits machines under ${named}.`] }];
  const strange = strangeScopes(scopesOf(after).seen);
  if (strange.length > 0) {
    return [
      {
        danger: "admin",
        reasons: [
          `What it may do with ${named} is not known: it holds ${strange.join(", ")}, which this version does not know.`,
        ],
      },
    ];
  }
  const { uses, passesOn } = describeTagUses(most(after).scopes, named);
  return uses.length === 0
    ? []
    : [{ danger: passesOn ? "persist" : "write", reasons: [`It may ${uses.join(", and ")}.`] }];
}

/** Who may use it now and could not before, or more often than before. */
function useGained(change: Change, after: Credential, life: readonly Life[]): Way[] {
  if (life.some(({ widens }) => widens === "users" || widens === "tailnet")) {
    const whole = wholeOf(after);
    return [
      {
        danger: whole.danger,
        reasons: ["Those who may use it now gain all that it can do.", ...whole.reasons],
      },
    ];
  }
  if (after.kind !== "AuthKey") return [];
  // Whatever the old one was used for, and however much of its time was over: the new one begins
  // again.
  if (change.change === "replace") return [{ ...keyUse, reasons: [again] }];
  // A new key with tags has its reason in them.
  return life.some(({ widens }) => widens === "use") ? [keyUse] : [];
}

const keyUse: Way = { danger: "write", reasons: ["It admits machines to the tailnet."] };
const again = "The new key admits machines again, for its whole time.";

/** The class of everything that a credential can do. */
function wholeOf(credential: Credential): Way {
  if (credential.kind === "AuthKey") return keyUse;
  const strange = strangeScopes(scopesOf(credential).seen);
  if (strange.length > 0) {
    return {
      danger: "admin",
      reasons: [`It holds ${strange.join(", ")}, which this version does not know.`],
    };
  }
  const { scopes } = most(credential);
  return rateGain(listOperations(scopes), scopes.includes("all"));
}

/**
 * Whether `after` holds one of the two scopes that cover others, and nothing before covered as
 * much.
 */
function isNew(scope: "all" | "all:read", before: Power, after: Power): boolean {
  return (
    after.scopes.includes(scope) && !before.scopes.includes(scope) && !before.scopes.includes("all")
  );
}

/** What the operations that there are today do not say. */
function scopesInWords(after: Credential | undefined, found: Comparison): string[] {
  const isSeen = after !== undefined && scopesOf(after).isWhole;
  const later = (["all", "all:read"] as const).find(
    (scope) => isSeen && isNew(scope, found.had, found.has),
  );
  const lost = found.strangeLost.map((scope) => JSON.stringify(scope)).join(", ");
  return [
    ...(later === undefined
      ? []
      : [`Gets every ${later === "all" ? "operation" : "read"} that Tailscale adds later, too.`]),
    ...(lost === "" ? [] : [`Loses ${lost}, which this version does not know.`]),
  ];
}

function strangeScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !knownScopes.includes(scope) && !legacyScopes.has(scope));
}

/**
 * Operations by the meaning of the scopes that open them: a person reads that, and folds the
 * operations away.
 */
function inWords(found: readonly Operation[], holder: Power, other: Power): string[] {
  for (const scope of ["all", "all:read"] as const) {
    if (found.length === 0 || !isNew(scope, other, holder)) continue;
    return [
      describeScope(scope) ?? scope,
      ...(scope === "all:read" ? meanings(found.filter(({ writes }) => writes)) : []),
    ];
  }
  return meanings(found);
}

/** The worst first. */
function meanings(found: readonly Operation[]): string[] {
  const byDanger = found.toSorted(
    (one, other) => dangers.indexOf(rateOperation(other)) - dangers.indexOf(rateOperation(one)),
  );
  return [...new Set(byDanger.map(({ scope }) => scope))].flatMap(
    (scope) => describeScope(scope) ?? [],
  );
}
