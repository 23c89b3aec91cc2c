/**
 * Rules for addresses, which apply no matter which tags a machine has, and the roles of routers,
 * exit nodes and hosts of services.
 */

import { machineRanges, type Range, subtractRange } from "../policy-file/addresses";
import { keepStrongest } from "./conditions";
import type { Condition } from "./model";
import {
  type Approval,
  anyRoute,
  anyService,
  type Connector,
  type Network,
  type Opening,
  type Rule,
  type Targets,
} from "./network";
import { formatRange, isInTailnet, isWithinRanges, overlaps } from "./ranges";
import type { Abilities } from "./scope-steps";
import { toUse, type Use } from "./uses";

/** Receiving traffic that is meant for somebody else. */
export const standing: Opening = { what: "stand for", first: 0, last: 65_535, detail: "" };

/** The rules that name addresses from which somebody with these names can send. */
export function findAddressUses(
  names: readonly string[],
  network: Network,
  abilities: Abilities | undefined,
): Use[] {
  const router = findRouter(names, network, abilities);
  const byAddress = network.byAddress.flatMap((place) => {
    const rule = network.rules[place];
    if (rule === undefined || rule.isLogin) return [];
    const { isForAllAddresses } = rule;
    return rule.sourceRanges.flatMap((range, at) => [
      ...(isForAllAddresses && at === 0 ? [toUse(rule)] : []),
      ...(!isForAllAddresses && isInTailnet(range)
        ? [toUseInTailnet(rule, range, names, network, abilities)]
        : []),
      ...(router === undefined ? [] : toUseBehindRouter(rule, range, router)),
    ]);
  });
  return router === undefined ? byAddress : [...byAddress, ...findUsesForAll(network, router)];
}

/** Rules for everybody. They include approved subnets, whose posture is not checked. */
function findUsesForAll({ bySource, rules }: Network, router: Router): Use[] {
  const [approval] = router.approvals.filter(({ of }) => !of.names.includes("internet"));
  if (approval === undefined && router.scope === undefined) return [];
  return (bySource.get("*") ?? []).flatMap((place) => {
    const rule = rules[place];
    return rule === undefined || rule.isLogin || !rule.conditions.some(isPosture)
      ? []
      : [toUseAsRouter(rule, approval?.of.written ?? "any subnet", approval, router)];
  });
}

/** The rules that apply to anybody who sends from these addresses. */
export function findUsesFromAddresses(ranges: readonly Range[], network: Network): Use[] {
  return network.byAddress.flatMap((place) => {
    const rule = network.rules[place];
    const isNamed = rule?.sourceRanges.some((one) => ranges.some((other) => overlaps(one, other)));
    return rule !== undefined && isNamed ? [toUse(rule)] : [];
  });
}

/** Uses as they apply to addresses behind a router, whose posture is not checked. */
export function dropPosture(uses: readonly Use[]): Use[] {
  return uses.map((use) => ({
    ...use,
    conditions: use.conditions.filter((condition) => !isPosture(condition)),
  }));
}

function toUseInTailnet(
  rule: Rule,
  range: Range,
  names: readonly string[],
  { pools }: Network,
  abilities: Abilities | undefined,
): Use {
  const use = toUse(rule);
  const text = formatRange(range);
  const scope = abilities?.scopeFor("changes machines");
  // POST /device/{deviceId}/ip sets an IPv4 address: https://tailscale.com/api#tag/devices
  if (scope !== undefined && range.family === 4)
    return {
      ...use,
      how: "takes the address",
      why: `It can give a machine an address in ${text} (${scope}).`,
    };
  // By joining often enough, a machine gets an address that is in both ranges.
  const isGiven = pools.some(
    ({ targets, ranges }) =>
      targets.some((target) => names.includes(target)) &&
      ranges.some((pool) => overlaps(pool, range)),
  );
  if (isGiven) return { ...use, why: `Its machines get addresses in ${text} (ipPool).` };
  return {
    ...use,
    conditions: keepStrongest([...use.conditions, { kind: "address", range: text }]),
  };
}

/** How somebody can become the router of a subnet. */
interface Router {
  readonly approvals: readonly Approval[];
  /** App connectors that it can be, if somebody approves their routes. */
  readonly connectors: readonly Connector[];
  /** The scope with which it can approve any subnet itself. */
  readonly scope: string | undefined;
}

function findRouter(
  names: readonly string[],
  network: Network,
  abilities: Abilities | undefined,
): Router | undefined {
  const approvals = network.approvals.filter(({ approver }) => names.includes(approver));
  const connectors = network.connectors.filter(({ connector }) => names.includes(connector));
  const scope = abilities?.scopeFor("approves routes");
  return approvals.length === 0 && connectors.length === 0 && scope === undefined
    ? undefined
    : { approvals, connectors, scope };
}

function toUseBehindRouter(rule: Rule, range: Range, router: Router): Use[] {
  const behind = machineRanges.reduce<readonly Range[]>(subtractRange, [range]);
  if (behind.length === 0) return [];
  const approval = router.approvals.find(({ of }) =>
    of.ranges.some((approved) => behind.some((one) => overlaps(approved, one))),
  );
  if (approval !== undefined || router.scope !== undefined)
    return [toUseAsRouter(rule, formatRange(range), approval, router)];
  const routes = router.connectors
    .flatMap((connector) => connector.routes)
    .find((route) => route.ranges.some((one) => behind.some((other) => overlaps(one, other))));
  if (routes === undefined) return [];
  const use = toUse(rule);
  return [
    {
      ...use,
      how: "stands for",
      conditions: keepStrongest([
        ...use.conditions.filter((one) => !isPosture(one)),
        approvalOfRoutes,
      ]),
      why: `It can send from ${formatRange(range)} as an app connector for ${routes.written}.`,
    },
  ];
}

const approvalOfRoutes: Condition = { kind: "approval", of: "the routes that it advertises" };

function toUseAsRouter(
  rule: Rule,
  from: string,
  approval: Approval | undefined,
  { scope }: Router,
): Use {
  const reason =
    approval !== undefined
      ? `which autoApprovers approves for ${approval.of.written}`
      : `which it approves itself (${scope})`;
  const use = toUse(rule);
  return {
    ...use,
    how: "stands for",
    // Postures are checked only for machines of this tailnet, not for addresses behind a router.
    // Source: https://tailscale.com/kb/1288/device-posture
    conditions: use.conditions.filter((condition) => !isPosture(condition)),
    why: `It can send from ${from} as a router, ${reason}.`,
  };
}

function isPosture({ kind }: Condition): boolean {
  return kind === "posture";
}

/**
 * The roles of others that machines with these names can take over. Roles that any machine can take
 * over with a scope are included only `withScopes`.
 */
export function findStandingUses(
  names: readonly string[],
  network: Network,
  abilities: Abilities,
  withScopes: boolean,
): Use[] {
  const { approvals } = network;
  const approved = approvals
    .filter(({ approver }) => names.includes(approver))
    .map(({ at, approver, of }) =>
      toStandingUse({ policy: at }, of, `autoApprovers lets machines of ${approver} stand for it.`),
    );
  const router = abilities.scopeFor("approves routes");
  const host = abilities.scopeFor("approves services");
  const connected = findConnectorUses(names, network, router);
  if (!withScopes) return [...approved, ...connected];
  return [
    ...approved,
    ...connected,
    ...(router === undefined
      ? []
      : [toStandingUse({ scope: router }, anyRoute, "It approves what its machines advertise.")]),
    // Approving a host needs both: https://tailscale.com/api#tag/services
    ...(host === undefined || abilities.scopeFor("changes machines") === undefined
      ? []
      : [toStandingUse({ scope: host }, anyService, "It approves its machines as hosts.")]),
  ];
}

/** What machines get as app connectors: the names at once, the routes after approval. */
function findConnectorUses(
  names: readonly string[],
  { connectors, approvals }: Network,
  scope: string | undefined,
): Use[] {
  const approved = approvals
    .filter(({ approver }) => names.includes(approver))
    .flatMap(({ of }) => of.ranges);
  const isApproved = ({ ranges }: Targets) =>
    scope !== undefined || ranges.every((range) => isWithinRanges(range, approved));
  return connectors
    .filter(({ connector }) => names.includes(connector))
    .flatMap(({ at, connector, domains, routes }): Use[] => {
      const use = {
        how: "stands for" as const,
        at: { policy: at },
        why: `nodeAttrs makes machines of ${connector} an app connector.`,
      };
      const toOpen = (targets: readonly Targets[]) =>
        targets.map((to) => ({ to, openings: [standing] }));
      const open = toOpen([...domains, ...routes.filter(isApproved)]);
      const waiting = toOpen(routes.filter((route) => !isApproved(route)));
      return [
        ...(open.length > 0 ? [{ ...use, destinations: open, conditions: [] }] : []),
        ...(waiting.length > 0
          ? [{ ...use, destinations: waiting, conditions: [approvalOfRoutes] }]
          : []),
      ];
    });
}

function toStandingUse(at: Use["at"], to: Targets, why: string): Use {
  return {
    how: "stands for",
    at,
    destinations: [{ to, openings: [standing] }],
    conditions: [],
    why,
  };
}
