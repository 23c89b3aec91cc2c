/**
 * What a resource says about itself: everything that differs between resources is here, everything
 * they share is in this folder.
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

/** A plain object as the engine passes it. */
export type Properties = Record<string, unknown>;

/** What is wrong with one input, and what would be right. */
export interface Failure {
  /** Where, for example `"scopes[1]"`. */
  readonly property: string;
  readonly reason: string;
}

/** What making or changing a credential gives away. Absent members are not known yet. */
export interface Grants {
  /** The scope without which the deployer can do nothing of the kind. */
  readonly needs: string;
  readonly scopes?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Who makes it in the deployer's place. */
  readonly minter?: Minter | undefined;
}

/** A credential that no longer opens anything: the next `up` makes a new one. */
export const gone = Symbol("gone");

/** The tailnet shows no credential of that id: it is gone, or this is not its tailnet. */
export const missing = Symbol("missing");

/**
 * What every resource of ours says about itself beside its row in the table of `access/kinds.ts`.
 * Its verbs are plain functions over plain data.
 */
export interface Resource<Inputs extends object> extends Declaration {
  /**
   * One schema an argument. It normalises (sets are sorted), so that two spellings of one thing
   * never show as a change.
   */
  readonly inputs: z.ZodObject<{ [Name in keyof Required<Inputs>]: z.ZodType<Inputs[Name]> }>;
  /**
   * What involves several arguments. Sees those that are known and right by themselves, and all as
   * they were written.
   */
  readonly checkTogether: (known: Partial<Inputs>, written: Properties) => readonly Failure[];
  /** What is right and yet most likely not meant: a sentence each, said once when it is new. */
  readonly findDoubts?: (known: Partial<Inputs>) => readonly string[];
  /** What depends on who makes it: a trust credential, or a user. */
  readonly checkMaker?: (known: Partial<Inputs>, isTrustCredential: boolean) => readonly Failure[];
  /**
   * What making or changing it gives away, looked at before anything is sent; undefined where who
   * gives it is not known yet.
   */
  findGrants(known: Partial<Inputs>): Grants | undefined;

  /**
   * Whether Tailscale is known to answer an argument so where `asked` was asked for; never if
   * absent.
   */
  isRewriting?(name: string, asked: unknown, answered: unknown): boolean;
  /** Makes it with one request. */
  create(wanted: Inputs, tailnet: Tailnet): Promise<{ readonly id: string } & Properties>;
  /**
   * What the tailnet has now, in the names of arguments and outputs; members the answer says
   * nothing about are left out.
   */
  read(
    id: string,
    state: Recorded<Inputs>,
    tailnet: Tailnet,
  ): Promise<Properties | typeof gone | typeof missing>;
  /**
   * Changes the arguments `changed` in place; only where the table has some that can be. What else
   * the tailnet has stays as it is there.
   */
  update?(
    id: string,
    wanted: Inputs,
    changed: readonly (keyof Inputs & string)[],
    state: Recorded<Inputs>,
    tailnet: Tailnet,
  ): Promise<Properties>;
  /** Whether one that no longer opens anything is made again; every one if absent. */
  isRecreated?(state: Partial<Inputs>): boolean;
  delete(id: string, state: Recorded<Inputs>, tailnet: Tailnet): Promise<void>;
}

/**
 * A resource that is a credential: one list shows all of them, so that they share reads, are
 * adopted and listed in an inventory, and what a lost create left is found.
 */
export interface KeyResource<Inputs extends object> extends Resource<Inputs> {
  readonly type: Kind;
  /**
   * A key as the API answers it, in the names of arguments and outputs; members the answer says
   * nothing about are left out.
   */
  toProperties(key: Key): Properties;
}

export function isKeyResource<Inputs extends object>(
  resource: Resource<Inputs>,
): resource is KeyResource<Inputs> {
  return isKind(resource.type);
}

/** The schemas of a resource's arguments: one for each that the table names, and no other. */
export type Schemas<Type extends ResourceType> = Readonly<Record<ArgumentName<Type>, z.ZodType>>;

/** What a read or write can tell of a resource. */
export type AnsweredProperties<Type extends ResourceType> = {
  readonly [Name in AnsweredName<Type> | OutputName<Type>]?: unknown;
};

/**
 * A credential as the state has it: the arguments that it was made with, and what the API said of
 * it.
 */
export type Recorded<Inputs> = Partial<Inputs> & {
  /** The user who made it, `""` for a trust credential; absent where that is not known. */
  readonly userId?: string;
  /** When it ends by itself: RFC 3339. */
  readonly expiresAt?: string;
  /** What Tailscale filled in for arguments that were left out. */
  readonly filledIn: Properties;
};
