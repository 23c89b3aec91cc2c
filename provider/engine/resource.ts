/**
 * The interface of a resource's definition: everything in which resources differ. The rest of this
 * folder is what they share.
 */

import type { z } from "zod";
import {
  type AnsweredName,
  type ArgumentName,
  type Declaration,
  isKind,
  type Kind,
  type OutputName,
  type ResourceType,
} from "../access/kinds";
import type { Key } from "../api/keys/key";
import type { Minter, Tailnet } from "../api/tailnet";

/** A plain object, as the engine passes it. */
export type Properties = Record<string, unknown>;

/** What is wrong with one input, and what to write instead. */
export interface Failure {
  /** Where, for example `"scopes[1]"`. */
  readonly property: string;
  readonly reason: string;
}

/** What a create or an update gives to the credential. An absent member is not known yet. */
export interface Grants {
  /** The scope without which the deployer can neither create nor update such a credential. */
  readonly needs: string;
  readonly scopes?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** The OAuth client that creates it instead of the deployer. */
  readonly minter?: Minter | undefined;
}

/** The credential is revoked, expired or used up: the next `up` creates a new one. */
export const gone = Symbol("gone");

/** The tailnet shows no credential with that id: it is gone, or this is another tailnet. */
export const missing = Symbol("missing");

/**
 * A resource beyond its row in the table of `access/kinds.ts`. Its verbs are plain functions of
 * plain data.
 */
export interface Resource<Inputs extends object> extends Declaration {
  /**
   * A schema for each argument. It also normalizes (it sorts sets), so that two spellings of one
   * thing never show as a change.
   */
  readonly inputs: z.ZodObject<{ [Name in keyof Required<Inputs>]: z.ZodType<Inputs[Name]> }>;
  /**
   * Checks what involves several arguments.
   * @param known the arguments that are known and valid by themselves
   * @param written all arguments as the program wrote them
   */
  readonly checkTogether: (known: Partial<Inputs>, written: Properties) => readonly Failure[];
  /** Finds what is valid but most likely a mistake. Each is a sentence, a warning at preview. */
  readonly findDoubts?: (known: Partial<Inputs>) => readonly string[];
  /** Checks what depends on who creates it: a trust credential or a user. */
  readonly checkMaker?: (known: Partial<Inputs>, isTrustCredential: boolean) => readonly Failure[];
  /**
   * What a create or an update gives to it, which is checked before anything is sent; undefined if
   * it is not known yet who creates it.
   */
  findGrants(known: Partial<Inputs>): Grants | undefined;

  /**
   * Whether Tailscale is known to rewrite the argument `asked` to `answered`. If absent, it never
   * rewrites one.
   */
  isRewriting?(name: string, asked: unknown, answered: unknown): boolean;
  /** Creates it with one request. */
  create(wanted: Inputs, tailnet: Tailnet): Promise<{ readonly id: string } & Properties>;
  /**
   * What the tailnet has now, by the names of arguments and outputs. What the answer does not have
   * is left out.
   */
  read(
    id: string,
    state: Recorded<Inputs>,
    tailnet: Tailnet,
  ): Promise<Properties | typeof gone | typeof missing>;
  /**
   * Updates the arguments `changed` in place, and leaves the others as the tailnet has them. Absent
   * if the table has no argument that can be updated.
   */
  update?(
    id: string,
    wanted: Inputs,
    changed: readonly (keyof Inputs & string)[],
    state: Recorded<Inputs>,
    tailnet: Tailnet,
  ): Promise<Properties>;
  /** Whether one that is no longer valid is recreated. If absent, every one is. */
  isRecreated?(state: Partial<Inputs>): boolean;
  delete(id: string, state: Recorded<Inputs>, tailnet: Tailnet): Promise<void>;
}

/**
 * A resource that is a credential, a "key" to the API. One list has all keys: so they share reads,
 * an inventory lists them, they can be adopted, and lost creates are found.
 */
export interface KeyResource<Inputs extends object> extends Resource<Inputs> {
  readonly type: Kind;
  /**
   * A key of the API, by the names of arguments and outputs. What the answer does not have is left
   * out.
   */
  toProperties(key: Key): Properties;
}

export function isKeyResource<Inputs extends object>(
  resource: Resource<Inputs>,
): resource is KeyResource<Inputs> {
  return isKind(resource.type);
}

/** The schemas of a resource's arguments: exactly one for each argument in the table. */
export type Schemas<Type extends ResourceType> = Readonly<Record<ArgumentName<Type>, z.ZodType>>;

/** What the API can answer about a resource. */
export type AnsweredProperties<Type extends ResourceType> = {
  readonly [Name in AnsweredName<Type> | OutputName<Type>]?: unknown;
};

/** A credential in the state: its arguments as the program wrote them, and what the API added. */
export type Recorded<Inputs> = Partial<Inputs> & {
  /** The user who created it, `""` for a trust credential; absent if that is not known. */
  readonly userId?: string;
  /** When it expires: RFC 3339. */
  readonly expiresAt?: string;
  /** What Tailscale filled in for arguments that the program left out. */
  readonly filledIn: Properties;
};
