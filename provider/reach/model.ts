/**
 * The graph of reach: who is in it, which steps there are, and why each step is possible.
 *
 * A node is a set of tags in the hands of a holder, because Tailscale decides about the exact set
 * that a credential, an auth key or a machine has.
 */

import type { Place } from "../policy-file/model";

/** Who holds a set of tags. */
export interface Holder {
  readonly kind: "credential" | "auth key" | "machine";
  /** Sorted, each once. */
  readonly tags: readonly string[];
}

/** Somebody or something that is no holder of tags. */
export interface Actor {
  /**
   * `"person"`: a user, a group or a role, as the policy file names them; `"workload"`: a token's
   * subject.
   */
  readonly kind: "person" | "workload" | "address" | "anybody";
  readonly name: string;
}

export type Node = Holder | Actor;

/**
 * How one leads to the next.
 *
 * `is`: who can act as a credential. `makes`: a further credential. `admits`: a machine joins, or
 * an auth key is made for one. `retags`: a machine that exists gets other tags. `reaches`: the
 * network opens. `logs in`: Tailscale SSH. `stands for`: a router, an exit node or the host of a
 * service. `takes the address`: a machine gets an address that a rule names. `is reached by`: any
 * machine can be put where a rule leads. `rewrites`: the rules themselves can be changed.
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

/** What gives a step: a place in the policy file, a scope, or a resource of a program. */
export type Source =
  | { readonly policy: Place }
  | { readonly scope: string }
  | { readonly urn: string };

export interface Because {
  /** One sentence. */
  readonly sentence: string;
  /** The same behind the name of what it leads to, for example `"owned by tag:ci"`. */
  readonly inShort: string;
  readonly at: Source;
}

/** A step by which somebody comes to hold tags, or to be somebody else. */
export interface Step {
  readonly how: How;
  readonly from: Node;
  readonly to: Node;
  readonly because: Because;
  readonly conditions: readonly Condition[];
}

/** What has to hold for a step, as far as nobody can know it from here. */
export type Condition =
  /**
   * Any of the lists of assertions must hold whole, for example
   * `[["node:os == 'macos'"], ["custom:trusted == true"]]`. Definitions, not names.
   */
  | { readonly kind: "posture"; readonly anyOf: readonly (readonly string[])[] }
  /** The machines that carry the traffic have one of these tags. */
  | { readonly kind: "via"; readonly tags: readonly string[] }
  /** A machine has an address in this range. */
  | { readonly kind: "address"; readonly range: string }
  /** Somebody approves it first, for example a device where that is asked for. */
  | { readonly kind: "approval"; readonly of: string }
  /** SSH in check mode: a person signs in again. */
  | { readonly kind: "check"; readonly period: string }
  /** Whether it applies cannot be known from here; counted as if it did. */
  | { readonly kind: "unknown"; readonly what: string };

/** The key of a node in a map. */
export function getNodeKey(node: Node): string {
  return `${node.kind} ${"tags" in node ? node.tags.join(" ") : node.name}`;
}

export function toHolder(kind: Holder["kind"], tags: Iterable<string>): Holder {
  return { kind, tags: [...new Set(tags)].sort() };
}

/** Where something is, as reports write it: `"grants[3], line 17"`, `"scope auth_keys"`. */
export function describePlace(at: Source): string {
  if ("scope" in at) return `scope ${at.scope}`;
  if ("urn" in at) return at.urn;
  const { section, index, line } = at.policy;
  const rule = index === undefined ? section : `${section}[${index}]`;
  return rule === "" ? `line ${line}` : `${rule}, line ${line}`;
}
