/**
 * Tailscale SSH: somebody who logs in to a machine can act as that machine. A login needs a rule in
 * `ssh` and a rule that opens port 22. Source: https://tailscale.com/kb/1193/tailscale-ssh
 */

import { findAddressUses } from "./addresses";
import { keepStrongest, keepWeakest } from "./conditions";
import { type Condition, getNodeKey, type Node, type Step, toHolder } from "./model";
import { anyButRoot, type Network, type Opening, type Rule, type Targets } from "./network";
import { coverWholeTailnet, formatRange, isInTailnet } from "./ranges";
import { findNames, type Use, type UsesOf, unknownUser } from "./uses";

export interface Logins {
  readonly steps: readonly Step[];
  /** The logins as uses. */
  readonly uses: readonly Use[];
}

const none: Logins = { steps: [], uses: [] };

/** The logins of each node, cached because many starts pass through the same machines. */
export function rememberLogins(network: Network, usesOf: UsesOf): (node: Node) => Logins {
  if (!network.rules.some(({ isLogin }) => isLogin)) return () => none;
  const known = new Map<string, Logins>();
  return (node) => {
    const found = known.get(getNodeKey(node)) ?? findLoginUses(node, network, usesOf);
    known.set(getNodeKey(node), found);
    return found;
  };
}

function findLoginUses(node: Node, network: Network, usesOf: UsesOf): Logins {
  const names = findNames(node, network);
  const places = new Set(names.flatMap((name) => network.bySource.get(name) ?? []));
  const rules = [...places]
    .sort((one, other) => one - other)
    .flatMap((place) => network.rules[place] ?? [])
    .filter(({ isLogin }) => isLogin)
    // In check mode a person must sign in again, which a machine with tags cannot do.
    .filter(({ conditions }) => node.kind !== "machine" || !conditions.some(isCheck));
  if (rules.length === 0) return none;
  const conditionsOn22 = findDoors([
    ...names.flatMap(usesOf),
    ...findAddressUses(names, network, undefined),
  ]);
  // For an unknown user, we cannot know which rules come first.
  const checks = node.kind === "person" && node.name !== unknownUser ? rules.filter(isChecked) : [];
  const logins = rules.flatMap((rule) =>
    findLoginsBy({ ...rule, checks }, node, network, conditionsOn22),
  );
  return { steps: logins.map(({ step }) => step), uses: logins.map(({ use }) => use) };
}

function isCheck({ kind }: Condition): boolean {
  return kind === "check";
}

/** Whether a rule requires everybody whom it names to sign in again. */
function isChecked({ conditions }: Rule): boolean {
  return conditions.length > 0 && conditions.every(isCheck);
}

/**
 * What a rule opens on a tag in addition to the rules in check mode, which come first for the
 * logins that they name. Source: https://tailscale.com/kb/1337/policy-syntax#ssh
 */
function dropChecked(
  { conditions, checks }: LoginRule,
  openings: readonly Opening[],
  tag: string,
  network: Network,
): readonly Opening[] {
  if (conditions.some(isCheck)) return openings;
  const checked = new Set(
    checks.flatMap(({ destinations }) =>
      destinations
        .filter(({ to }) => findTags(to, network).includes(tag))
        .flatMap((destination) => destination.openings.map(({ detail }) => detail)),
    ),
  );
  return openings.filter(
    ({ detail }) => !checked.has(detail) && (detail === "root" || !checked.has(anyButRoot)),
  );
}

interface LoginRule extends Rule {
  /** The rules in check mode for the same source. */
  readonly checks: readonly Rule[];
}

function findLoginsBy(
  rule: LoginRule,
  from: Node,
  network: Network,
  conditionsOn22: (tag: string) => readonly (readonly Condition[])[],
): { step: Step; use: Use }[] {
  return rule.destinations.flatMap(({ to, openings: all }) =>
    findTags(to, network).flatMap((tag) => {
      const openings = dropChecked(rule, all, tag, network);
      return (openings.length === 0 ? [] : conditionsOn22(tag)).map((door) => {
        const conditions = keepStrongest([...rule.conditions, ...door]);
        const at = { policy: rule.at };
        const names = openings.map(({ detail }) => detail).join(", ");
        const target = { written: tag, names: [tag], ranges: [], isEverything: false };
        const step: Step = {
          how: "logs in",
          from,
          to: toHolder("machine", [tag]),
          because: {
            sentence: `It can log in on ${tag} by SSH as ${names}.`,
            inShort: `by SSH as ${names}`,
            at,
          },
          conditions,
        };
        const destinations = [{ to: target, openings }];
        return { step, use: { how: "logs in" as const, at, destinations, conditions } };
      });
    }),
  );
}

/** The tags of the machines that an `ssh` rule leads to. Users already have their own machines. */
function findTags({ names, isEverything }: Targets, { ownership }: Network): readonly string[] {
  if (isEverything || names.includes("autogroup:tagged")) return [...ownership.defined];
  return names.filter((name) => name.startsWith("tag:"));
}

/** For each tag, the conditions under which port 22 is open, without redundant ones. */
function findDoors(uses: readonly Use[]): (tag: string) => readonly (readonly Condition[])[] {
  const open = new Map<string, (readonly Condition[])[]>();
  const note = (name: string, conditions: readonly Condition[]) =>
    open.set(name, keepWeakest([...(open.get(name) ?? []), conditions]));
  for (const { destinations, conditions } of uses)
    for (const { to, openings } of destinations) {
      const isOpen = openings.some(
        ({ what, first, last }) =>
          what === "anything" ||
          what === "any traffic" ||
          (what === "6" && first <= 22 && last >= 22),
      );
      if (!isOpen) continue;
      if (to.isEverything) note("*", conditions);
      for (const name of to.names) note(name, conditions);
      if (coverWholeTailnet(to.ranges)) note("*", conditions);
      for (const range of to.ranges)
        if (isInTailnet(range))
          note("*", [...conditions, { kind: "address", range: formatRange(range) }]);
    }
  return (tag) =>
    keepWeakest([tag, "autogroup:tagged", "*"].flatMap((name) => open.get(name) ?? []));
}
