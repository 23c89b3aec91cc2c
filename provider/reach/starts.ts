/** From where reach is asked: a credential, a machine's tags, or a person. */

import type { Trusted } from "../access/trusted";

export interface CredentialStart {
  readonly kind: "OAuthClient" | "FederatedIdentity" | "AuthKey" | "ApiAccessToken";
  /** As people call it: the resource's name, a description, or an id. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  /** Whether scopes or tags cannot be seen, so that they count as everything that there is. */
  readonly hides?: { readonly scopes?: boolean; readonly tags?: boolean };
  readonly id?: string;
  readonly urn?: string;
  /** Whether a resource of a stack manages it; absent where no stack was looked at. */
  readonly isManaged?: boolean;
  /** Who can be a federated identity. */
  readonly trusted?: Trusted;
  /** Of an auth key: whether its machines need no approval. */
  readonly preauthorized?: boolean;
  /** Where the program makes it. */
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

/** Addresses, as a rule names them: a machine's, or of what is behind a router. */
export interface AddressStart {
  readonly kind: "Addresses";
  readonly name: string;
}

export type Start = CredentialStart | MachineStart | PersonStart | AddressStart;
