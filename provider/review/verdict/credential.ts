/**
 * A credential by its arguments. What of them cannot be seen counts as the least that it could be
 * before a change, and as the most that it could be after it: so nothing that is hidden ever makes
 * a gain smaller, or a loss larger.
 */

import { findInvisible, hasUserInformation } from "../../access/characters";
import { isHidden, isUnknown } from "../../access/engine-values";
import { type Form, getArguments, type Kind } from "../../access/kinds";
import { type Duration, longestAuthKeyLifetime, parseDuration } from "../../access/lifetime";
import type { Trusted } from "../../access/trusted";
import { type Argument, type Arguments, argumentOf, isBag, normalForm } from "../input/argument";

export type Side = "before" | "after";

/** Names of which some may not be seen. */
export interface Names {
  readonly seen: readonly string[];
  readonly isWhole: boolean;
}

interface Common {
  readonly tags: Names;
  /** `""` for the default one; undefined where it cannot be seen. */
  readonly connection: string | undefined;
  /** In seconds; infinite where it is never recreated by itself. */
  readonly rotateEvery: number;
  readonly arguments: Arguments;
  /** The arguments that cannot be seen, or not wholly. */
  readonly unseen: readonly string[];
  /** What an argument has that no argument may have, each in a sentence without its subject. */
  readonly wrong: readonly string[];
}

export interface OAuthClient extends Common {
  readonly kind: "OAuthClient";
  readonly scopes: Names;
}

export interface FederatedIdentity extends Common {
  readonly kind: "FederatedIdentity";
  readonly scopes: Names;
  /**
   * As few as it could be before a change, as many as after it; undefined for nobody and for
   * anybody.
   */
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

export function scopesOf(credential: Credential): Names {
  return credential.kind === "AuthKey" ? { seen: [], isWhole: true } : credential.scopes;
}

export function credentialFrom(kind: Kind, given: Arguments, side: Side): Credential {
  const read = new Map(
    [...getArguments(kind)].map(
      ([name, { form }]) => [name, readArgument(given, name, form)] as const,
    ),
  );
  const wrong = [...read].flatMap(([name, { wrong }]) => wrong.map((what) => `${name} ${what}`));
  const unseen = [...read].flatMap(([name, { isWhole }]) => (isWhole ? [] : [name]));
  const values = valuesFrom(read, side);
  const common: Common = {
    tags: values.names("tags"),
    connection: values.text("connection"),
    rotateEvery: values.rotation(),
    arguments: given,
    unseen,
    wrong,
  };
  switch (kind) {
    case "OAuthClient":
      return { kind, ...common, scopes: values.names("scopes") };
    case "FederatedIdentity":
      return { kind, ...common, scopes: values.names("scopes"), trusted: values.trusted() };
    case "AuthKey": {
      const reusable = values.flag("reusable", true);
      return {
        kind,
        ...common,
        reusable,
        // Ephemeral machines go by themselves: it is the one flag that takes power away.
        ephemeral: values.flag("ephemeral", false),
        preauthorized: values.flag("preauthorized", true),
        expiry: values.expiry(),
        renewBefore: values.optionalDuration("renewBefore"),
        isRecreated: values.isRecreated(reusable),
      };
    }
  }
}

/** What is to be seen of one argument. */
interface Seen {
  readonly value: unknown;
  readonly isWhole: boolean;
  readonly wrong: readonly string[];
}

const nothing: Seen = { value: undefined, isWhole: true, wrong: [] };
const unseen: Seen = { value: undefined, isWhole: false, wrong: [] };

function wrongly(what: string): Seen {
  return { ...unseen, wrong: [what] };
}

function readArgument(given: Arguments, name: string, form: Form): Seen {
  const argument: Argument = argumentOf(given, name);
  if (argument.is === "absent") return nothing;
  // Who mints a key is always secret, and gives the key nothing.
  if (form === "secret") return nothing;
  if (argument.is !== "known") return unseen;
  const read = readValue(argument.value, form);
  const problem = read.isWhole ? problemWith(name, read.value) : undefined;
  return problem === undefined ? read : wrongly(problem);
}

function readValue(value: unknown, form: Exclude<Form, "secret">): Seen {
  switch (form) {
    case "names":
      return Array.isArray(value) ? readNames(value) : wrongly("is not a list of names");
    case "claims":
      return isBag(value) ? readClaims(value) : wrongly("is not a set of rules");
    case "flag":
      return typeof value === "boolean" ? whole(value) : wrongly("is neither true nor false");
    case "number":
      return typeof value === "number" ? whole(value) : wrongly("is not a number");
    case "name":
      // Of a flag and a number that are not there: to the engine `false` is a value.
      return typeof value === "string" ? whole(value) : wrongly("is not a text");
    case "duration": {
      const length =
        typeof value === "string" || typeof value === "number"
          ? parseDuration(value satisfies Duration)
          : undefined;
      return length === undefined ? wrongly("is not a duration") : whole(length);
    }
  }
}

function whole(value: unknown): Seen {
  return { value, isWhole: true, wrong: [] };
}

function readNames(members: readonly unknown[]): Seen {
  const names = members.filter(isSeenText);
  const others = members.filter((member) => !isSeenText(member));
  const isWrong = others.some((member) => !isUnseen(member));
  return {
    value: names,
    isWhole: others.length === 0,
    wrong: isWrong ? ["has a member that is not a name"] : [],
  };
}

function readClaims(rules: Readonly<Record<string, unknown>>): Seen {
  const values = Object.values(rules);
  return {
    value: new Map(Object.entries(rules)),
    isWhole: values.every(isSeenText),
    wrong: values.every((rule) => isSeenText(rule) || isUnseen(rule))
      ? []
      : ["has a rule that is not a pattern"],
  };
}

function isSeenText(value: unknown): value is string {
  return typeof value === "string" && !isUnseen(value);
}

function isUnseen(value: unknown): boolean {
  return isUnknown(value) || isHidden(value);
}

/** What no reader could judge: whom it trusts would not be whom it seems to trust. */
function problemWith(name: string, value: unknown): string | undefined {
  if (name === "recreateIfInvalid" && value !== "always" && value !== "never")
    return 'is neither "always" nor "never"';
  if (!["issuer", "subject", "audience", "customClaimRules"].includes(name)) return undefined;
  const texts: unknown[] = value instanceof Map ? [...value.keys(), ...value.values()] : [value];
  const invisible = [...new Set(texts.flatMap((text) => findInvisible(String(text))))];
  if (invisible.length > 0) return `has characters that nobody can see (${invisible.join(" ")})`;
  return name === "issuer" && hasUserInformation(String(value))
    ? "has a user name before its host, as only a deception has"
    : undefined;
}

/**
 * The arguments by their names, each as the least or the most that it could be where it cannot be
 * seen.
 */
function valuesFrom(read: ReadonlyMap<string, Seen>, side: Side) {
  const seen = (name: string): Seen => read.get(name) ?? nothing;
  const duration = (name: string) => seen(name).value as number | undefined; // Read as its form says.
  const text = (name: string) =>
    seen(name).isWhole ? ((seen(name).value as string | undefined) ?? "") : undefined; // As above.
  return {
    names: (name: string): Names => ({
      seen: (seen(name).value as readonly string[] | undefined) ?? [], // As above.
      isWhole: seen(name).isWhole,
    }),
    text,
    /** @param most the value that gives most */
    flag: (name: string, most: boolean): boolean =>
      seen(name).isWhole ? seen(name).value === true : (side === "after") === most,
    /** Where it cannot be seen: always before, and never afterwards. */
    rotation: (): number =>
      seen("rotateEvery").isWhole
        ? (duration("rotateEvery") ?? Number.POSITIVE_INFINITY)
        : side === "after"
          ? Number.POSITIVE_INFINITY
          : 0,
    /** Zero is no time where it cannot be seen, and to the API what is left out. */
    expiry: (): number => {
      if (!seen("expiry").isWhole) return side === "after" ? longestAuthKeyLifetime : 0;
      return duration("expiry") || longestAuthKeyLifetime;
    },
    /** Where it cannot be seen: not there before, and there afterwards. */
    optionalDuration: (name: string): number | undefined =>
      seen(name).isWhole ? duration(name) : side === "after" ? 0 : undefined,
    isRecreated: (reusable: boolean): boolean => {
      const choice = text("recreateIfInvalid");
      if (choice === undefined) return side === "after";
      // By default a key of which more than one machine was to make use.
      return choice === "" ? reusable : choice !== "never";
    },
    trusted: (): Trusted | undefined => {
      const [issuer, subject, audience] = [text("issuer"), text("subject"), text("audience")];
      const rules = seen("customClaimRules");
      const claims = (rules.value as ReadonlyMap<string, unknown> | undefined) ?? new Map(); // As above.
      if (side === "before" && (subject === undefined || !rules.isWhole)) return undefined;
      if (issuer === undefined || audience === undefined) return undefined;
      // Nobody knows what becomes of a rule that is none.
      if (rules.wrong.length > 0 || seen("subject").wrong.length > 0) return undefined;
      return {
        issuer,
        subject: subject ?? "*",
        audience,
        // Without a rule a claim may have any value, or be missing.
        claims: Object.fromEntries([...claims].filter(isSeenRule)),
      };
    },
  };
}

function isSeenRule(rule: [string, unknown]): rule is [string, string] {
  return isSeenText(rule[1]);
}

/** The names of the arguments that differ, or may differ. */
export function changedArguments(before: Credential, after: Credential): string[] {
  return [...getArguments(after.kind).keys()].filter((name) => {
    const [was, is] = [argumentOf(before.arguments, name), argumentOf(after.arguments, name)];
    return normalForm(was) !== normalForm(is);
  });
}
