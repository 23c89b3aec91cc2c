/** The rule about what credentials reach through tags and the policy file. */

import { formatCount } from "../access/word-list";
import { readPolicyFile } from "../policy-file/read";
import { type Network, toNetwork } from "../reach/network";
import { findWaysTo } from "../reach/questions";
import { rememberSpreads, type SpreadFrom } from "../reach/spread";
import type { CredentialStart } from "../reach/starts";
import { parseTarget } from "../reach/targets";
import { describeConditions, describePlaces, describeSteps, describeTarget } from "../reach/words";
import { describeLastEnd, type Exemption, holdsAny } from "./exceptions";
import type { Judged } from "./judged";
import { isFor, parseUrn } from "./urn-pattern";

/** A policy file in the form in which it judges every credential of a stack. */
export interface Reader {
  readonly network: Network;
  readonly spreadFrom: SpreadFrom;
}

/**
 * Reads a policy file and the targets that are denied.
 * @throws Error if Tailscale would refuse the file, or a target is not valid
 */
export function readReach(text: string, targets: readonly string[]): Reader {
  const reading = readPolicyFile(text);
  if (!("policy" in reading)) {
    const [first] = reading.refused;
    throw new Error(
      `reach-denied: policy: Tailscale would refuse it: ${first?.reason} (${first?.place.path || "the file"}, line ${first?.place.line}).`,
    );
  }
  const network = toNetwork(reading.policy);
  for (const target of targets) {
    const read = parseTarget(target, network);
    if ("problem" in read) throw new Error(`reach-denied: targets: ${read.problem}.`);
  }
  return { network, spreadFrom: rememberSpreads(network) };
}

/**
 * Reports a credential that reaches a target, unless an exemption covers it.
 * @param today for example `"2026-11-24"`
 */
export function findDenied(
  judged: Judged,
  targets: readonly string[],
  { network, spreadFrom }: Reader,
  exceptions: readonly Exemption[],
  today: string,
): string[] {
  const start = toCredentialStart(judged);
  return targets.flatMap((text) => {
    const target = parseTarget(text, network);
    if ("problem" in target) return [];
    const [way, ...others] = findWaysTo(start, spreadFrom(start), target);
    if (way === undefined) return [];
    const meant = exceptions.filter((one) => isFor(one.urn, judged.urn));
    if (holdsAny(meant, today)) return [];
    const { steps, use, destination, conditions } = way;
    const by = [
      describeSteps(steps) === "" ? "" : `as ${describeSteps(steps)}`,
      use.how === "rewrites" ? (use.why ?? "").replace(/\.$/, "") : "",
      describeConditions(conditions),
      describePlaces([...steps.map(({ because }) => because.at), use.at]),
    ].filter((part) => part !== "");
    const more = others.length > 0 ? ` and in ${formatCount(others.length, "more way")}` : "";
    return [
      `It must not reach ${text}, and reaches ${describeTarget(destination.to, destination.openings)} (${by.join("; ")})${more}. ${describeLastEnd(meant)}Take away the scope, the tag or the rule, or add an exception with a reason and a last day to the pack: exceptions: [{ urn: "${judged.urn}", reason: "…", until: "YYYY-MM-DD" }].`,
    ];
  });
}

/**
 * The credential as a start. Unknown values are judged during the deployment, and values of the
 * wrong form count as everything.
 */
function toCredentialStart({ kind, urn, args }: Judged): CredentialStart {
  const [scopes, tags] = [args.list("scopes"), args.list("tags")];
  return {
    kind,
    name: parseUrn(urn)?.name ?? urn,
    urn,
    scopes: scopes.texts,
    tags: tags.texts,
    hides: { scopes: scopes.isOdd, tags: tags.isOdd },
  };
}
