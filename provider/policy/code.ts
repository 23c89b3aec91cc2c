/**
 * Whose code a resource runs. A dynamic resource brings its own, in `__provider`, and does with the deployer's credentials what it
 * likes, whatever its type is called.
 *
 * The engine keeps that member from rules that judge, and shows it to those that put resources right (`SkipInternalKeys`,
 * pkg/resource/plugin/analyzer_plugin.go). So the pack has one of these as well, which looks and changes nothing.
 */

import { kinds } from "../access/kinds";
import { officialKind } from "../access/official";
import { providerText } from "../access/provider-text";
import { runsCode, typePrefix } from "../access/resource-types";
import { type Exemption, endOf, holdsAny } from "./exceptions";
import type { Shown } from "./judged";
import { isFor } from "./urn-pattern";

/** The name of the policy that looks at the code, whose level has to stay `"remediate"`. */
export const lookingPolicy = "looks-at-code";

/** The code of the resources seen so far in this run, by their URNs; null for one that has none, or has it in no text. */
export type SeenCode = Map<string, string | null>;

/** Keeps the code of a resource, as the engine shows it before any rule judges it. */
export function lookAt({ urn, props }: Pick<Shown, "urn" | "props">, seen: SeenCode): void {
  let code: unknown;
  try {
    code = props["__provider"];
  } catch {
    // Code that is not known before the deployment is not ours.
  }
  seen.set(urn, typeof code === "string" ? code : null);
}

/** Whether a resource runs code that is not known here, unless an exception is written down. @param today for example `"2026-11-24"` */
export function foreignCode(
  { type, urn }: Pick<Shown, "type" | "urn">,
  seen: SeenCode,
  exceptions: readonly Exemption[],
  today: string,
): string[] {
  const problem = problemOf(type, urn, seen);
  if (problem === undefined) return [];
  const meant = exceptions.filter((one) => isFor(one.urn, urn));
  if (holdsAny(meant, today)) return [];
  return [
    `${problem} ${endOf(meant)}Leave it out, or write down in the pack why it is right and until when: exceptions: [{ urn: "${urn}", reason: "…", until: "YYYY-MM-DD" }].`,
  ];
}

function problemOf(type: string, urn: string, seen: SeenCode): string | undefined {
  const judgedByNone = "with the deployer's credentials, and no rule can judge that.";
  if (type.startsWith(typePrefix)) {
    const kind = kinds.find((one) => type === typePrefix + one);
    if (kind === undefined)
      return `${type} is not a resource of Tailscope: it runs code of its own ${judgedByNone}`;
    const code = seen.get(urn);
    if (code === undefined) {
      return `The code that it runs cannot be seen, because the level of ${lookingPolicy} is not "remediate". Write that level into the file of --policy-pack-config.`;
    }
    return code === providerText(kind)
      ? undefined
      : `${type} does not run Tailscope's code, but other code ${judgedByNone}`;
  }
  if (runsCode(type)) return `${type} runs code or commands of its own ${judgedByNone}`;
  return officialKind(type) === "not known"
    ? `${type} is a resource of Tailscale's official provider that is not known to this version of Tailscope, so no rule can judge it.`
    : undefined;
}
