/**
 * Warns of arguments that Tailscale changed. The state keeps both values. Known rewrites are
 * silent. Anything else is reported in every run, because otherwise nobody would notice that the
 * credential can do less or more than its program says.
 */

import { sanitize } from "../access/sanitize";
import type { Properties, Resource } from "./resource";
import type { Run } from "./run";
import { findRewrittenArguments } from "./state";

/** @param except arguments that this run is about to update anyway */
export function warnOfRewrittenArguments<Inputs extends object>(
  run: Run,
  definition: Resource<Inputs>,
  id: string,
  state: Properties,
  except: readonly string[] = [],
): void {
  for (const { name, asked, answered, isSecret } of findRewrittenArguments(definition, state)) {
    if (except.includes(name) || definition.isRewriting?.(name, asked, answered)) continue;
    const what = isSecret
      ? "to another value than the program has"
      : `to ${describeAnswer(answered)}, but the program has ${describeAnswer(asked)}`;
    run.warnOnce(
      `${definition.type} ${id}: Tailscale set ${name} ${what}. Look at the credential in the admin console; \`pulumi up --replace URN\` recreates it.`,
    );
  }
}

function describeAnswer(value: unknown): string {
  const isNothing = value === undefined || value === "" || JSON.stringify(value) === "[]";
  return isNothing ? "none" : sanitize(JSON.stringify(value));
}
