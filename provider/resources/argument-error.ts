/** What a program learns of an invalid argument before Pulumi's engine sees it. */

import { RunError } from "@pulumi/pulumi";

/**
 * An argument of `trust` or of a rotating component is invalid, or a resource's name or option. It is
 * thrown while the program runs; Pulumi prints its message without a stack. What `check` finds in
 * the arguments of a resource is not thrown: the engine reports it.
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
  /**
   * Whose argument it is: the name of a component, a maker of trust such as `"trust.github"`, or a
   * class such as `"OAuthClient"`.
   */
  readonly of: string;
  /**
   * The argument or option, for example `"branch"`; several with `" | "` between them if one of them
   * is needed.
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
