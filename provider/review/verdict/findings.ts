/** Finds how dangerous a change is: one finding for each way in which it gives somebody more. */

import { type Danger, rateGain } from "../../access/danger";
import { describeTagUses, listOperations } from "../../access/reach";
import type { ChangeKind } from "./changes";
import { type Comparison, filterUnknownScopes, isNewScope, readMostPower } from "./comparison";
import { type Credential, getScopes } from "./credential";
import type { LifeFact } from "./sentences";

export interface Finding {
  readonly danger: Danger;
  /** A sentence each. */
  readonly reasons: readonly string[];
}

export function findDangers(
  change: ChangeKind,
  after: Credential,
  comparison: Comparison,
  life: readonly LifeFact[],
): Finding[] {
  const { powerBefore, powerAfter, gain, unknownScopesGained } = comparison;
  return [
    getScopes(after).isComplete
      ? rateGain(gain.operations, isNewScope("all", powerBefore, powerAfter))
      : hiddenScopes,
    ...(isNewScope("all:read", powerBefore, powerAfter) ? [everyRead] : []),
    ...(unknownScopesGained.length > 0 ? [judgeUnknownScopes(unknownScopesGained)] : []),
    ...judgeTags(after, comparison),
    ...judgeUse(change, after, life),
  ];
}

const hiddenScopes: Finding = {
  danger: "admin",
  reasons: ["Its scopes cannot be seen yet, so it may get all of them."],
};

const everyRead: Finding = {
  danger: "read",
  reasons: ['"all:read" opens every read operation of the API, including those added later.'],
};

function judgeUnknownScopes(scopes: readonly string[]): Finding {
  return {
    danger: "admin",
    reasons: [`It gains scopes that this version does not know: ${scopes.join(", ")}.`],
  };
}

/** A tag matters if the scopes let the credential use it. With `all` it could use every tag. */
function judgeTags(after: Credential, { baseline, gain }: Comparison): Finding[] {
  const areHidden = !after.tags.isComplete;
  if (gain.tags.length === 0 && !areHidden) return [];
  if (baseline !== undefined && getScopes(baseline).visible.includes("all")) return [];
  const tags = [...gain.tags, ...(areHidden ? ["tags that cannot be seen yet"] : [])].join(", ");
  if (after.kind === "AuthKey")
    return [{ danger: "write", reasons: [`It admits machines with ${tags}.`] }];
  const unknownScopes = filterUnknownScopes(getScopes(after).visible);
  if (unknownScopes.length > 0) {
    return [
      {
        danger: "admin",
        reasons: [
          `What it can do with ${tags} is not known: it holds ${unknownScopes.join(", ")}, which this version does not know.`,
        ],
      },
    ];
  }
  const { uses, passesOn } = describeTagUses(readMostPower(after).scopes, tags);
  return uses.length === 0
    ? []
    : [{ danger: passesOn ? "persist" : "write", reasons: [`It can ${uses.join(", and ")}.`] }];
}

/** Somebody may use the credential who could not before, or may use it more often. */
function judgeUse(change: ChangeKind, after: Credential, life: readonly LifeFact[]): Finding[] {
  if (life.some(({ widens }) => widens === "users" || widens === "tailnet")) {
    const everything = judgeWholeCredential(after);
    return [
      {
        danger: everything.danger,
        reasons: [
          "Those who may use it now gain everything that it can do.",
          ...everything.reasons,
        ],
      },
    ];
  }
  if (after.kind !== "AuthKey") return [];
  // The old key may have been used up or have had little time left.
  if (change === "replace") return [renewedKeyUse];
  // A new key with tags has judgeTags' finding already.
  return life.some(({ widens }) => widens === "use") ? [keyUse] : [];
}

const keyUse: Finding = { danger: "write", reasons: ["It admits machines to the tailnet."] };

const renewedKeyUse: Finding = {
  danger: "write",
  reasons: ["The new key admits machines again, for its whole lifetime."],
};

/** Judges everything that a credential can do. */
function judgeWholeCredential(credential: Credential): Finding {
  if (credential.kind === "AuthKey") return keyUse;
  const unknownScopes = filterUnknownScopes(getScopes(credential).visible);
  if (unknownScopes.length > 0) {
    return {
      danger: "admin",
      reasons: [`It holds ${unknownScopes.join(", ")}, which this version does not know.`],
    };
  }
  const { scopes } = readMostPower(credential);
  return rateGain(listOperations(scopes), scopes.includes("all"));
}
