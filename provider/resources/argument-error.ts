/** What a program gets to know of a wrong argument before Pulumi's engine sees it. */

import { RunError } from "@pulumi/pulumi";

/**
 * An argument that is wrong, found while the program runs: by `trust` or a rotating component.
 * Pulumi prints the message alone, without a stack. What a preview finds in the arguments of
 * resources is no error of the program: the engine reports it.
 *
 * @example
 * ```ts
 * try {
 *   trust.github({ repository: "acme/infrastructure", branch: "refs/heads/main" });
 * } catch (error) {
 *   if (!(error instanceof ArgumentError)) throw error;
 *   console.log(error.of, error.argument); // trust.github branch
 * }
 * ```
 */
export class ArgumentError extends RunError {
  /** Whose argument it is: the name of a component, or for example `"trust.github"`. */
  readonly of: string;
  /**
   * The argument, for example `"branch"`; several with `" | "` between them, where one of them is
   * needed.
   */
  readonly argument: string;

  /** @internal */
  constructor(of: string, argument: string, problem: string) {
    super(`${of}: ${argument}: ${problem}.`);
    this.of = of;
    this.argument = argument;
  }

  override get name(): string {
    return "ArgumentError";
  }
}
