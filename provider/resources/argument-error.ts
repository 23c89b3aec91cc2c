/** The error for an invalid argument that is found before Pulumi's engine sees it. */

import { RunError } from "@pulumi/pulumi";

/**
 * An argument of `trust` or of a rotating component, or the name or an option of a resource, is
 * invalid. It is thrown while the program runs, and Pulumi prints its message without a stack.
 * Invalid arguments of a resource are not thrown: the engine reports them after `check`.
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
   * What the argument belongs to: a component, a function such as `"trust.github"`, or a class such
   * as `"OAuthClient"`.
   */
  readonly of: string;
  /**
   * The argument or option, for example `"branch"`; several, separated by `" | "`, if one of them
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
