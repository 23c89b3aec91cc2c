/**
 * What a change gives and what it takes: what the credential may do after it compared with what it
 * could do before it.
 *
 * A gain is the most that it may do after the change without the least that it surely could do
 * before. A loss is the reverse. Which two are compared depends on the old credential:
 *
 * | the old credential           | gain: the new one without | loss: the old one without  |
 * | ---------------------------- | ------------------------- | -------------------------- |
 * | goes                         | the old one               | the new one                |
 * | stays alive, or may do so    | nothing: all is new       | - (nothing is surely lost) |
 * | may be in another tailnet    | nothing: all is new       | the new one                |
 * | surely is in another tailnet | nothing: all is new       | nothing: all is lost       |
 */

import { computeGain, type Gain, type Power } from "../../access/reach";
import { knownScopes, legacyScopes } from "../../access/scopes";
import { type Credential, getScopes } from "./credential";
import type { Survival } from "./survival";

export interface Comparison {
  /** What the credential after is compared with; undefined where everything about it is new. */
  readonly baseline: Credential | undefined;
  /** Whether it moves to another tailnet, or may do so. */
  readonly mayMove: boolean;
  /** What the baseline could do, what the credential after may do, and the difference. */
  readonly powerBefore: Power;
  readonly powerAfter: Power;
  readonly gain: Gain;
  /** What surely ends, what may remain of it, and the difference. */
  readonly powerEnded: Power;
  readonly powerLeft: Power;
  readonly loss: Gain;
  /** Scopes that this version does not know. */
  readonly unknownScopesGained: readonly string[];
  readonly unknownScopesLost: readonly string[];
}

const noPower: Power = { scopes: [], tags: [] };
const noGain: Gain = { operations: [], tags: [] };

/** For a change that leaves the credential as it is. */
export function keepPower(credential: Credential | undefined): Comparison {
  const power = credential === undefined ? noPower : readLeastPower(credential);
  return {
    baseline: credential,
    mayMove: false,
    powerBefore: power,
    powerAfter: power,
    gain: noGain,
    powerEnded: power,
    powerLeft: power,
    loss: noGain,
    unknownScopesGained: [],
    unknownScopesLost: [],
  };
}

export function comparePower(
  survival: Survival | undefined,
  before: Credential | undefined,
  after: Credential | undefined,
): Comparison {
  const isMovePossible = before !== undefined && after !== undefined && mayMove(before, after);
  const baseline = survival !== undefined || isMovePossible ? undefined : before;
  const powerBefore = baseline === undefined ? noPower : readLeastPower(baseline);
  const powerAfter = after === undefined ? noPower : readMostPower(after);
  const surelyEnds = before !== undefined && survival === undefined;
  const powerEnded = surelyEnds ? readLeastPower(before) : noPower;
  const powerLeft = before && after && surelyMoves(before, after) ? noPower : powerAfter;
  const loss = computeGain(powerLeft, powerEnded);
  const mayHoldMore = powerLeft !== noPower && after !== undefined;
  return {
    baseline,
    mayMove: isMovePossible,
    powerBefore,
    powerAfter,
    gain: computeGain(powerBefore, powerAfter),
    powerEnded,
    powerLeft,
    loss: { ...loss, tags: mayHoldMore && !after.tags.isComplete ? [] : loss.tags },
    unknownScopesGained: filterUnknownScopes(powerAfter.scopes).filter(
      (scope) => !powerBefore.scopes.includes(scope),
    ),
    unknownScopesLost:
      mayHoldMore && !getScopes(after).isComplete
        ? []
        : filterUnknownScopes(powerEnded.scopes).filter(
            (scope) => !powerLeft.scopes.includes(scope),
          ),
  };
}

/** A connection that cannot be seen may be another one. */
function mayMove(before: Credential, after: Credential): boolean {
  return before.connection === undefined || before.connection !== after.connection;
}

function surelyMoves(before: Credential, after: Credential): boolean {
  return (
    before.connection !== undefined &&
    after.connection !== undefined &&
    before.connection !== after.connection
  );
}

/** What can be seen of the credential's power. */
function readLeastPower(credential: Credential): Power {
  return { scopes: getScopes(credential).visible, tags: credential.tags.visible };
}

/** Hidden scopes may be all of them. */
export function readMostPower(credential: Credential): Power {
  const { visible, isComplete } = getScopes(credential);
  return {
    scopes: isComplete ? visible : [...visible, "all"],
    tags: credential.tags.visible,
  };
}

/**
 * Whether `after` holds one of the two scopes that cover others, and nothing before covered as
 * much.
 */
export function isNewScope(scope: "all" | "all:read", before: Power, after: Power): boolean {
  return (
    after.scopes.includes(scope) && !before.scopes.includes(scope) && !before.scopes.includes("all")
  );
}

export function filterUnknownScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !knownScopes.includes(scope) && !legacyScopes.has(scope));
}
