/** The targets of a question about reach, and whether a rule opens them. */

import { internetRanges, parseRange, type Range } from "../policy-file/addresses";
import { hasPorts, parseProtocol } from "../policy-file/ports";
import { findAutogroup } from "../policy-file/selector";
import { findNamesAround, isDomain } from "./covering";
import type { Condition } from "./model";
import { type Destination, findRanges, type Network } from "./network";
import { coverWholeTailnet, formatRange, isInTailnet, overlaps } from "./ranges";

/** A destination, as a question names it. */
export interface Target {
  /** The text of the question. */
  readonly text: string;
  /** The target is any of these names, or any of these addresses. */
  readonly names: readonly string[];
  readonly ranges: readonly Range[];
  readonly isEverything: boolean;
  /** Undefined for any. */
  readonly port: number | undefined;
  /** Whether it is a single machine with all addresses and names known. */
  readonly isKnownMachine?: boolean;
  /** The number of a protocol; undefined for any. */
  readonly protocol: string | undefined;
}

/**
 * A target as people write it: `tag:db`, `tag:db:5432`, `10.20.0.0/16:443`, `[fd7a::1]:22`,
 * `ada@acme.example`, `svc:web:443`, `internet`, `*`, each optionally followed by `/udp` or another
 * protocol.
 */
export function parseTarget(text: string, network: Network): Target | { readonly problem: string } {
  const [, body = "", protocolName] = /^(.*?)(?:\/([a-z][a-z0-9-]*))?$/s.exec(text.trim()) ?? [];
  const protocol = protocolName === undefined ? undefined : parseProtocol(protocolName);
  if (protocolName !== undefined && protocol === undefined)
    return { problem: `"${protocolName}" is not a protocol` };
  const { host, port, problem } = splitPort(body);
  if (problem !== undefined) return { problem };
  if (port !== undefined && protocol !== undefined && !hasPorts(protocol))
    return { problem: `${protocolName} has no ports` };
  const asked = { text, port, protocol: protocol === undefined ? undefined : String(protocol) };
  const named = (names: readonly string[]): Target => ({
    ...asked,
    names,
    ranges: [],
    isEverything: false,
  });
  if (host === "*" || host === "everything") return { ...named([]), isEverything: true };
  if (host === "internet" || host === "autogroup:internet")
    return { ...named(["internet"]), ranges: internetRanges };
  const ranges = findRanges(host, network);
  if (ranges !== undefined) return { ...named([]), ranges };
  const name = host.toLowerCase();
  if (name.startsWith("tag:"))
    return network.ownership.defined.has(name)
      ? named([name])
      : { problem: `"${host}" is not defined in the policy file` };
  if (name.startsWith("group:")) {
    const found = [...network.groups].filter(([group]) => group.toLowerCase() === name);
    // A group of an identity provider contains a domain, and is not in the file.
    if (found.length === 0 && !name.includes("@"))
      return { problem: `"${host}" is not defined in the policy file` };
    return named(found.length === 0 ? [name] : found.flatMap(([, members]) => members));
  }
  if (name.startsWith("autogroup:")) {
    const group = findAutogroup(name.slice("autogroup:".length));
    return group === undefined || group === "self" || group === "danger-all"
      ? { problem: `"${host}" does not name anybody's machines` }
      : named([`autogroup:${group}`]);
  }
  if (/^svc:./.test(name) || name.includes("@")) return named([name]);
  if (isCarried(name, network)) return named([name]);
  return {
    problem: `"${text}" is not a target. Write tag:db, tag:db:5432, an address, a name of hosts, a user, svc:web, internet or *`,
  };
}

/** Whether an app connector answers for the name. */
function isCarried(name: string, { connectors }: Network): boolean {
  const answered = connectors.flatMap(({ domains }) => domains.flatMap(({ names }) => names));
  return isDomain(name) && name.includes(".") && answered.some((one) => areOneInOther(one, name));
}

function splitPort(body: string): { host: string; port?: number; problem?: string } {
  if (parseRange(body) !== undefined) return { host: body };
  const [, inBrackets, mask = "", portInBrackets] =
    /^\[([^\]]+)\](\/\d+)?(?::(.*))?$/.exec(body) ?? [];
  const [, plain = body, portBehind] = /^(.+):(\d+|\*)$/.exec(body) ?? [];
  const host = inBrackets === undefined ? plain : `${inBrackets}${mask}`;
  const port = inBrackets === undefined ? portBehind : portInBrackets;
  if (port === undefined || port === "*") return { host };
  const number = Number(port);
  return /^\d{1,5}$/.test(port) && number >= 1 && number <= 65_535
    ? { host, port: number }
    : { host, problem: `"${port}" is not a port` };
}

/** Whether a destination opens a target, and which conditions apply besides the rule's own. */
export function opensTarget(
  { to, openings }: Destination,
  target: Target,
): readonly Condition[] | undefined {
  if (!openings.some((opening) => matchesOpening(opening, target))) return undefined;
  if (to.isEverything) return [];
  if (target.isEverything) return undefined;
  if (to.names.some((name) => target.names.some((asked) => areOneInOther(asked, name)))) return [];
  if (target.ranges.some((range) => to.ranges.some((open) => overlaps(open, range)))) return [];
  // The policy file does not say who has a role or is in a group of the identity provider.
  const people = target.names.filter(isPerson);
  for (const name of to.names.filter(isPerson))
    for (const asked of people)
      if (isDefinedElsewhere(name) || isDefinedElsewhere(asked))
        return [{ kind: "unknown", what: `whether ${name} means ${asked}` }];
  if (target.isKnownMachine) return undefined;
  // The policy file does not say which tags a service has.
  const service = target.names.find((name) => name.startsWith("svc:"));
  const tag = to.names.find((name) => name.startsWith("tag:"));
  if (service !== undefined && tag !== undefined)
    return [{ kind: "unknown", what: `whether ${service} has ${tag}` }];
  const isMachine = target.names.some((name) => name !== "internet");
  const inTailnet = to.ranges.find(isInTailnet);
  if (isMachine && inTailnet !== undefined && !to.names.includes("internet"))
    return coverWholeTailnet(to.ranges) ? [] : [{ kind: "address", range: formatRange(inTailnet) }];
  const asksForMachine = target.ranges.some(isInTailnet);
  if (asksForMachine && to.names.includes("any machine")) return [];
  return asksForMachine && to.names.some((name) => name !== "internet")
    ? [{ kind: "unknown", what: `whether ${target.text} is one of ${to.written}` }]
    : undefined;
}

/** Whether one of two names includes machines of the other. */
function areOneInOther(one: string, other: string): boolean {
  return findNamesAround(one).includes(other) || findNamesAround(other).includes(one);
}

function isPerson(name: string): boolean {
  return /^[^:]*@|^group:|^autogroup:(?!tagged$)/.test(name);
}

function isDefinedElsewhere(name: string): boolean {
  return /^group:|^autogroup:(?!member$)/.test(name);
}

function matchesOpening(
  { what, first, last }: Destination["openings"][number],
  { port, protocol }: Target,
): boolean {
  if (["anything", "any traffic", "stand for"].includes(what)) return true;
  // Somebody who logs in to a machine has access to all of its ports.
  if (what === "login") return protocol === undefined || protocol === "6";
  if (what.startsWith("app ")) return port === undefined && protocol === undefined;
  if (protocol !== undefined && protocol !== what) return false;
  return port === undefined ? true : hasPorts(Number(what)) && first <= port && port <= last;
}
