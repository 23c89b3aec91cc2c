/**
 * A Tailscale policy file as data: its rules, the names that they use, and the place of each.
 * Source: https://tailscale.com/kb/1337/policy-syntax
 */

import type { Range } from "./addresses";
import type { Opening } from "./ports";

/** The place of something in the file. */
export interface Place {
  /** In Tailscale's spelling: `grants`, `tagOwners`, … ; `""` for the file as a whole. */
  readonly section: string;
  /** The index of a rule, counted from 0. */
  readonly index?: number;
  /** The name of an entry: a group, a tag, a host, … */
  readonly key?: string;
  /** For people: `grants[3].dst[0]`, `groups["group:ops"][1]`. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
}

/** The result of reading a file: its contents, or why Tailscale does not accept it. */
export type PolicyReading =
  | { readonly policy: PolicyFile }
  | { readonly refused: readonly Refusal[] };

/** Why Tailscale rejects the file with status 400. */
export interface Refusal {
  readonly place: Place;
  /** Tailscale's own message if it is known. */
  readonly reason: string;
}

/** A part of the file that we do not understand. It counts as open. */
export interface NotUnderstood {
  readonly place: Place;
  /** The end of a sentence: `is not a known section`. */
  readonly reason: string;
  /**
   * What it may open: `everything`, from everywhere to everywhere; or `selector`, what a selector
   * of any kind could match at its place, which the rule's other parts still limit.
   */
  readonly counts: "everything" | "selector";
}

export interface PolicyFile {
  /**
   * `false` if neither `acls` nor `grants` is present: then everything reaches everything. An empty
   * list of rules opens nothing.
   */
  readonly hasNetworkRules: boolean;
  /** The rules of `acls`, then those of `grants`. They add up, and their order does not matter. */
  readonly networkRules: readonly NetworkRule[];
  readonly sshRules: readonly SshRule[];
  readonly groups: ReadonlyMap<string, Group>;
  readonly hosts: ReadonlyMap<string, NamedRanges>;
  readonly ipsets: ReadonlyMap<string, NamedRanges>;
  readonly postures: ReadonlyMap<string, Posture>;
  /** Names of postures for rules without their own. */
  readonly defaultSourcePostures: readonly string[];
  /** Keyed by the tag, in lower case. */
  readonly tagOwners: ReadonlyMap<string, TagOwners>;
  readonly autoApprovers: AutoApprovers;
  readonly nodeAttributes: readonly NodeAttribute[];
  readonly tests: readonly PolicyTest[];
  readonly sshTests: readonly SshTest[];
  readonly notUnderstood: readonly NotUnderstood[];
}

/** What a rule names as a source or destination. `text` is the original text, trimmed. */
export type Selector =
  /** `*` */
  | { readonly kind: "any"; readonly text: string }
  /** A login name, in lower case. */
  | { readonly kind: "user"; readonly name: string; readonly text: string }
  /** `group:…`; `defined` is false for a group of the identity provider (`group:ops@acme.com`). */
  | {
      readonly kind: "group";
      readonly name: string;
      readonly defined: boolean;
      readonly text: string;
    }
  /** `tag:…`, in lower case. */
  | { readonly kind: "tag"; readonly name: string; readonly text: string }
  | { readonly kind: "autogroup"; readonly name: AutogroupName; readonly text: string }
  /** `user:*@domain`: users of that domain. */
  | { readonly kind: "domain"; readonly domain: string; readonly text: string }
  /** An address or a CIDR; `host` if it is written as a name in `hosts`. */
  | {
      readonly kind: "addresses";
      readonly ranges: readonly Range[];
      readonly host?: string;
      readonly text: string;
    }
  /** `ipset:…`, with its addresses. */
  | {
      readonly kind: "ipset";
      readonly name: string;
      readonly ranges: readonly Range[];
      readonly text: string;
    }
  /** `svc:…` */
  | { readonly kind: "service"; readonly name: string; readonly text: string }
  /** Not understood: it may match anything. */
  | { readonly kind: "unknown"; readonly text: string };

export const autogroupNames = [
  "member",
  "tagged",
  "self",
  "internet",
  "shared",
  "danger-all",
  "owner",
  "admin",
  "it-admin",
  "network-admin",
  "billing-admin",
  "auditor",
] as const;

export type AutogroupName = (typeof autogroupNames)[number];

/** An `acls` or `grants` entry. */
export interface NetworkRule {
  readonly place: Place;
  readonly kind: "acl" | "grant";
  readonly sources: readonly Selector[];
  readonly destinations: readonly Destination[];
  /** What a grant gives to applications at each destination. */
  readonly capabilities: readonly Capability[];
  /** Names of postures; the source must meet one of them. Empty if the rule requires none. */
  readonly sourcePostures: readonly string[];
  /** Tags, in lower case: the rule only applies through routers with one of them. */
  readonly via: readonly string[];
}

export interface Destination {
  readonly place: Place;
  readonly selector: Selector;
  /** Empty for a grant that opens no port. */
  readonly openings: readonly Opening[];
}

export interface Capability {
  readonly place: Place;
  /** `tailscale.com/cap/drive` */
  readonly name: string;
  /** The objects that the application reads. */
  readonly values: readonly unknown[];
}

export interface SshRule {
  readonly place: Place;
  readonly action: "accept" | "check";
  readonly sources: readonly Selector[];
  readonly destinations: readonly Selector[];
  readonly logins: readonly Login[];
  readonly sourcePostures: readonly string[];
  /** As written; `undefined` for Tailscale's default of 12 hours. */
  readonly checkPeriod: string | undefined;
}

/** The account that an SSH rule opens. */
export type Login =
  | { readonly kind: "named"; readonly name: string }
  /** `autogroup:nonroot`: every login but root. */
  | { readonly kind: "nonroot" }
  /** `localpart:*@domain`: the part before the `@` in the user's own login name. */
  | { readonly kind: "localpart"; readonly domain: string };

export interface Group {
  readonly place: Place;
  /** Login names, in lower case. */
  readonly members: readonly string[];
}

/** A name of `hosts`, or an address set of `ipsets`. */
export interface NamedRanges {
  readonly place: Place;
  readonly ranges: readonly Range[];
}

/** A posture. A machine must meet all its conditions. */
export interface Posture {
  readonly place: Place;
  readonly conditions: readonly PostureCondition[];
}

export interface PostureCondition {
  /** The original text. */
  readonly text: string;
  /** `node:os` */
  readonly attribute: string;
  readonly operator: PostureOperator;
  /** One for a comparison, any number for `IN`, none for `IS SET`. */
  readonly values: readonly PostureValue[];
}

export type PostureOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "IN"
  | "NOT IN"
  | "IS SET"
  | "NOT SET";

export type PostureValue = string | number | boolean;

export interface TagOwners {
  readonly place: Place;
  /** If empty, only admins. */
  readonly owners: readonly Owner[];
}

/** Somebody who may give a tag, or who is approved automatically. */
export interface Owner {
  readonly place: Place;
  readonly selector: Selector;
}

export interface AutoApprovers {
  readonly routes: readonly RouteApprovers[];
  readonly exitNode: readonly Owner[];
  readonly services: readonly ServiceApprovers[];
}

export interface RouteApprovers {
  readonly place: Place;
  /** This prefix and every narrower one. */
  readonly prefix: Range;
  readonly approvers: readonly Owner[];
}

export interface ServiceApprovers {
  readonly place: Place;
  /** A service, or a tag that services have. */
  readonly service: string;
  readonly approvers: readonly Owner[];
}

export interface NodeAttribute {
  readonly place: Place;
  readonly targets: readonly Selector[];
  readonly attributes: readonly string[];
  /** Names of applications. */
  readonly applications: readonly string[];
  readonly appConnectors: readonly AppConnector[];
  readonly ipPool: readonly Range[];
}

/** Machines that answer for names on the internet and route the traffic to them. */
export interface AppConnector {
  readonly place: Place;
  /** Which machines can be the connector: tags, or all machines with a tag. */
  readonly connectors: readonly Selector[];
  /** In lower case; `*.acme.com` stands for every name below it. */
  readonly domains: readonly string[];
  /** Addresses that it routes to, no matter which names lead there. */
  readonly routes: readonly Range[];
  /** Whether its domains are those of an application that Tailscale knows. */
  readonly isPreset: boolean;
  /** Whether we understand all of it; otherwise it may route to anything. */
  readonly isUnderstood: boolean;
}

/** An entry of `tests`. */
export interface PolicyTest {
  readonly place: Place;
  /** The original text. */
  readonly source: string;
  readonly sourceAttributes: ReadonlyMap<string, PostureValue> | undefined;
  /** A name or number, `undefined` for TCP. */
  readonly protocol: string | undefined;
  /** `HOST:PORT`, as written. */
  readonly accept: readonly string[];
  readonly deny: readonly string[];
}

/** An entry of `sshTests`. */
export interface SshTest {
  readonly place: Place;
  readonly source: string;
  readonly destinations: readonly string[];
  /** Login names. */
  readonly accept: readonly string[];
  readonly check: readonly string[];
  readonly deny: readonly string[];
}
