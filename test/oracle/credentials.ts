/**
 * Random credentials, and random changes of them: known, secret, not known yet, or of a shape that
 * cannot be.
 */

import type { Kind } from "./judgement.ts";
import type { Random } from "./random.ts";
import { everyScope } from "./scopes.ts";
import { encrypted, type Json, type Members, secret, unknown } from "./values.ts";

/** Names that no table knows, some of which every object in JavaScript has. */
const strangeScopes = [
  ...["satellites", "constructor", "__proto__", "toString", "logs"],
  ...["ALL", "all ", "All:read", "dns:write", "users:", ":read", "devices:core:read:read", "*"],
];

/** The scopes that decide a class, so that they come often. */
const weightyScopes = ["all", "all:read", "users", "policy_file", "oauth_keys", "auth_keys", "dns"];

const tags = ["tag:ci", "tag:prod", "tag:a", "tag:constructor"];

const issuers = [
  "https://token.actions.githubusercontent.com",
  "https://token.actions.githubusercontent.com/",
  "https://TOKEN.actions.githubusercontent.com",
  "https://token.actions.githubusercontent.com@evil.example.com",
  "https://gitlab.com",
  "https://oidc.example.com/tenant",
];

const audiences = ["https://tailscale.com", "api.tailscale.com/x", "*", "sts.amazonaws.com"];

const claims = ["ref", "environment", "job_workflow_ref", "user.name", "constructor", "__proto__"];

/** Characters that nobody sees. */
const unseen = ["\0", "\u00ad", "\u200b", "\u202e", "\u3164", "\ufeff", "\u{e0041}"];

type Generator = (random: Random) => Json;

/** A pattern of few letters, so that one often lies within another. */
export function pattern(random: Random): string {
  // Signs that mean something to regular expressions, and a run of stars that takes some forever.
  const alphabet = random.chance(0.9) ? ["a", "b", "*", "/"] : ["a", "*", ".", "?", "\\", "(", "é"];
  const length = random.chance(0.02) ? 30 : random.below(6);
  const letters = Array.from({ length }, () => random.pick(alphabet));
  if (random.chance(0.01)) letters.splice(random.below(letters.length + 1), 0, random.pick(unseen));
  return random.pick(["repo:acme/", "repo:", "", "project_path:a/"]) + (letters.join("") || "*");
}

function scopes(random: Random): Json {
  const from = random.chance(0.5) ? everyScope : weightyScopes;
  const list = random.some(from, random.chance(0.05) ? 0 : 1, 3);
  if (random.chance(0.06)) list.push(random.pick(strangeScopes));
  if (random.chance(0.05)) list.push(...random.some(list, 0, 1));
  return random.shuffled(list);
}

function rules(random: Random): Json {
  const chosen = random.some(claims, 1, 3);
  // `__proto__` as a name of its own, as JSON has it.
  return Object.fromEntries(chosen.map((claim) => [claim, pattern(random)]));
}

const duration: Generator = (random) => random.pick(["1h", "12h", "1d", "30d", "90d", 3600]);

const generators: Readonly<Record<string, Generator>> = {
  scopes,
  tags: (random) => random.some(tags, 1, 3),
  description: (random) => random.pick(["CI", "runners", "of the night"]),
  unlistedScopes: () => ["satellites"],
  rotateEvery: duration,
  generation: (random) => random.below(4),
  connection: (random) => random.pick(["prod", "dev"]),
  reusable: (random) => random.chance(0.5),
  ephemeral: (random) => random.chance(0.5),
  preauthorized: (random) => random.chance(0.5),
  expiry: duration,
  mintedBy: () => secret,
  recreateIfInvalid: (random) => random.pick(["always", "never"]),
  renewBefore: () => "30m",
  issuer: (random) => random.pick(issuers),
  subject: pattern,
  audience: (random) => random.pick(audiences),
  customClaimRules: rules,
};

/** Values that the argument cannot have. */
const impossible: Readonly<Record<string, readonly Json[]>> = {
  scopes: ["all", 5, true, { 0: "all" }, [5], [["all"]], [{ scope: "all" }]],
  tags: ["tag:ci", 5, { 0: "tag:ci" }, [null, 5], [["tag:ci"]]],
  reusable: ["true", 1, ["true"], {}],
  preauthorized: ["yes", 0, {}],
  ephemeral: ["false", 1, {}],
  expiry: [true, "soon", {}, ["90d"]],
  rotateEvery: [true, "monthly", {}, ["90d"]],
  recreateIfInvalid: [true, 5, {}],
  issuer: [5, ["https://gitlab.com"], {}],
  subject: [5, true, ["repo:*"], {}],
  audience: [5, ["x"], {}],
  customClaimRules: ["x", 5, ["ref"], { ref: 5 }, { ref: ["main"] }, { ref: { main: "x" } }],
  connection: [5, ["prod"], {}],
};

/** How often each argument is there. Those that are required always are. */
const presence: Readonly<Record<Kind, Readonly<Record<string, number>>>> = {
  OAuthClient: {
    scopes: 1,
    tags: 0.5,
    description: 0.3,
    unlistedScopes: 0.05,
    rotateEvery: 0.3,
    generation: 0.2,
    connection: 0.15,
  },
  AuthKey: {
    tags: 0.8,
    description: 0.2,
    reusable: 0.6,
    ephemeral: 0.5,
    preauthorized: 0.5,
    expiry: 0.7,
    mintedBy: 0.3,
    recreateIfInvalid: 0.4,
    rotateEvery: 0.15,
    renewBefore: 0.1,
    generation: 0.1,
    connection: 0.15,
  },
  FederatedIdentity: {
    scopes: 1,
    tags: 0.4,
    description: 0.3,
    unlistedScopes: 0.05,
    issuer: 1,
    subject: 1,
    audience: 0.3,
    customClaimRules: 0.5,
    connection: 0.1,
  },
};

export function credential(random: Random, kind: Kind): Members {
  const present = Object.entries(presence[kind]).filter(([, often]) => random.chance(often));
  return Object.fromEntries(present.map(([name]) => [name, madeOrNothing(random, kind, name)]));
}

/** Absent, null, an empty text and an empty list or set of rules are one thing. */
function madeOrNothing(random: Random, kind: Kind, name: string): Json {
  const nothings: readonly Json[] =
    name === "tags" ? [[], null] : name === "customClaimRules" ? [{}, null] : ["", null];
  const isOptional = presence[kind][name] !== 1;
  return isOptional && random.chance(0.02) ? random.pick(nothings) : made(random, name);
}

function made(random: Random, name: string): Json {
  return generators[name]?.(random) ?? null;
}

/** What the API cannot change of an auth key replaces it, so an update has these alone. */
const inPlace = ["mintedBy", "recreateIfInvalid"];

/** The same credential, with some of its arguments changed, added or taken away. */
export function changed(random: Random, kind: Kind, from: Members, isUpdate: boolean): Members {
  const all = Object.keys(presence[kind]);
  const may = isUpdate && kind === "AuthKey" && random.chance(0.8) ? inPlace : all;
  const names = random.some(may, 0, Math.min(3, may.length));
  let after: Members = from;
  for (const name of names) {
    const { [name]: before, ...others } = after;
    if (presence[kind][name] !== 1 && before !== undefined && random.chance(0.3)) after = others;
    else if (before !== undefined && random.chance(0.5))
      after = { ...others, [name]: varied(random, name, before) };
    else after = { ...others, [name]: made(random, name) };
  }
  return after;
}

/** A value near the one before, so that many changes are small. */
function varied(random: Random, name: string, before: Json): Json {
  if (Array.isArray(before) && name !== "unlistedScopes") {
    const list: readonly Json[] = before;
    const fresh = made(random, name);
    const more: readonly Json[] = Array.isArray(fresh) ? fresh : [];
    return [...new Set([...random.some(list, 0, list.length), ...random.some(more, 0, 1)])];
  }
  if (typeof before === "string" && name === "subject") return variedPattern(random, before);
  if (name === "customClaimRules" && typeof before === "object" && before !== null) {
    const kept = Object.entries(before).filter(() => random.chance(0.8));
    return Object.fromEntries(
      kept.map(([claim, rule]) => [
        claim,
        typeof rule === "string" && random.chance(0.4) ? variedPattern(random, rule) : rule,
      ]),
    );
  }
  return made(random, name);
}

function variedPattern(random: Random, before: string): string {
  const at = random.below(before.length + 1);
  const end = Math.min(before.length, at + random.below(3));
  return before.slice(0, at) + random.pick(["*", "a", "", "**"]) + before.slice(end) || "*";
}

/**
 * A secret, or what another resource will say; the engine prints either the whole of an argument
 * so, or parts of it.
 */
export function hidden(random: Random, value: Json): Json {
  const mark: Json = random.pick([secret, secret, unknown, unknown, encrypted]);
  if (Array.isArray(value) && value.length > 0 && random.chance(0.5)) {
    const list: readonly Json[] = value;
    const at = random.below(list.length);
    return list.map((one, index) => (index === at ? mark : one));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && random.chance(0.5)) {
    const names = Object.keys(value);
    if (names.length > 0) {
      const hide = random.pick(names);
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, name === hide ? mark : one]),
      );
    }
  }
  return mark;
}

/** Hides some arguments. */
export function partlyHidden(random: Random, from: Members): Members {
  return Object.fromEntries(
    Object.entries(from).map(([name, value]) => [
      name,
      random.chance(0.3) ? hidden(random, value) : value,
    ]),
  );
}

/** One argument has a value that it cannot have, or one is there that no version knows. */
export function damaged(random: Random, kind: Kind, from: Members): Members {
  if (random.chance(0.3)) {
    const name = random.pick(["networks", "constructor", "__proto__", "toString", "sudo"]);
    return Object.fromEntries([...Object.entries(from), [name, random.pick([true, ["*"], "all"])]]);
  }
  const possible = Object.keys(presence[kind]).filter((name) => Object.hasOwn(impossible, name));
  const name = random.pick(possible);
  return { ...from, [name]: random.pick(impossible[name] ?? [5]) };
}
