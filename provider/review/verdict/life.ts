/**
 * How long a credential lives and how often it may be used: what a change of these means, in
 * sentences.
 */

import type { Kind } from "../../access/kinds";
import { describeSeconds } from "../../access/lifetime";
import type { Change, Kept } from "./changes";
import type { AuthKey, Credential } from "./credential";
import { inQuotes, type Life } from "./sentences";
import { trustAtFirst, trustChanges } from "./trust";

/** What the credential after is held against. */
export interface Against {
  /** Undefined where that is nothing: everything about the credential after is new. */
  readonly earlier: Credential | undefined;
  /** Whether it moves to another tailnet, or may do so. */
  readonly isMoved: boolean;
}

export function lifeOf(
  { change, kind, kept }: Change,
  before: Credential | undefined,
  after: Credential | undefined,
  { earlier, isMoved }: Against,
): Life[] {
  const whose = change === "replace" ? "The old one" : "It";
  const left: Life[] =
    kept === undefined ? [] : [{ sentence: `${whose} ${stays(kept)}`, widens: "life" }];
  switch (change) {
    case "discard":
      return [{ sentence: "It was only looked up, and stays as it is." }];
    case "import":
      return [{ sentence: "The stack manages it from now on; it stays as it is." }];
    case "delete":
      return left.length > 0 ? left : [{ sentence: endOf(kind) }];
    default:
  }
  if (after === undefined) return left;
  return [
    ...(change === "replace"
      ? [{ sentence: `${replacements[kind]}${kept ? "." : ", and the old one is revoked."}` }]
      : []),
    ...left,
    ...(before !== undefined && isMoved ? [moveOf(before, after)] : []),
    ...(earlier === undefined ? atFirst(after) : changesOf(earlier, after)),
  ];
}

function endOf(kind: Kind): string {
  return kind === "AuthKey"
    ? "Revoked: no machine can join with it any more; those that did stay."
    : "Revoked: whoever still uses it loses access.";
}

const replacements: Readonly<Record<Kind, string>> = {
  AuthKey: "A new key is made",
  OAuthClient: "A new client with another id and secret is made",
  FederatedIdentity: "A new identity with another client id is made",
};

function stays({ isCertain, reason }: Kept): string {
  return isCertain
    ? `stays alive, and nobody manages it: ${reason}.`
    : `may stay alive, and nobody would manage it: ${reason}.`;
}

function moveOf(before: Credential, after: Credential): Life {
  return {
    sentence: `Moves from ${tailnetOf(before)} to ${tailnetOf(after)}: all that it can do there is new.`,
    // One that may not move at all is not held against who could use it before.
    widens: before.connection === undefined || after.connection === undefined ? "users" : "tailnet",
  };
}

function tailnetOf({ connection }: Credential): string {
  if (connection === undefined) return "a connection that cannot be seen";
  return connection === "" ? "the default connection" : `the connection ${inQuotes(connection)}`;
}

function atFirst(after: Credential): Life[] {
  const there: Life[] = after.connection
    ? [{ sentence: `It is in the tailnet of ${tailnetOf(after)}.` }]
    : [];
  switch (after.kind) {
    case "AuthKey":
      return [...keyAtFirst(after), ...there];
    case "OAuthClient":
      return [{ sentence: `Does not expire.${rotationOf(after)}` }, ...there];
    case "FederatedIdentity":
      return [...trustAtFirst(after), ...there];
  }
}

function changesOf(before: Credential, after: Credential): Life[] {
  const rotation = rotationChanges(before, after);
  if (after.kind === "AuthKey" && before.kind === "AuthKey")
    return [
      ...keyChanges(before, after),
      ...rotation,
      ...renewalChanges(before, after),
      ...recreationChanges(before, after),
    ];
  if (after.kind === "FederatedIdentity" && before.kind === "FederatedIdentity")
    return trustChanges(before, after);
  return rotation;
}

/** What each flag is called, set or not, and what that means. */
const flagsOf = {
  reusable: {
    on: ["Reusable", "any number of machines may join with it"],
    off: ["Single-use", "one machine may join with it"],
  },
  ephemeral: {
    on: ["Ephemeral", "machines are removed when they go offline"],
    off: ["Not ephemeral", "machines stay until somebody removes them"],
  },
  preauthorized: {
    on: ["Preauthorised", "machines join without approval"],
    off: ["Not preauthorised", "machines may need approval"],
  },
} as const;

const flagNames = ["reusable", "ephemeral", "preauthorized"] as const;

const untagged: Life = {
  sentence: "Without tags: machines that join with it belong to the user who deploys.",
  widens: "use",
};

function isUntagged({ tags }: AuthKey): boolean {
  return tags.isWhole && tags.seen.length === 0;
}

function keyAtFirst(after: AuthKey): Life[] {
  return [
    {
      sentence: `Lives ${describeSeconds(after.expiry)}${ifUnseen(after, "expiry")}.${rotationOf(after)}`,
    },
    ...flagNames
      // Of what a key is by default, only the single use is worth a line.
      .filter((name) => after[name] || name === "reusable")
      .map((name): Life => {
        const [flag, meaning] = flagsOf[name][after[name] ? "on" : "off"];
        return { sentence: `${flag}: ${meaning}${ifUnseen(after, name)}.` };
      }),
    ...(isUntagged(after) ? [untagged] : []),
  ];
}

function keyChanges(before: AuthKey, after: AuthKey): Life[] {
  const changed: Life[] = [];
  if (before.expiry !== after.expiry) {
    const old = before.unseen.includes("expiry")
      ? "; how long it lived cannot be seen"
      : ` instead of ${describeSeconds(before.expiry)}`;
    changed.push({
      sentence: `Lives ${describeSeconds(after.expiry)}${ifUnseen(after, "expiry")}${old}.`,
      ...(after.expiry > before.expiry && { widens: "use" }),
    });
  }
  for (const name of flagNames) {
    if (before[name] === after[name]) continue;
    const [flag, meaning] = flagsOf[name][after[name] ? "on" : "off"];
    // Ephemeral machines go by themselves: it is the one flag that takes power away.
    const widens = name === "ephemeral" ? !after[name] : after[name];
    changed.push({
      sentence: `${flag} now: ${meaning}${ifUnseen(after, name)}.`,
      ...(widens && { widens: "use" }),
    });
  }
  return isUntagged(after) && !isUntagged(before) ? [...changed, untagged] : changed;
}

function recreationChanges(before: AuthKey, after: AuthKey): Life[] {
  if (before.isRecreated === after.isRecreated) return [];
  return [
    after.isRecreated
      ? {
          sentence: `Recreated from now on when it is used up, has expired or was revoked${ifUnseen(after, "recreateIfInvalid")}.`,
          widens: "use",
        }
      : { sentence: "Not recreated any more when it is used up, has expired or was revoked." },
  ];
}

function rotationChanges(before: Credential, after: Credential): Life[] {
  const changed: Life[] = [];
  const [was, is] = [before.rotateEvery, after.rotateEvery];
  if (after.unseen.includes("rotateEvery")) {
    changed.push({
      sentence: "How often it is rotated cannot be seen yet: counted as never.",
      ...(is > was && { widens: "life" }),
    });
  } else if (was !== is) {
    const old = before.unseen.includes("rotateEvery")
      ? "; how often it was cannot be seen"
      : Number.isFinite(was)
        ? ` instead of every ${describeSeconds(was)}`
        : "";
    changed.push({
      sentence: Number.isFinite(is)
        ? `Rotated every ${describeSeconds(is)}${old}.`
        : "Not rotated any more: its secret stays until somebody replaces it.",
      ...(is > was && { widens: "life" }),
    });
  }
  return changed;
}

function renewalChanges(before: AuthKey, after: AuthKey): Life[] {
  const [was, is] = [before.renewBefore, after.renewBefore];
  if (was === is) return [];
  if (is === undefined) return [{ sentence: "Not renewed before it expires any more." }];
  // It goes on where it would have ended.
  const widens = was === undefined ? { widens: "life" as const } : {};
  return [{ sentence: `Renewed ${renewalOf(is, after)} it expires.`, ...widens }];
}

function rotationOf(credential: Credential): string {
  const { rotateEvery } = credential;
  const renewBefore = credential.kind === "AuthKey" ? credential.renewBefore : undefined;
  return [
    ...(Number.isFinite(rotateEvery) ? [` Rotated every ${describeSeconds(rotateEvery)}.`] : []),
    ...(renewBefore === undefined
      ? []
      : [` Renewed ${renewalOf(renewBefore, credential)} it expires.`]),
  ].join("");
}

function renewalOf(renewBefore: number, credential: Credential): string {
  return credential.unseen.includes("renewBefore")
    ? "before"
    : `${describeSeconds(renewBefore)} before`;
}

function ifUnseen({ unseen }: Credential, name: string): string {
  return unseen.includes(name) ? ", for all that can be seen yet" : "";
}
