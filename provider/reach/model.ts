/**
 * The graph of reach: its nodes, its steps, and why each step is possible.
 *
 * A node is a holder with a set of tags, because Tailscale decides by the exact set that a
 * credential, an auth key or a machine has.
 */

import type { Place } from "../policy-file/model";

/** A holder of a set of tags. */
export interface Holder {
  readonly kind: "credential" | "auth key" | "machine";
  /** Sorted, without duplicates. */
  readonly tags: readonly string[];
}

/** Somebody or something that does not hold tags. */
export interface Actor {
  /**
   * `"person"`: a user, a group or a role, as named in the policy file; `"workload"`: the subject
   * of a token.
   */
  readonly kind: "person" | "workload" | "address" | "anybody";
  readonly name: string;
}

export type Node = Holder | Actor;

/**
 * How one node leads to the next.
 *
 * `is`: somebody can act as a credential. `makes`: creates another credential. `admits`: a machine
 * joins, or an auth key is created for one. `retags`: an existing machine gets other tags.
 * `reaches`: the network opens. `logs in`: Tailscale SSH. `stands for`: becomes a router, an exit
 * node or the host of a service. `takes the address`: a machine gets an address that a rule names.
 * `is reached by`: any machine can be moved to the destination of a rule. `rewrites`: the rules
 * themselves can be changed.
 */
export type How =
  | "is"
  | "makes"
  | "admits"
  | "retags"
  | "reaches"
  | "logs in"
  | "stands for"
  | "takes the address"
  | "is reached by"
  | "rewrites";

/** What makes a step possible: a place in the policy file, a scope, or a resource of a program. */
export type Source =
  | { readonly policy: Place }
  | { readonly scope: string }
  | { readonly urn: string };

export interface Because {
  /** One sentence. */
  readonly sentence: string;
  /** The same in short, to follow the name of the destination, for example `"owned by tag:ci"`. */
  readonly inShort: string;
  readonly at: Source;
}

/** A step by which somebody gets tags or becomes somebody else. */
export interface Step {
  readonly how: How;
  readonly from: Node;
  readonly to: Node;
  readonly because: Because;
  readonly conditions: readonly Condition[];
}

/** A condition for a step that we cannot check from here. */
export type Condition =
  /**
   * All assertions of at least one list must hold, for example `[["node:os == 'macos'"],
   * ["custom:trusted == true"]]`. Definitions, not names.
   */
  | { readonly kind: "posture"; readonly anyOf: readonly (readonly string[])[] }
  /** The machines that carry the traffic have one of these tags. */
  | { readonly kind: "via"; readonly tags: readonly string[] }
  /** A machine has an address in this range. */
  | { readonly kind: "address"; readonly range: string }
  /** Somebody must approve it first, for example a device if the tailnet requires that. */
  | { readonly kind: "approval"; readonly of: string }
  /** SSH in check mode: a person must sign in again. */
  | { readonly kind: "check"; readonly period: string }
  /** We cannot know whether it applies, so we assume that it does. */
  | { readonly kind: "unknown"; readonly what: string };

/** The key of a node in a map. */
export function getNodeKey(node: Node): string {
  return `${node.kind} ${"tags" in node ? node.tags.join(" ") : node.name}`;
}

export function toHolder(kind: Holder["kind"], tags: Iterable<string>): Holder {
  return { kind, tags: [...new Set(tags)].sort() };
}

/** The place of something, as reports write it: `"grants[3], line 17"`, `"scope auth_keys"`. */
export function describePlace(at: Source): string {
  if ("scope" in at) return `scope ${at.scope}`;
  if ("urn" in at) return at.urn;
  const { section, index, line } = at.policy;
  const rule = index === undefined ? section : `${section}[${index}]`;
  return rule === "" ? `line ${line}` : `${rule}, line ${line}`;
}
