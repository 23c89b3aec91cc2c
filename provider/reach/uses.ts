/** Rules as they hold for somebody: a rule names sources, and somebody has names. */

import type { Condition, How, Node, Source } from "./model";
import type { Destination, Network, Rule } from "./network";

/** A rule that holds for a node, or something else that opens destinations to it. */
export interface Use {
  readonly how: How;
  readonly at: Source;
  readonly destinations: readonly Destination[];
  readonly conditions: readonly Condition[];
  /** A sentence on why it holds, where that is more than being named by a rule. */
  readonly why?: string;
}

export function useOf({ at, destinations, conditions }: Rule): Use {
  return { how: "reaches", at: { policy: at }, destinations, conditions };
}

/** The names by which rules may mean a node. */
export function namesOf(node: Node, network: Network): readonly string[] {
  switch (node.kind) {
    case "machine":
      return [...node.tags, "autogroup:tagged", "*"];
    case "person":
      return namesOfPerson(node.name, network);
    // Machines and approved subnets are among everybody.
    case "address":
      return ["*"];
    case "anybody":
      return [node.name];
    default:
      return [];
  }
}

/**
 * Somebody of the tailnet of whom nothing is known: every name that a user can have may be theirs.
 */
export const unknownUser = "its maker, who may be any user";

/** The names of a user, or those that everybody in a group has. */
function namesOfPerson(name: string, network: Network): readonly string[] {
  const { groups, bySource, owners } = network;
  if (name === "*") return ["*"];
  if (name === unknownUser)
    return [...new Set([...bySource.keys(), ...owners.map((owner) => owner.name)])].filter(
      (one) => !one.startsWith("tag:") && !["autogroup:tagged", "internet"].includes(one),
    );
  // The Owner is an admin as well, as captured.
  if (name === "autogroup:owner") return [name, "autogroup:admin", "autogroup:member", "*"];
  const isUser = name.includes("@") && !name.includes(":");
  const people = isUser ? [name] : (groups.get(name) ?? []);
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
      "autogroup:member",
      "*",
    ]),
  ];
}

/**
 * The network's rules by the names that they are for; remembered, so that thousands of starts share
 * them.
 */
export type UsesOf = (name: string) => readonly Use[];

export function rememberUses(network: Network): UsesOf {
  const known = new Map<string, readonly Use[]>();
  return (name) => {
    const found =
      known.get(name) ??
      (network.bySource.get(name) ?? []).flatMap((place) => {
        const rule = network.rules[place];
        return rule === undefined || rule.isLogin ? [] : [useOf(rule)];
      });
    known.set(name, found);
    return found;
  };
}
