/**
 * Selectors: the forms of sources and destinations in a rule. Source:
 * https://tailscale.com/kb/1396/targets
 */

import { parseRange } from "./addresses";
import {
  type AutogroupName,
  autogroupNames,
  type Group,
  type NamedRanges,
  type Selector,
} from "./model";

/** The domains of the tailnet. */
export type Domains = Pick<ReadonlySet<string>, "has">;

/** The names that the file defines. */
export interface Names {
  readonly groups: ReadonlyMap<string, Group>;
  readonly hosts: ReadonlyMap<string, NamedRanges>;
  readonly ipsets: ReadonlyMap<string, NamedRanges>;
  /** In lower case. */
  readonly tags: ReadonlySet<string>;
  /** Domains of the tailnet; `undefined` if they are not known. */
  readonly domains: Domains | undefined;
}

export type ParsedSelector =
  | { readonly selector: Selector }
  /** Tailscale refuses the file. */
  | { readonly refused: string }
  /** We do not know this form of selector. */
  | { readonly notUnderstood: string };

/** `tag:` and a name that begins with a letter, as captured; letters, digits and hyphens. */
const tagForm = /^tag:[a-z][a-z0-9-]*$/i;

export function isTag(text: string): boolean {
  return tagForm.test(text);
}

/** Tags are compared in lower case. */
export function normalizeTag(text: string): string {
  return text.toLowerCase();
}

/**
 * Parses a selector. `side` is the side's name in Tailscale's messages: `src`, `dst`, or an empty
 * string for none.
 */
export function parseSelector(text: string, names: Names, side: string): ParsedSelector {
  if (text === "*") return { selector: { kind: "any", text } };
  const colon = text.indexOf(":");
  const prefix = colon < 0 ? "" : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  switch (prefix) {
    case "tag":
      return parseTag(text, names, side);
    case "group":
      return parseGroup(text, names, side);
    case "autogroup":
      return parseAutogroup(text, rest);
    case "user":
      return parseDomain(text, rest, names);
    case "ipset":
      return parseIpset(text, names);
    case "svc":
      return { selector: { kind: "service", name: text, text } };
    case "host":
      return parseHost(text, rest, names, side);
  }
  const range = parseRange(text);
  if (range !== undefined) return { selector: { kind: "addresses", ranges: [range], text } };
  // Host names have no @, but user names do.
  if (text.includes("@") && prefix === "") {
    return { selector: { kind: "user", name: text.toLowerCase(), text } };
  }
  return parseHost(text, text, names, side);
}

function parseTag(text: string, { tags }: Names, side: string): ParsedSelector {
  const name = normalizeTag(text);
  if (!tags.has(name)) {
    const where = side === "" ? "" : `${side}=`;
    return { refused: `${where}tag not found: ${JSON.stringify(text)}` };
  }
  return { selector: { kind: "tag", name, text } };
}

function parseGroup(text: string, { groups }: Names, side: string): ParsedSelector {
  if (groups.has(text)) return { selector: { kind: "group", name: text, defined: true, text } };
  // Groups from an identity provider include a domain and are defined elsewhere.
  if (text.includes("@")) return { selector: { kind: "group", name: text, defined: false, text } };
  const where = side === "" ? "" : `${side}=`;
  return { refused: `${where}group not found: ${JSON.stringify(text)}` };
}

function parseAutogroup(text: string, rest: string): ParsedSelector {
  const name = findAutogroup(rest);
  if (name === undefined) return { notUnderstood: "is not a known autogroup" };
  return { selector: { kind: "autogroup", name, text } };
}

/** The autogroup of a name, without `autogroup:`; `members` is the older spelling of `member`. */
export function findAutogroup(name: string): AutogroupName | undefined {
  return autogroupNames.find((one) => one === (name === "members" ? "member" : name));
}

function parseDomain(text: string, rest: string, { domains }: Names): ParsedSelector {
  const [, domain] = /^\*@(.*)$/.exec(rest) ?? [];
  if (domain === undefined || domain === "") return { notUnderstood: "is not a known selector" };
  const refused = refuseDomain(domain, domains);
  return refused === undefined ? { selector: { kind: "domain", domain, text } } : { refused };
}

/** Tailscale's message if `domain` is not one of the tailnet's domains. */
export function refuseDomain(domain: string, domains: Domains | undefined): string | undefined {
  if (domain !== "*" && (domains === undefined || domains.has(domain))) return undefined;
  return `${domain} is not associated with this Tailnet and cannot be used in user:*@<domain> expressions`;
}

function parseIpset(text: string, { ipsets }: Names): ParsedSelector {
  const ipset = ipsets.get(text);
  if (ipset === undefined) return { notUnderstood: "is not defined in ipsets" };
  return { selector: { kind: "ipset", name: text, ranges: ipset.ranges, text } };
}

function parseHost(text: string, name: string, { hosts }: Names, side: string): ParsedSelector {
  const host = hosts.get(name);
  if (host !== undefined)
    return { selector: { kind: "addresses", ranges: host.ranges, host: name, text } };
  if (name !== text || name.includes(":")) return { notUnderstood: "is not a known selector" };
  return { refused: `invalid ${side || "target"} ${JSON.stringify(text)}` };
}
