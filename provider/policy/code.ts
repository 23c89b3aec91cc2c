/**
 * Whose code a resource runs. A dynamic resource brings its own code, in `__provider`, which can do
 * anything with the deployer's credentials, whatever its type says.
 *
 * The engine hides that member from validation policies and shows it to remediation policies
 * (`SkipInternalKeys`, pkg/resource/plugin/analyzer_plugin.go). So the pack has a remediation
 * policy, which reads the code and changes nothing.
 */

import { kinds } from "../access/kinds";
import { findOfficialKind } from "../access/official";
import { formatProviderText } from "../access/provider-text";
import { runsCode, typePrefix } from "../access/resource-types";
import { describeLastEnd, type Exemption, holdsAny } from "./exceptions";
import type { Shown } from "./judged";
import { isFor } from "./urn-pattern";

/** The name of the policy that reads the code. Its level must stay `"remediate"`. */
export const lookingPolicy = "looks-at-code";

/**
 * The code of the resources seen so far in this run, by URN; null if it is missing or not a string.
 */
export type SeenCode = Map<string, string | null>;

/** Remembers the code of a resource, which the engine shows before any rule judges it. */
export function rememberCode({ urn, props }: Pick<Shown, "urn" | "props">, seen: SeenCode): void {
  let code: unknown;
  try {
    code = props["__provider"];
  } catch {
    // Code that is unknown before the deployment is not ours.
  }
  seen.set(urn, typeof code === "string" ? code : null);
}

/**
 * Reports a resource that runs unknown code, unless an exception covers it.
 * @param today for example `"2026-11-24"`
 */
export function findForeignCode(
  { type, urn }: Pick<Shown, "type" | "urn">,
  seen: SeenCode,
  exceptions: readonly Exemption[],
  today: string,
): string[] {
  const problem = findCodeProblem(type, urn, seen);
  if (problem === undefined) return [];
  const meant = exceptions.filter((one) => isFor(one.urn, urn));
  if (holdsAny(meant, today)) return [];
  return [
    `${problem} ${describeLastEnd(meant)}Remove it, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "${urn}", reason: "…", until: "YYYY-MM-DD" }].`,
  ];
}

function findCodeProblem(type: string, urn: string, seen: SeenCode): string | undefined {
  const judgedByNone = "with the deployer's credentials, which no rule can judge.";
  if (type.startsWith(typePrefix)) {
    const kind = kinds.find((one) => type === typePrefix + one);
    if (kind === undefined)
      return `${type} is not a resource of Tailscope: it runs its own code ${judgedByNone}`;
    const code = seen.get(urn);
    if (code === undefined) {
      return `Its code cannot be read, because the level of ${lookingPolicy} is not "remediate". Set that level in the file of --policy-pack-config.`;
    }
    return code === formatProviderText(kind)
      ? undefined
      : `${type} does not run Tailscope's code, but runs other code ${judgedByNone}`;
  }
  if (runsCode(type)) return `${type} runs its own code or commands ${judgedByNone}`;
  return findOfficialKind(type) === "not known"
    ? `${type} is a resource of Tailscale's official provider that this version of Tailscope does not know, so no rule can judge it.`
    : undefined;
}
