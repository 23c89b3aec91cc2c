/** The starts of a question about reach: a credential, a machine's tags, or a person. */

import type { Kind } from "../access/kinds";
import type { Trusted } from "../access/trusted";

export interface CredentialStart {
  readonly kind: Kind | "ApiAccessToken";
  /** The name for people: the resource's name, a description, or an ID. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  /** Whether scopes or tags are not visible. We then assume all of them. */
  readonly hides?: { readonly scopes?: boolean; readonly tags?: boolean };
  readonly id?: string;
  readonly urn?: string;
  /** Whether a resource of a stack manages it; absent if no stack was read. */
  readonly isManaged?: boolean;
  /** Who can use the federated identity. */
  readonly trusted?: Trusted;
  /** For an auth key: whether its machines need no approval. */
  readonly preauthorized?: boolean;
  /** Where the program creates it. */
  readonly position?: { readonly file: string; readonly line: number };
}

/** A machine with exactly these tags. */
export interface MachineStart {
  readonly kind: "Machine";
  readonly name: string;
  readonly tags: readonly string[];
}

/** A user, a group or a role, as the policy file names them. */
export interface PersonStart {
  readonly kind: "Person";
  readonly name: string;
}

/** Addresses, as a rule names them: those of a machine, or those behind a router. */
export interface AddressStart {
  readonly kind: "Addresses";
  readonly name: string;
}

export type Start = CredentialStart | MachineStart | PersonStart | AddressStart;
