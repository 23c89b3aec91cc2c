/** A credential as a preview shows it: what is known of its arguments, and which are not. */

import { type Duration, longestAuthKeyLifetime, seconds } from "../access/lifetime";
import type { Trusted } from "../access/trusted";
import { holdsHidden, isHidden, type Properties } from "./step";

const trustCredential = ["scopes", "tags", "description", "unlistedScopes", "connection"];

/** The arguments of each kind, as this version knows them. */
const known = {
  OAuthClient: [...trustCredential, "rotateEvery", "generation"],
  AuthKey: [
    ...[
      "tags",
      "reusable",
      "ephemeral",
      "preauthorized",
      "expiry",
      "description",
      "mintedBy",
      "recreateIfInvalid",
    ],
    ...["rotateEvery", "renewBefore", "generation", "connection"],
  ],
  FederatedIdentity: [...trustCredential, "issuer", "subject", "audience", "customClaimRules"],
} as const;

export type Kind = keyof typeof known;

export function isKind(name: string): name is Kind {
  return Object.hasOwn(known, name);
}

export function argumentsOf(kind: Kind): readonly string[] {
  return known[kind];
}

export interface Credential {
  readonly kind: Kind;
  /** Scopes that are known; more may come where `unknown` names them. */
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  readonly connection: string;
  readonly flags: {
    readonly reusable: boolean;
    readonly ephemeral: boolean;
    readonly preauthorized: boolean;
  };
  /** In seconds; undefined for what does not expire. */
  readonly expiry?: number;
  /** In seconds; undefined where it is not made anew by itself. */
  readonly rotateEvery?: number;
  readonly renewBefore?: number;
  readonly trusted: Trusted;
  /** Every argument that is there, for saying which changed. */
  readonly values: Properties;
  /** Arguments whose value cannot be seen before the deployment. */
  readonly unknown: readonly string[];
}

/** What a value that cannot be seen counts as: after the change as what lets in most, before it as what let in least. */
const worst = {
  before: { reusable: false, ephemeral: true, preauthorized: false, expiry: 0 },
  after: { reusable: true, ephemeral: false, preauthorized: true, expiry: longestAuthKeyLifetime },
} as const;

export function credentialFrom(
  kind: Kind,
  properties: Properties,
  side: "before" | "after",
): Credential {
  const values = Object.fromEntries(
    argumentsOf(kind).flatMap((name) =>
      isAbsent(properties[name]) ? [] : [[name, properties[name]]],
    ),
  );
  // Who mints a key is always secret, and gives the key nothing.
  const unknown = Object.keys(values).filter(
    (name) => name !== "mintedBy" && holdsHidden(values[name]),
  );
  const flag = (name: keyof Credential["flags"]) =>
    unknown.includes(name) ? worst[side][name] : values[name] === true;
  const expiry = unknown.includes("expiry")
    ? worst[side].expiry
    : (length(values["expiry"]) ?? longestAuthKeyLifetime);
  const rotateEvery = length(values["rotateEvery"]);
  const renewBefore = length(values["renewBefore"]);
  return {
    kind,
    scopes: texts(values["scopes"]),
    tags: texts(values["tags"]),
    connection: text(values["connection"]),
    flags: {
      reusable: flag("reusable"),
      ephemeral: flag("ephemeral"),
      preauthorized: flag("preauthorized"),
    },
    ...(kind === "AuthKey" && { expiry }),
    ...(rotateEvery !== undefined && { rotateEvery }),
    ...(renewBefore !== undefined && { renewBefore }),
    trusted: {
      issuer: text(values["issuer"]),
      subject: text(values["subject"]),
      audience: text(values["audience"]),
      claims: claims(values["customClaimRules"]),
    },
    values,
    unknown,
  };
}

/** The names of the arguments that differ. */
export function changedArguments(before: Credential, after: Credential): string[] {
  return argumentsOf(after.kind).filter(
    (name) => normal(before.values[name]) !== normal(after.values[name]),
  );
}

/** A value's normal form: the order of a list, and of an object's members, means nothing. */
export function normal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(normal).sort().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${normal(member)}`,
  );
  return `{${members.sort().join()}}`;
}

/** Absent, null, false, an empty text, list and object are one thing to the API. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((one) => typeof one === "string" && !isHidden(one))
    : [];
}

function text(value: unknown): string {
  return typeof value === "string" && !isHidden(value) ? value : "";
}

function claims(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null || isHidden(value)) return {};
  // A rule that cannot be seen, or is none, counts as one that lets everybody in.
  const seen = (pattern: unknown) =>
    typeof pattern === "string" && !isHidden(pattern) ? pattern : "*";
  return Object.fromEntries(
    Object.entries(value).map(([claim, pattern]) => [claim, seen(pattern)]),
  );
}

function length(value: unknown): number | undefined {
  return typeof value === "string" || typeof value === "number"
    ? seconds(value as Duration)
    : undefined;
}
