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
    case "anybody":
      return [node.name];
    default:
      return [];
  }
}

/** The names of a user, or those that everybody in a group has. */
function namesOfPerson(name: string, { groups }: Network): readonly string[] {
  if (!name.includes("@") || name.includes(":"))
    return name === "*" ? ["*"] : [name, "autogroup:member", "*"];
  const domain = name.slice(name.lastIndexOf("@") + 1);
  const theirs = [...groups].flatMap(([group, members]) => (members.includes(name) ? [group] : []));
  return [name, ...theirs, `user:*@${domain}`, "autogroup:member", "*"];
}

/** The network's rules by the names that they are for; remembered, so that thousands of starts share them. */
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
