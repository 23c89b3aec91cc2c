/**
 * Describes reach in words. Text from outside is included unchanged: the code that displays it must
 * escape it.
 */

import { hasPorts } from "../policy-file/ports";
import { describeCondition } from "./conditions";
import { type Condition, describePlace, type Node, type Source, type Step } from "./model";
import type { Opening, Remark, Targets } from "./network";
import { formatRange } from "./ranges";
import type { Start } from "./starts";
import type { Use } from "./uses";

const protocolNames: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmp for IPv6",
  "132": "sctp",
};

/** The protocols of a rule that names none. */
const usual = ["1", "17", "58", "6"];

/** Describes a destination and what is open there: `"tag:db:5432 (tcp)"`, `"tag:web as root"`. */
export function describeTarget(to: Targets, openings: readonly Opening[], isPart = false): string {
  const name = isPart ? describePart(to) : to.written;
  return openings.length === 0 ? name : describeOpenings(name, openings).join(", ");
}

/** Describes the rest of a destination whose other part was open before. */
function describePart({ written, names, ranges }: Targets): string {
  const parts = [...names, ...ranges.map(formatRange)];
  const shown = parts.slice(0, 3).join(", ");
  const more = parts.length > 3 ? ` and ${parts.length - 3} more` : "";
  return parts.length === 1 && parts[0] === written ? written : `${shown}${more} of ${written}`;
}

function describeOpenings(name: string, openings: readonly Opening[]): string[] {
  const byPorts = new Map<string, Set<string>>();
  const others: string[] = [];
  const logins: string[] = [];
  for (const { what, first, last, detail } of openings) {
    if (what === "anything" || what === "any traffic")
      others.push(name === "*" ? "everything" : `${name} (everything)`);
    else if (what === "stand for") others.push(name);
    else if (what === "login") logins.push(detail);
    else if (what.startsWith("app ")) others.push(`${name} (${what})`);
    else {
      const ports =
        first === 0 && last === 65_535 ? "*" : first === last ? `${first}` : `${first}-${last}`;
      byPorts.set(ports, (byPorts.get(ports) ?? new Set()).add(what));
    }
  }
  const host = name.includes(":") && /^[0-9a-f:]+(\/\d+)?$/i.test(name) ? `[${name}]` : name;
  // Group the ports by their protocols.
  const byProtocols = new Map<string, string[]>();
  for (const [ports, protocols] of byPorts) {
    const key = describeProtocols([...protocols], ports);
    byProtocols.set(key, [...(byProtocols.get(key) ?? []), ports]);
  }
  return [
    ...[...byProtocols].map(([protocols, ports]) => `${host}:${ports.join(",")}${protocols}`),
    ...(logins.length > 0 ? [`${name} as ${logins.join(", ")}`] : []),
    ...others,
  ];
}

function describeProtocols(protocols: readonly string[], ports: string): string {
  const sorted = [...protocols].sort();
  if (sorted.join() === usual.join()) return "";
  // ICMP has no ports, although such a rule also opens it.
  const counted = ports === "*" ? sorted : sorted.filter((one) => hasPorts(Number(one)));
  return ` (${counted.map((one) => protocolNames[one] ?? `protocol ${one}`).join(", ")})`;
}

/** The name of a node in paths: its tags, or who it is. */
export function describeNode(node: Node): string {
  if (!("tags" in node)) return node.kind === "anybody" ? "anybody on the internet" : node.name;
  return node.tags.length === 0 ? "no tag" : node.tags.join(" + ");
}

/** The steps at which tags or the machine change, in the order in which they are taken. */
export function findTurns(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ from, to }) => describeNode(from) !== describeNode(to));
}

/**
 * Describes the way to tags: `"tag:web, owned by tag:ci, then tag:db, owned by tag:web"`; `""` for
 * the start's own tags.
 */
export function describeSteps(steps: readonly Step[]): string {
  return findTurns(steps)
    .map(({ to, because }) => `${describeNode(to)}, ${because.inShort}`)
    .join(", then ");
}

export function describeConditions(conditions: readonly Condition[]): string {
  return conditions.map(describeCondition).join("; ");
}

/** The places of steps and rules, without duplicates: `"tagOwners, line 7; grants[1], line 15"`. */
export function describePlaces(places: readonly Source[]): string {
  return [...new Set(places.map(describePlace))].join("; ");
}

/** `"nodeAttrs[0], line 12: By drive:share the machines of tag:web share folders …."` */
export function describeRemark({ at, sentence }: Remark): string {
  return `${describePlace({ policy: at })}: ${sentence}`;
}

/** The name of a credential that does not exist, but is described for a question. */
export const described = "described";

const kindWords: Readonly<Record<Start["kind"], string>> = {
  OAuthClient: "OAuth client",
  FederatedIdentity: "federated identity",
  AuthKey: "auth key",
  ApiAccessToken: "API access token",
  Machine: "machines of",
  Person: "",
  Addresses: "addresses",
};

/** Describes a start with its kind: `"OAuth client ci"`, `"machines of tag:web"`, `"group:ops"`. */
export function describeStart({ kind, name }: Start): string {
  if (name === described) return "The described credential";
  if (kind === "Person")
    return name === "internet" ? "anybody on the internet" : name === "*" ? "everybody" : name;
  return kind === "Machine" && !name.startsWith("tag:") ? name : `${kindWords[kind]} ${name}`;
}

/** Why a rule applies, for example `"as tag:web"`, or a more detailed reason if there is one. */
export function describeUse(use: Use, node: Node): string {
  const as = `as ${describeNode(node)}`;
  if (use.how === "rewrites") return use.why ?? "";
  return use.why === undefined ? as : `${as}. ${use.why}`;
}
