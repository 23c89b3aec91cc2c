/** Rules as they apply to somebody: a rule names its sources, and a node has names. */

import { internetRanges, type Range } from "../policy-file/addresses";
import type { Place } from "../policy-file/model";
import type { Condition, How, Node, Source } from "./model";
import { type Destination, everyMachine, findRanges, type Network, type Rule } from "./network";
import { isInTailnet, overlaps } from "./ranges";

/** A rule that applies to a node, or something else that opens destinations to it. */
export interface Use {
  readonly how: How;
  readonly at: Source;
  readonly destinations: readonly Destination[];
  readonly conditions: readonly Condition[];
  /** Why it applies, in a sentence, if the reason is more than being named by a rule. */
  readonly why?: string;
}

export function toUse({ at, destinations, conditions }: Rule): Use {
  return { how: "reaches", at: { policy: at }, destinations, conditions };
}

/** The names by which rules can refer to a node. */
export function findNames(node: Node, network: Network): readonly string[] {
  switch (node.kind) {
    case "machine":
      return [...node.tags, "autogroup:tagged", "*"];
    case "person":
      return findNamesOfPerson(node.name, network);
    case "address":
      return findNamesOfAddress(findRanges(node.name, network) ?? []);
    case "anybody":
      return [node.name];
    default:
      return [];
  }
}

/** Machines and approved subnets belong to everybody; public addresses may also be anybody's. */
function findNamesOfAddress(ranges: readonly Range[]): readonly string[] {
  const isPublic = ranges.some((one) => internetRanges.some((other) => overlaps(one, other)));
  return [
    "*",
    ...(ranges.some(isInTailnet) ? [everyMachine] : []),
    ...(isPublic ? ["internet"] : []),
  ];
}

/** An unknown user of the tailnet, who may have any name that a user can have. */
export const unknownUser = "its maker, who may be any user";

/** The names of a user, or those that everybody in a group has. */
function findNamesOfPerson(name: string, network: Network): readonly string[] {
  const { groups, bySource, owners } = network;
  if (name === "*") return ["*", everyMachine];
  if (name === unknownUser)
    return [...new Set([...bySource.keys(), ...owners.map((owner) => owner.name)])].filter(
      (one) => !one.startsWith("tag:") && !["autogroup:tagged", "internet"].includes(one),
    );
  // A user who only accepted a share is not a member.
  if (name === "autogroup:shared") return [name, "*"];
  // The Owner is also an admin, as captured.
  if (name === "autogroup:owner") return [name, "autogroup:admin", "autogroup:member", "*"];
  const people = isUser(name) ? [name] : (groups.get(name) ?? []);
  if (people.length === 0) return [name, "autogroup:member", "*"];
  const theirs = [...groups].flatMap(([group, members]) =>
    people.every((one) => members.includes(one)) ? [group] : [],
  );
  const domains = new Set(people.map((one) => one.slice(one.lastIndexOf("@") + 1)));
  const domain = domains.size === 1 ? [...domains].map((one) => `user:*@${one}`) : [];
  return [
    ...new Set([
      name,
      ...theirs,
      ...(people.length === 1 ? people : []),
      ...domain,
      ...findRoles(people, network),
      "*",
    ]),
  ];
}

export function isUser(name: string): boolean {
  return /^[^:]+@/.test(name);
}

/** The roles that all of these users have, as far as they are known. */
function findRoles(people: readonly string[], { roles }: Network): readonly string[] {
  const known = people.map((one) => findNamesOfRole(roles?.get(one)));
  return known.reduce((names, others) => names.filter((name) => others.includes(name)));
}

function findNamesOfRole(role: string | undefined): readonly string[] {
  // A user who only accepted a share is not a member.
  if (role === "shared") return ["autogroup:shared"];
  const own = role === undefined || role === "member" ? [] : [`autogroup:${role}`];
  // The Owner is also an admin, as captured.
  return [...own, ...(role === "owner" ? ["autogroup:admin"] : []), "autogroup:member"];
}

const roleNames = /^autogroup:(owner|admin|it-admin|network-admin|billing-admin|auditor|shared)$/;

/**
 * What a user may be in addition to what the policy file says: roles, and groups that are defined
 * elsewhere. Each comes with a place that names it.
 */
export function findPossibleRoles(
  name: string,
  { rules, bySource, owners, approvals, groups, roles }: Network,
): { readonly name: string; readonly at: Place }[] {
  if (!isUser(name)) return [];
  const named = new Map<string, Place>();
  const note = (one: string, at: Place | undefined) => {
    const isOpen =
      (roleNames.test(one) && !roles?.has(name)) || (one.startsWith("group:") && !groups.has(one));
    if (isOpen && at !== undefined && !named.has(one)) named.set(one, at);
  };
  for (const [source, [first]] of bySource) note(source, rules[first ?? 0]?.at);
  for (const owner of owners) note(owner.name, owner.at);
  for (const { approver, at } of approvals) note(approver, at);
  return [...named].map(([one, at]) => ({ name: one, at }));
}

/**
 * The network's rules, by the names that they apply to. They are cached so that thousands of starts
 * share them.
 */
export type UsesOf = (name: string) => readonly Use[];

export function rememberUses(network: Network): UsesOf {
  const known = new Map<string, readonly Use[]>();
  return (name) => {
    const found =
      known.get(name) ??
      (network.bySource.get(name) ?? []).flatMap((place) => {
        const rule = network.rules[place];
        return rule === undefined || rule.isLogin ? [] : [toUse(rule)];
      });
    known.set(name, found);
    return found;
  };
}
