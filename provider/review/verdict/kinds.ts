/** The kinds of credentials that a review knows, and what each of their arguments must be. */

/** What an argument holds: how it is read, and what is refused as something else. */
export type Form = "names" | "name" | "flag" | "duration" | "claims" | "number" | "secret";

const trustCredential = {
  scopes: "names",
  tags: "names",
  description: "name",
  unlistedScopes: "names",
  connection: "name",
} as const;

const kinds = {
  OAuthClient: { ...trustCredential, rotateEvery: "duration", generation: "number" },
  AuthKey: {
    tags: "names",
    reusable: "flag",
    ephemeral: "flag",
    preauthorized: "flag",
    expiry: "duration",
    description: "name",
    mintedBy: "secret",
    recreateIfInvalid: "name",
    rotateEvery: "duration",
    renewBefore: "duration",
    generation: "number",
    connection: "name",
  },
  FederatedIdentity: {
    ...trustCredential,
    issuer: "name",
    subject: "name",
    audience: "name",
    customClaimRules: "claims",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Form>>>>;

export type Kind = keyof typeof kinds;

export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** The arguments of a kind, with the form of each. */
export function formsOf(kind: Kind): ReadonlyMap<string, Form> {
  return new Map(Object.entries(kinds[kind]));
}
