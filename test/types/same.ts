/** How the programs of this folder say that two types are the same. */

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both types are the same. Nothing here is ever run. */
export declare function same<A, B>(...difference: Same<A, B> extends true ? [] : [never]): void;
