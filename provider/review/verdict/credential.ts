/**
 * A credential by its arguments. A value that cannot be seen, because it is secret or not known
 * before the deployment, counts as the least that it could be before a change and as the most that
 * it could be after it. So a hidden value never makes a gain smaller, or a loss larger.
 *
 * | hidden argument           | before the change       | after the change         |
 * | ------------------------- | ----------------------- | ------------------------ |
 * | `scopes`, `tags`          | those that can be seen  | any (see comparison.ts)  |
 * | whom an identity trusts   | nobody                  | anybody                  |
 * | `reusable`                | single-use              | reusable                 |
 * | `ephemeral`               | ephemeral               | not ephemeral            |
 * | `preauthorized`           | not preauthorized       | preauthorized            |
 * | `expiry`                  | no time                 | the longest there is     |
 * | `rotateEvery`             | always                  | never                    |
 * | `renewBefore`             | not renewed             | renewed                  |
 * | `recreateIfInvalid`       | not recreated           | recreated                |
 * | `connection`              | another tailnet         | another tailnet          |
 */

import { getArguments, type Kind } from "../../access/kinds";
import { longestAuthKeyLifetime } from "../../access/lifetime";
import type { Trusted } from "../../access/trusted";
import { type Arguments, getArgument, normalizeArgument } from "../input/argument";
import { absent, isVisibleText, type Reading, readArgument } from "./read-argument";

export type Side = "before" | "after";

/** Names, some of which may be hidden. */
export interface Names {
  readonly visible: readonly string[];
  readonly isComplete: boolean;
}

interface Common {
  readonly tags: Names;
  /** `""` for the default connection; undefined where it cannot be seen. */
  readonly connection: string | undefined;
  /** In seconds; infinite where the credential is never rotated. */
  readonly rotateEvery: number;
  readonly arguments: Arguments;
  /** The arguments that cannot be seen completely. */
  readonly hiddenArguments: readonly string[];
  /** What is wrong with the arguments, each in a sentence without its subject, the credential. */
  readonly problems: readonly string[];
}

export interface OAuthClient extends Common {
  readonly kind: "OAuthClient";
  readonly scopes: Names;
}

export interface FederatedIdentity extends Common {
  readonly kind: "FederatedIdentity";
  readonly scopes: Names;
  /** Undefined for nobody before a change, and for anybody after it. */
  readonly trusted: Trusted | undefined;
}

export interface AuthKey extends Common {
  readonly kind: "AuthKey";
  readonly reusable: boolean;
  readonly ephemeral: boolean;
  readonly preauthorized: boolean;
  /** In seconds. */
  readonly expiry: number;
  /** In seconds before it expires; undefined where it is not renewed. */
  readonly renewBefore: number | undefined;
  /** Whether it is recreated when it is used up, expired or revoked. */
  readonly isRecreated: boolean;
}

export type Credential = OAuthClient | FederatedIdentity | AuthKey;

export function getScopes(credential: Credential): Names {
  return credential.kind === "AuthKey" ? { visible: [], isComplete: true } : credential.scopes;
}

export function readCredential(kind: Kind, given: Arguments, side: Side): Credential {
  const readings = new Map(
    [...getArguments(kind)].map(
      ([name, { form }]) => [name, readArgument(given, name, form)] as const,
    ),
  );
  const worst = assumeWorst(readings, side);
  const common: Common = {
    tags: worst.names("tags"),
    connection: worst.text("connection"),
    rotateEvery: worst.rotateEvery(),
    arguments: given,
    hiddenArguments: [...readings].flatMap(([name, { isComplete }]) => (isComplete ? [] : [name])),
    problems: [...readings].flatMap(([name, { problems }]) =>
      problems.map((problem) => `${name} ${problem}`),
    ),
  };
  switch (kind) {
    case "OAuthClient":
      return { kind, ...common, scopes: worst.names("scopes") };
    case "FederatedIdentity":
      return { kind, ...common, scopes: worst.names("scopes"), trusted: worst.trusted() };
    case "AuthKey": {
      const reusable = worst.flag("reusable", true);
      return {
        kind,
        ...common,
        reusable,
        // Ephemeral machines are removed by themselves: this flag alone takes power away.
        ephemeral: worst.flag("ephemeral", false),
        preauthorized: worst.flag("preauthorized", true),
        expiry: worst.expiry(),
        renewBefore: worst.renewBefore(),
        isRecreated: worst.isRecreated(reusable),
      };
    }
  }
}

/** The value of each argument; for a hidden one, the worst possible value. See the table above. */
function assumeWorst(readings: ReadonlyMap<string, Reading>, side: Side) {
  const isAfter = side === "after";
  const read = (name: string): Reading => readings.get(name) ?? absent;
  // The casts hold because readArgument checks each value against its form in the table of kinds.
  const duration = (name: string) => read(name).value as number | undefined;
  const text = (name: string) =>
    read(name).isComplete ? ((read(name).value as string | undefined) ?? "") : undefined;
  return {
    names: (name: string): Names => ({
      visible: (read(name).value as readonly string[] | undefined) ?? [],
      isComplete: read(name).isComplete,
    }),
    text,
    /** @param worst the value that gives the most power */
    flag: (name: string, worst: boolean): boolean =>
      read(name).isComplete ? read(name).value === true : isAfter === worst,
    rotateEvery: (): number => {
      if (!read("rotateEvery").isComplete) return isAfter ? Number.POSITIVE_INFINITY : 0;
      return duration("rotateEvery") ?? Number.POSITIVE_INFINITY;
    },
    expiry: (): number => {
      if (!read("expiry").isComplete) return isAfter ? longestAuthKeyLifetime : 0;
      // The API takes zero for an expiry that is left out.
      return duration("expiry") || longestAuthKeyLifetime;
    },
    renewBefore: (): number | undefined => {
      if (!read("renewBefore").isComplete) return isAfter ? 0 : undefined;
      return duration("renewBefore");
    },
    isRecreated: (reusable: boolean): boolean => {
      const choice = text("recreateIfInvalid");
      if (choice === undefined) return isAfter;
      // By default a key is recreated if more than one machine may join with it.
      return choice === "" ? reusable : choice !== "never";
    },
    trusted: (): Trusted | undefined => {
      const [issuer, subject, audience] = [text("issuer"), text("subject"), text("audience")];
      const rules = read("customClaimRules");
      const claims = (rules.value as ReadonlyMap<string, unknown> | undefined) ?? new Map();
      if (!isAfter && (subject === undefined || !rules.isComplete)) return undefined;
      if (issuer === undefined || audience === undefined) return undefined;
      // It is not known how Tailscale treats a rule that is not a pattern.
      if (rules.problems.length > 0 || read("subject").problems.length > 0) return undefined;
      return {
        issuer,
        subject: subject ?? "*",
        audience,
        // Without a rule, a claim may have any value or be missing.
        claims: Object.fromEntries([...claims].filter(isVisibleRule)),
      };
    },
  };
}

function isVisibleRule(rule: [string, unknown]): rule is [string, string] {
  return isVisibleText(rule[1]);
}

/** The names of the arguments that differ, or may differ. */
export function findChangedArguments(before: Credential, after: Credential): string[] {
  return [...getArguments(after.kind).keys()].filter((name) => {
    const [was, is] = [getArgument(before.arguments, name), getArgument(after.arguments, name)];
    return normalizeArgument(was) !== normalizeArgument(is);
  });
}
