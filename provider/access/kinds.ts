/**
 * Our resources, with every fact about each that is data. It is the one place for them: the
 * declarations of the classes, the definitions, a review, the policy rules, the commands and the
 * API's own tables are made from it. Programs load it, so it needs nothing.
 */

/** What an argument holds. */
export type Form = "names" | "name" | "flag" | "duration" | "claims" | "number" | "secret";

/** What becomes of an argument, and what a change of it means. */
export type Role =
  /** The API has it, and can change it. */
  | "inPlace"
  /** The API has it, and cannot change it: a change replaces the resource. */
  | "permanent"
  /** Ours alone: nothing of it is sent. A change is written down. */
  | "bookkeeping"
  /** Ours alone, and a change replaces the resource. */
  | "replacing";

export interface Argument {
  readonly form: Form;
  readonly role: Role;
}

/** What makes a resource a credential, a "key" to the API. */
export interface KeyFacts {
  /** Its `keyType` (https://tailscale.com/api#tag/keys). */
  readonly type: string;
  /** What one without a description is called in an adopted program. */
  readonly shortName: string;
  /** Its type in Tailscale's official Pulumi provider. */
  readonly officialName: string;
  /** Whether API tokens are taken with it. */
  readonly takesTokens: boolean;
}

export interface ResourceFacts {
  /** What one is called in a sentence, and several. */
  readonly name: string;
  readonly plural: string;
  /** The scope that opens its operations; with `:read` behind it for reading alone. */
  readonly scope: string;
  /** The output that is its id. */
  readonly identifier: string;
  readonly arguments: Readonly<Record<string, Argument>>;
  /** What the API gives beyond the arguments, and what follows from that. */
  readonly outputs: readonly string[];
  /** Those of the outputs that are secret. */
  readonly secretOutputs: readonly string[];
  /** Absent for what is not a credential: a review names it and does not judge it. */
  readonly key?: KeyFacts;
}

const inPlace = <F extends Form>(form: F) => ({ form, role: "inPlace" }) as const;
const permanent = <F extends Form>(form: F) => ({ form, role: "permanent" }) as const;
const bookkeeping = <F extends Form>(form: F) => ({ form, role: "bookkeeping" }) as const;
const replacing = <F extends Form>(form: F) => ({ form, role: "replacing" }) as const;

/** Of OAuth clients and federated identities, which Tailscale calls trust credentials. */
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

/** The name of a class of ours, which is the last part of its type in Pulumi. */
export type ResourceType = keyof Table;

/** A resource that is a credential. */
export type Kind = {
  [Type in ResourceType]: Table[Type] extends { key: KeyFacts } ? Type : never;
}[ResourceType];

export type KeyType = Table[Kind]["key"]["type"];

export type ArgumentName<Type extends ResourceType> = keyof Table[Type]["arguments"] & string;

/** The arguments that the API has, which it answers with. */
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

/** The credential that a key is to us; undefined for other kinds of key. */
export function findKind(keyType: KeyType): Kind;
export function findKind(keyType: string | null | undefined): Kind | undefined;
export function findKind(keyType: string | null | undefined): Kind | undefined {
  return kindsByKey.get(keyType ?? "");
}

/** The arguments of a resource, by their names. */
export function getArguments(type: ResourceType): ReadonlyMap<string, Argument> {
  return new Map(Object.entries(getFacts(type).arguments));
}

/** All that reading our resources needs. */
export const readScopes: readonly string[] = [
  ...new Set(resourceTypes.map((type) => `${getFacts(type).scope}:read`)),
].sort();

/** A resource as a program and the engine need to know it. */
export interface Declaration {
  /** The name in the type token and in messages, for example `"OAuthClient"`. */
  readonly type: ResourceType;
  /** The output that is its id. */
  readonly identifier: string;
  /** The arguments that are outputs as well: as the API answered them. */
  readonly answered: readonly string[];
  /** What the API gives beyond the arguments. */
  readonly outputs: readonly string[];
  /** Outputs and arguments that are always secret. */
  readonly secrets: readonly string[];
  /**
   * Arguments that the API can change in place. A change of any other that is not bookkeeping
   * replaces.
   */
  readonly inPlace: readonly string[];
  /**
   * Arguments that are ours alone: a change of them is written down, nothing is sent, and an
   * unknown one plans nothing.
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
