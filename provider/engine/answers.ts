/**
 * What Tailscale answered differently from what was asked for. The state keeps both, so that a
 * rewriting of Tailscale's own never shows as a change; anything else is said at every run, because
 * nobody would see that the credential can do less or more.
 */

import { sanitize } from "../access/sanitize";
import type { Properties, Resource } from "./resource";
import { warnOnce } from "./run";
import { findRewrittenArguments } from "./state";

/** @param except arguments that are about to be written anyway */
export function warnOfAnswers<Inputs extends object>(
  definition: Resource<Inputs>,
  id: string,
  state: Properties,
  except: readonly string[] = [],
): void {
  for (const { name, asked, answered, isSecret } of findRewrittenArguments(definition, state)) {
    if (except.includes(name) || definition.isRewriting?.(name, asked, answered)) continue;
    const what = isSecret
      ? "differently from what was asked for"
      : `as ${describeAnswer(answered)}, where ${describeAnswer(asked)} was asked for`;
    warnOnce(
      `${definition.type} ${id}: Tailscale answered ${name} ${what}, so that is what the credential has. Look at it in the admin console; \`pulumi up --replace URN\` makes it again.`,
    );
  }
}

function describeAnswer(value: unknown): string {
  const isNothing = value === undefined || value === "" || JSON.stringify(value) === "[]";
  return isNothing ? "none" : sanitize(JSON.stringify(value));
}
