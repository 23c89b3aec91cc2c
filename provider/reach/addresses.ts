/**
 * Rules for addresses, which hold whatever tags a machine has, and the places of routers, exit
 * nodes and hosts of services.
 */

import { parseRange, parseSpan, type Range, tailnetRanges } from "../policy-file/addresses";
import { strongest } from "./conditions";
import {
  anyRoute,
  anyService,
  type Network,
  type Opening,
  type Rule,
  type Targets,
} from "./network";
import { formatRange, isWithinRanges, overlaps } from "./ranges";
import type { Abilities } from "./scope-steps";
import { type Use, useOf } from "./uses";

/** Getting what is meant for somebody else. */
export const standing: Opening = { what: "stand for", first: 0, last: 65_535, detail: "" };

/** The rules that name addresses, as far as somebody of these names can send from them. */
export function addressUses(
  names: readonly string[],
  network: Network,
  abilities: Abilities | undefined,
): Use[] {
  return network.byAddress.flatMap((place) => {
    const rule = network.rules[place];
    if (rule === undefined || rule.isLogin) return [];
    return rule.sourceRanges.flatMap(
      (range) =>
        (tailnetRanges.some((own) => overlaps(own, range))
          ? useInTailnet(rule, range, names, network, abilities)
          : useBehindRouter(rule, range, names, network, abilities)) ?? [],
    );
  });
}

/** The rules that hold for whoever sends from addresses, as text. */
export function usesFromAddresses(text: string, network: Network): Use[] {
  const range = parseRange(text) ?? parseSpan(text);
  if (range === undefined) return [];
  return network.byAddress.flatMap((place) => {
    const rule = network.rules[place];
    return rule?.sourceRanges.some((one) => overlaps(one, range)) ? [useOf(rule)] : [];
  });
}

function useInTailnet(
  rule: Rule,
  range: Range,
  names: readonly string[],
  { pools }: Network,
  abilities: Abilities | undefined,
): Use {
  const use = useOf(rule);
  const ofFamily = tailnetRanges.filter(({ family }) => family === range.family);
  if (ofFamily.every((own) => isWithinRanges(own, [range]))) return use;
  const text = formatRange(range);
  const scope = abilities?.scopeFor("changes machines");
  // POST /device/{deviceId}/ip sets an IPv4 address: https://tailscale.com/api#tag/devices
  if (scope !== undefined && range.family === 4)
    return {
      ...use,
      how: "takes the address",
      why: `It can give a machine an address in ${text} (${scope}).`,
    };
  // Who joins often enough gets an address in the part that the two have in common.
  const isGiven = pools.some(
    ({ targets, ranges }) =>
      targets.some((target) => names.includes(target)) &&
      ranges.some((pool) => overlaps(pool, range)),
  );
  if (isGiven) return { ...use, why: `Its machines get addresses in ${text} (ipPool).` };
  return {
    ...use,
    conditions: strongest([...use.conditions, { kind: "address", range: text }]),
  };
}

function useBehindRouter(
  rule: Rule,
  range: Range,
  names: readonly string[],
  { approvals }: Network,
  abilities: Abilities | undefined,
): Use | undefined {
  const approval = approvals.find(
    ({ approver, of }) =>
      names.includes(approver) && of.ranges.some((approved) => overlaps(approved, range)),
  );
  const scope = abilities?.scopeFor("approves routes");
  const reason =
    approval !== undefined
      ? `which autoApprovers approves for ${approval.of.written}`
      : scope === undefined
        ? undefined
        : `which it approves itself (${scope})`;
  if (reason === undefined) return undefined;
  const use = useOf(rule);
  return {
    ...use,
    how: "stands for",
    // Postures are asked of machines of this tailnet, not of what is behind a router.
    // Source: https://tailscale.com/kb/1288/device-posture
    conditions: use.conditions.filter(({ kind }) => kind !== "posture"),
    why: `It can send from ${formatRange(range)} as a router, ${reason}.`,
  };
}

/** The places of others that machines of these names can take. */
export function standingUses(
  names: readonly string[],
  { approvals }: Network,
  abilities: Abilities | undefined,
): Use[] {
  const approved = approvals
    .filter(({ approver }) => names.includes(approver))
    .map(({ at, approver, of }) =>
      standingUse({ policy: at }, of, `autoApprovers lets machines of ${approver} stand for it.`),
    );
  const router = abilities?.scopeFor("approves routes");
  const host = abilities?.scopeFor("approves services");
  return [
    ...approved,
    ...(router === undefined
      ? []
      : [standingUse({ scope: router }, anyRoute, "It approves what its machines advertise.")]),
    // Approving a host needs both: https://tailscale.com/api#tag/services
    ...(host === undefined || abilities?.scopeFor("changes machines") === undefined
      ? []
      : [standingUse({ scope: host }, anyService, "It approves its machines as hosts.")]),
  ];
}

function standingUse(at: Use["at"], to: Targets, why: string): Use {
  return {
    how: "stands for",
    at,
    destinations: [{ to, openings: [standing] }],
    conditions: [],
    why,
  };
}
