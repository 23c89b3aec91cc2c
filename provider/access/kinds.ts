/**
 * The table of our resources: every fact about them that is data. It is the single source for the
 * class declarations, the definitions, the review, the policy rules, the commands and the API's own
 * tables. Programs load this file, so it imports nothing.
 */

/** What an argument holds. */
export type Form = "names" | "name" | "flag" | "duration" | "claims" | "number" | "secret";

/** What happens to an argument, and what a change to it means. */
export type Role =
  /** The API stores it and can change it in place. */
  | "inPlace"
  /** The API stores it but cannot change it, so a change replaces the resource. */
  | "permanent"
  /** Only Tailscope uses it and never sends it. A change is only recorded in the state. */
  | "bookkeeping"
  /** Only Tailscope uses it, and a change replaces the resource. */
  | "replacing";

export interface Argument {
  readonly form: Form;
  readonly role: Role;
}

/** The facts about a resource that is a credential, which the API calls a "key". */
export interface KeyFacts {
  /** Its `keyType` (https://tailscale.com/api#tag/keys). */
  readonly type: string;
  /** The name that an adopted program gives to one without a description. */
  readonly shortName: string;
  /** Its type in Tailscale's official Pulumi provider. */
  readonly officialName: string;
  /** Whether it can be exchanged for API tokens. */
  readonly takesTokens: boolean;
}

export interface ResourceFacts {
  /** What messages call one of them, and several. */
  readonly name: string;
  readonly plural: string;
  /** The scope that allows its operations; with the suffix `:read` it allows only reading. */
  readonly scope: string;
  /** The output that holds its ID. */
  readonly identifier: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  /** Values beyond the arguments: those that the API returns, and those derived from them. */
  readonly outputs: readonly string[];
  /** The outputs that are secret. */
  readonly secretOutputs: readonly string[];
  /** Absent if the resource is not a credential: a review lists it but does not judge it. */
  readonly key?: KeyFacts;
}

const inPlace = <F extends Form>(form: F) => ({ form, role: "inPlace" }) as const;
const permanent = <F extends Form>(form: F) => ({ form, role: "permanent" }) as const;
const bookkeeping = <F extends Form>(form: F) => ({ form, role: "bookkeeping" }) as const;
const replacing = <F extends Form>(form: F) => ({ form, role: "replacing" }) as const;

/**
 * Facts shared by OAuth clients and federated identities, which Tailscale calls trust credentials.
 */
const trustCredential = {
  scopes: inPlace("names"),
  tags: inPlace("names"),
  description: inPlace("name"),
  unlistedScopes: bookkeeping("names"),
  connection: replacing("name"),
} as const;

export const resources = {
  OAuthClient: {
    name: "OAuth client",
    plural: "OAuth clients",
    scope: "oauth_keys",
    identifier: "clientId",
    arguments: {
      ...trustCredential,
      rotateEvery: bookkeeping("duration"),
      generation: replacing("number"),
    },
    outputs: ["clientId", "clientSecret", "createdAt", "updatedAt", "rotatesAt", "userId"],
    secretOutputs: ["clientSecret"],
    key: { type: "client", shortName: "client", officialName: "OauthClient", takesTokens: true },
  },
  FederatedIdentity: {
    name: "federated identity",
    plural: "federated identities",
    scope: "federated_keys",
    identifier: "clientId",
    arguments: {
      issuer: inPlace("name"),
      subject: inPlace("name"),
      audience: inPlace("name"),
      customClaimRules: inPlace("claims"),
      ...trustCredential,
    },
    outputs: ["clientId", "createdAt", "updatedAt", "userId"],
    secretOutputs: [],
    key: {
      type: "federated",
      shortName: "identity",
      officialName: "FederatedIdentity",
      takesTokens: true,
    },
  },
  AuthKey: {
    name: "auth key",
    plural: "auth keys",
    scope: "auth_keys",
    identifier: "keyId",
    arguments: {
      tags: permanent("names"),
      reusable: permanent("flag"),
      ephemeral: permanent("flag"),
      preauthorized: permanent("flag"),
      expiry: permanent("duration"),
      description: permanent("name"),
      mintedBy: bookkeeping("secret"),
      recreateIfInvalid: bookkeeping("name"),
      rotateEvery: bookkeeping("duration"),
      renewBefore: bookkeeping("duration"),
      generation: replacing("number"),
      connection: replacing("name"),
    },
    outputs: ["keyId", "key", "createdAt", "expiresAt", "rotatesAt", "userId"],
    secretOutputs: ["key"],
    key: { type: "auth", shortName: "auth key", officialName: "TailnetKey", takesTokens: false },
  },
} as const satisfies Readonly<Record<string, ResourceFacts>>;

type Table = typeof resources;

/** The name of one of our classes, which is also the last part of its Pulumi type. */
export type ResourceType = keyof Table;

/** A resource that is a credential. */
export type Kind = {
  [Type in ResourceType]: Table[Type] extends { key: KeyFacts } ? Type : never;
}[ResourceType];

export type KeyType = Table[Kind]["key"]["type"];

export type ArgumentName<Type extends ResourceType> = keyof Table[Type]["arguments"] & string;

/** The arguments that the API stores and returns. */
export type AnsweredName<Type extends ResourceType> = {
  [Name in ArgumentName<Type>]: Table[Type]["arguments"][Name] extends {
    role: "inPlace" | "permanent";
  }
    ? Name
    : never;
}[ArgumentName<Type>];

export type OutputName<Type extends ResourceType> = Table[Type]["outputs"][number];

// The table's own keys.
export const resourceTypes = Object.keys(resources) as readonly ResourceType[];

export function isResourceType(name: string): name is ResourceType {
  return Object.hasOwn(resources, name);
}

export function isKind(name: string): name is Kind {
  return isResourceType(name) && getFacts(name).key !== undefined;
}

/** The resources that are credentials. */
export const kinds: readonly Kind[] = resourceTypes.filter(isKind);

export function getFacts(type: ResourceType): ResourceFacts {
  return resources[type];
}

export function getKeyFacts(kind: Kind): KeyFacts & { readonly type: KeyType } {
  return resources[kind].key;
}

const kindsByKey: ReadonlyMap<string, Kind> = new Map(
  kinds.map((kind) => [getKeyFacts(kind).type, kind]),
);

/** Our kind of credential for a type of key; undefined for other types of key. */
export function findKind(keyType: KeyType): Kind;
export function findKind(keyType: string | null | undefined): Kind | undefined;
export function findKind(keyType: string | null | undefined): Kind | undefined {
  return kindsByKey.get(keyType ?? "");
}

/** The arguments of a resource, by name. */
export function getArguments(type: ResourceType): ReadonlyMap<string, Argument> {
  return new Map(Object.entries(getFacts(type).arguments));
}

/** All the scopes that reading our resources needs. */
export const readScopes: readonly string[] = [
  ...new Set(resourceTypes.map((type) => `${getFacts(type).scope}:read`)),
].sort();

/** What a program and the engine need to know about a resource. */
export interface Declaration {
  /** The name in the type token and in messages, for example `"OAuthClient"`. */
  readonly type: ResourceType;
  /** The output that holds its ID. */
  readonly identifier: string;
  /** The arguments that are also outputs, with the values that the API returned. */
  readonly answered: readonly string[];
  /** The values that the API returns besides the arguments. */
  readonly outputs: readonly string[];
  /** Outputs and arguments that are always secret. */
  readonly secrets: readonly string[];
  /**
   * Arguments that the API can change in place. A change to any other argument replaces the
   * resource, unless that argument is in `bookkeeping`.
   */
  readonly inPlace: readonly string[];
  /**
   * Arguments that only Tailscope uses. A change is recorded in the state and never sent to the
   * API, and an unknown value plans no change.
   */
  readonly bookkeeping: readonly string[];
}

export function buildDeclaration(type: ResourceType): Declaration {
  const { identifier, outputs, secretOutputs, arguments: given } = getFacts(type);
  const listNames = (isWanted: (argument: Argument) => boolean) =>
    Object.entries(given).flatMap(([name, argument]) => (isWanted(argument) ? [name] : []));
  return {
    type,
    identifier,
    outputs,
    answered: listNames(({ role }) => role === "inPlace" || role === "permanent"),
    secrets: [...secretOutputs, ...listNames(({ form }) => form === "secret")],
    inPlace: listNames(({ role }) => role === "inPlace"),
    bookkeeping: listNames(({ role }) => role === "bookkeeping"),
  };
}
