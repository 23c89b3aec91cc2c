/** What the engine plans to do with one resource, from any kind of file. */

import type { Argument, Arguments } from "./argument";

/** A place in the program, relative to its folder. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A resource before or after. */
export interface State {
  /** All its types: its own, and those in its URNs. */
  readonly types: readonly string[];
  /** Undefined before the resource is created, and if a file does not have it. */
  readonly id?: string;
  /** As the program asked for them. */
  readonly arguments: Arguments;
  /** As the API answered them, for a resource that exists. */
  readonly answered?: Arguments;
  /** The names of its visible inputs, including those that are not arguments. */
  readonly inputNames: readonly string[];
  /**
   * The `__provider` of its inputs and of its outputs: code that the engine runs for it. Undefined
   * if the file does not have it.
   */
  readonly code?: readonly Argument[];
  /** Whether the stack only looks it up, and does not manage it. */
  readonly isExternal: boolean;
  /**
   * Whether it is marked to be deleted at the end of the update, because it has been replaced.
   */
  readonly isMarked: boolean;
  /**
   * The resource options that keep it when its resource is deleted: `true`, and the URN of the
   * resource that it is deleted with.
   */
  readonly retainOnDelete: Argument;
  readonly deletedWith: Argument;
}

export interface Step {
  /** As the engine names it: `create`, `update`, `replace`, … */
  readonly op: string;
  readonly urn: string;
  /** Missing for a new resource, and if the engine could not serialize it. */
  readonly old?: State;
  /** Missing for a resource that is deleted, and if the engine could not serialize it. */
  readonly new?: State;
  /** Where the program creates it, if the engine knows that. */
  readonly position?: Position;
}

/** The steps of a file, or why it cannot be used. */
export type ReadResult = { readonly steps: readonly Step[] } | { readonly problem: string };
