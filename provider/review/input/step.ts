/** What the engine plans to do with one resource, from whichever file it was read. */

import type { Argument, Arguments } from "./argument";

/** A place in the program, relative to its folder. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A resource before or after. */
export interface State {
  /** Every type that it is said to have: its own, and those in its URNs. */
  readonly types: readonly string[];
  /** Undefined for what is not made yet, and where a file does not say it. */
  readonly id?: string;
  /** As they were asked for. */
  readonly arguments: Arguments;
  /** As the API answered them, of what is there already. */
  readonly answered?: Arguments;
  /** The names of its inputs, as far as they are shown: of its arguments and of what is none. */
  readonly inputNames: readonly string[];
  /**
   * The `__provider` of its inputs and of its outputs: code that the engine runs for it. Undefined
   * where a file has none.
   */
  readonly code?: readonly Argument[];
  /** Whether it is only looked up, and so not the stack's. */
  readonly isExternal: boolean;
  /**
   * Whether it is marked to be deleted when everything else is done, because another one takes its
   * place.
   */
  readonly isMarked: boolean;
  /**
   * The resource options by which it stays when its resource goes: `true`, and the URN of what it
   * goes with.
   */
  readonly retainOnDelete: Argument;
  readonly deletedWith: Argument;
}

export interface Step {
  /** As the engine names it: `create`, `update`, `replace`, … */
  readonly op: string;
  readonly urn: string;
  /** Missing for what is new, and where the engine could not write it down. */
  readonly old?: State;
  /** Missing for what goes, and where the engine could not write it down. */
  readonly new?: State;
  /** Where the program makes it, where the engine knows. */
  readonly position?: Position;
}

/** The steps of a file, or why it cannot be used. */
export type ReadResult = { readonly steps: readonly Step[] } | { readonly problem: string };
