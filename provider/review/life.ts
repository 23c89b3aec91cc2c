/** How long a credential lives, who may use it and how often: what a change of these means, in sentences. */

import { secondsInWords } from "../access/lifetime";
import { isTrustWithin, whoMayUse } from "../access/trusted";
import type { Change } from "./changes";
import { type Credential, normal } from "./credential";

/** One thing about a credential's life. */
export interface Life {
  readonly sentence: string;
  /** Whether it gives somebody more than before: `"users"` where new ones may use all that the credential can do. */
  readonly widens?: "users" | "use" | "life";
}

export function lifeOf(
  change: Change["change"],
  before: Credential | undefined,
  after: Credential | undefined,
): Life[] {
  if (after === undefined) return [{ sentence: endOf(before) }];
  const made = before === undefined ? lifeAtFirst(after) : lifeAfter(before, after);
  return change === "replace" ? [{ sentence: replacementOf(after) }, ...made] : made;
}

function endOf(before: Credential | undefined): string {
  return before?.kind === "AuthKey"
    ? "Revoked: no machine can join with it any more; those that did stay."
    : "Revoked: whoever still uses it loses access.";
}

function replacementOf({ kind }: Credential): string {
  switch (kind) {
    case "AuthKey":
      return "A new key is made, and the old one is revoked.";
    case "OAuthClient":
      return "A new client with another id and secret is made, and the old one is revoked.";
    case "FederatedIdentity":
      return "A new identity with another client id is made, and the old one is revoked.";
  }
}

const flagsOf = {
  reusable: {
    on: "Reusable: any number of machines may join with it",
    off: "Single-use: one machine may join with it",
  },
  ephemeral: {
    on: "Ephemeral: machines are removed when they go offline",
    off: "Not ephemeral: machines stay until somebody removes them",
  },
  preauthorized: {
    on: "Preauthorised: machines join without approval",
    off: "Not preauthorised: machines may need approval",
  },
} as const;

const flagNames = ["reusable", "ephemeral", "preauthorized"] as const;

function lifeAtFirst(after: Credential): Life[] {
  switch (after.kind) {
    case "AuthKey":
      return [
        { sentence: `Lives ${spoken(after.expiry)}${unseen(after, "expiry")}.${rotation(after)}` },
        ...flagNames
          // Of what a key is by default, only the single use is worth a line.
          .filter((name) => after.flags[name] || name === "reusable")
          .map(
            (name): Life => ({
              sentence: `${flagsOf[name][after.flags[name] ? "on" : "off"]}${unseen(after, name)}.`,
            }),
          ),
        ...(after.tags.length === 0 && !after.unknown.includes("tags") ? [untagged] : []),
      ];
    case "OAuthClient":
      return [{ sentence: `Does not expire.${rotation(after)}` }];
    case "FederatedIdentity":
      return [{ sentence: `Does not expire; ${who(after)} may use it.` }];
  }
}

const untagged: Life = {
  sentence: "Without tags: machines that join with it belong to the user who deploys.",
  widens: "use",
};

function lifeAfter(before: Credential, after: Credential): Life[] {
  const changed: Life[] = [];
  if (before.connection !== after.connection) {
    changed.push({
      sentence: `Moves from ${tailnetOf(before)} to ${tailnetOf(after)}: all that it can do there is new.`,
      widens: "users",
    });
  }
  if (after.kind === "AuthKey") changed.push(...keyChanges(before, after));
  if (after.kind === "FederatedIdentity") changed.push(...trustChanges(before, after));
  changed.push(...rotationChanges(before, after));
  return changed;
}

function keyChanges(before: Credential, after: Credential): Life[] {
  const changed: Life[] = [];
  const [was = 0, is = 0] = [before.expiry, after.expiry];
  if (was !== is) {
    const old = before.unknown.includes("expiry")
      ? "; how long it lived is not known"
      : ` instead of ${secondsInWords(was)}`;
    changed.push({
      sentence: `Lives ${spoken(is)}${unseen(after, "expiry")}${old}.`,
      ...(is > was && { widens: "use" }),
    });
  }
  for (const name of flagNames) {
    if (before.flags[name] === after.flags[name]) continue;
    const isOn = after.flags[name];
    const [head, ...rest] = flagsOf[name][isOn ? "on" : "off"].split(":");
    // Ephemeral machines go by themselves: it is the one flag that takes power away.
    const widens = name === "ephemeral" ? !isOn : isOn;
    changed.push({
      sentence: `${head} now:${rest.join(":")}${unseen(after, name)}.`,
      ...(widens && { widens: "use" }),
    });
  }
  const isUntagged =
    after.tags.length === 0 && !after.unknown.includes("tags") && before.tags.length > 0;
  return isUntagged ? [...changed, untagged] : changed;
}

const trustArguments = ["issuer", "subject", "audience", "customClaimRules"] as const;

function trustChanges(before: Credential, after: Credential): Life[] {
  const hidden = trustArguments.filter((name) => after.unknown.includes(name));
  if (hidden.length > 0) {
    return [
      {
        sentence: `Anybody may use it now, for all that is known: ${hidden.join(", ")} is not known yet.`,
        widens: "users",
      },
    ];
  }
  const parts = trustArguments
    .map((name) => [name, part(before, name), part(after, name)] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name} ${was} became ${is}`);
  if (parts.length === 0) return [];
  const how = parts.join("; ");
  if (!isTrustWithin(after.trusted, before.trusted)) {
    const [first = "", ...rest] = who(after);
    return [
      {
        sentence: `${first.toUpperCase()}${rest.join("")} may use it now: ${how}.`,
        widens: "users",
      },
    ];
  }
  return [
    {
      sentence: isTrustWithin(before.trusted, after.trusted)
        ? `As many may use it: ${how}.`
        : `Fewer may use it: ${how}.`,
    },
  ];
}

function part(credential: Credential, name: (typeof trustArguments)[number]): string {
  if (credential.unknown.includes(name)) return "(not known)";
  const value = credential.values[name];
  if (value === undefined) return "(none)";
  return normal(value);
}

function who(after: Credential): string {
  return trustArguments.some((name) => after.unknown.includes(name))
    ? "anybody, for all that is known yet,"
    : whoMayUse(after.trusted);
}

function rotationChanges(before: Credential, after: Credential): Life[] {
  const changed: Life[] = [];
  if (after.unknown.includes("rotateEvery")) {
    changed.push({
      sentence: "How often it is made anew is not known yet: counted as never.",
      widens: "life",
    });
  } else if (before.rotateEvery !== after.rotateEvery) {
    const [was, is] = [before.rotateEvery, after.rotateEvery];
    const old = was === undefined ? "" : ` instead of every ${secondsInWords(was)}`;
    changed.push(
      is === undefined
        ? {
            sentence:
              "Not made anew by itself any more: its secret stays until somebody replaces it.",
            widens: "life",
          }
        : {
            sentence: `Made anew every ${secondsInWords(is)}${old}.`,
            ...(was !== undefined && is > was && { widens: "life" }),
          },
    );
  }
  if (before.renewBefore !== after.renewBefore) {
    const is = after.renewBefore;
    changed.push({
      sentence:
        is === undefined
          ? "Not renewed before it expires any more."
          : `Renewed ${secondsInWords(is)} before it expires.`,
    });
  }
  return changed;
}

function rotation({ rotateEvery, renewBefore }: Credential): string {
  return [
    ...(rotateEvery === undefined ? [] : [` Made anew every ${secondsInWords(rotateEvery)}.`]),
    ...(renewBefore === undefined
      ? []
      : [` Renewed ${secondsInWords(renewBefore)} before it expires.`]),
  ].join("");
}

function spoken(seconds: number | undefined): string {
  return secondsInWords(seconds ?? 0);
}

function unseen({ unknown }: Credential, name: string): string {
  return unknown.includes(name) ? ", for all that is known yet" : "";
}

function tailnetOf({ connection }: Credential): string {
  return connection === ""
    ? "the default connection"
    : `the connection ${JSON.stringify(connection)}`;
}
