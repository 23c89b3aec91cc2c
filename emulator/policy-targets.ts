/**
 * Names that rules use: their forms, and the addresses that they stand for. Source:
 * https://tailscale.com/kb/1396/targets
 */

import { BlockList, isIP, isIPv4 } from "node:net";
import type { Policy } from "./policy-shape.js";

interface Network {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly length: number;
}

/** Whether the text is an address or a CIDR. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** Whether `address` is in the network `text`. */
export function isInNetwork(address: string, text: string): boolean {
  const network = parseNetwork(text);
  if (network === undefined) return false;
  const block = new BlockList();
  block.addSubnet(network.address, network.length, network.family);
  return block.check(address, getFamily(address));
}

/** Whether two networks have addresses in common: one of them begins in the other. */
export function overlaps(one: string, other: string): boolean {
  const [start = ""] = one.split("/");
  const [otherStart = ""] = other.split("/");
  return (
    isNetwork(one) &&
    isNetwork(other) &&
    (isInNetwork(start, other) || isInNetwork(otherStart, one))
  );
}

/** Whether the text is a whole address. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

function getFamily(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

function parseNetwork(text: string): Network | undefined {
  const [address = "", length, ...more] = text.split("/");
  if (!isAddress(address) || address.includes("%") || more.length > 0) return undefined;
  const family = getFamily(address);
  const bits = family === "ipv4" ? 32 : 128;
  if (length === undefined) return { address, family, length: bits };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return undefined;
  return { address, family, length: Number(length) };
}

/** Whether a machine can have the address. */
export function isTailnetAddress(address: string): boolean {
  return isInNetwork(address, "100.64.0.0/10") || isInNetwork(address, "fd7a:115c:a1e0::/48");
}

export function isInternetAddress(address: string): boolean {
  const notPublic = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
  return (
    (isIPv4(address) || isInNetwork(address, "2000::/3")) &&
    ![...notPublic, "169.254.0.0/16"].some((network) => isInNetwork(address, network))
  );
}

/** The network that a name of `hosts` stands for, with or without `host:`. */
export function findHostNetwork({ hosts }: Policy, name: string): string | undefined {
  const host = name.startsWith("host:") ? name.slice("host:".length) : name;
  return Object.hasOwn(hosts, host) ? hosts[host]?.trim() : undefined;
}

/**
 * Whether the address is in the set. The last entry that contains the address decides. `known` has
 * the sets that were already evaluated, so that each is evaluated once.
 */
export function isInIpset(
  policy: Policy,
  name: string,
  address: string,
  known = new Map<string, boolean>(),
): boolean {
  const found = known.get(name);
  if (found !== undefined) return found;
  known.set(name, false);
  const entries = Object.hasOwn(policy.ipsets, name) ? (policy.ipsets[name] ?? []) : [];
  const decisive = entries.findLast((entry) => {
    const [, target = ""] = /^(?:add\s+|remove\s+)?(.*)$/s.exec(entry.trim()) ?? [];
    if (target.startsWith("ipset:")) return isInIpset(policy, target, address, known);
    if (target === "autogroup:internet") return isInternetAddress(address);
    const [from = "", to] = target.split("-");
    if (to !== undefined && isAddress(from) && isAddress(to)) return isBetween(address, from, to);
    return isInNetwork(address, findHostNetwork(policy, target) ?? target);
  });
  const isMember = decisive !== undefined && !decisive.trim().startsWith("remove");
  known.set(name, isMember);
  return isMember;
}

/** Everything that the entries of a set name, including those of inner sets. */
export function listNetworks(policy: Policy, name: string, seen = new Set<string>()): string[] {
  if (seen.has(name) || !Object.hasOwn(policy.ipsets, name)) return [];
  seen.add(name);
  return (policy.ipsets[name] ?? []).flatMap((entry) => {
    const target = entry.trim().replace(/^(add|remove)\s+/, "");
    if (target.startsWith("ipset:")) return listNetworks(policy, target, seen);
    return findHostNetwork(policy, target) ?? target;
  });
}

/** Whether the network, or the span of addresses, has addresses of machines. */
export function mayBeMachines(network: string): boolean {
  const ends = network.replace(/\/\d+$/, "").split("-");
  return (
    ends.some((end) => isAddress(end) && isTailnetAddress(end)) ||
    ["100.64.0.0", "fd7a:115c:a1e0::"].some((first) =>
      ends.length === 2
        ? isBetween(first, ends[0] ?? "", ends[1] ?? "")
        : isInNetwork(first, network),
    )
  );
}

function isBetween(address: string, from: string, to: string): boolean {
  if (!isAddress(from) || isIP(from) !== isIP(to)) return false;
  const family = getFamily(from);
  const block = new BlockList();
  try {
    block.addRange(from, to, family);
  } catch {
    return false; // The first is after the last.
  }
  return block.check(address, getFamily(address));
}

/** Splits `HOST:PORTS`. An IPv6 address may be in brackets. */
export function splitPorts(text: string): readonly [host: string, ports: string] {
  const bracketed = /^\[([^\]]*)\](\/\d+)?:(.*)$/s.exec(text);
  if (bracketed !== null) return [`${bracketed[1] ?? ""}${bracketed[2] ?? ""}`, bracketed[3] ?? ""];
  const colon = text.lastIndexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** The number of a protocol that rules may name. */
export function findProtocol(name: string): number | undefined {
  const known: Readonly<Record<string, number>> = {
    icmp: 1,
    igmp: 2,
    ipv4: 4,
    "ip-in-ip": 4,
    tcp: 6,
    egp: 8,
    igp: 9,
    udp: 17,
    gre: 47,
    esp: 50,
    ah: 51,
    "ipv6-icmp": 58,
    sctp: 132,
    fc: 133,
  };
  const number = Object.hasOwn(known, name) ? known[name] : undefined;
  if (number !== undefined) return number;
  return /^[1-9]\d{0,2}$/.test(name) && Number(name) < 256 ? Number(name) : undefined;
}

export function takesPorts(protocol: number): boolean {
  return protocol === 6 || protocol === 17 || protocol === 132;
}

/** Whether `ports` (`*`, `22`, `80,443`, `1000-2000`) has the port. */
export function hasPort(ports: string, port: number): boolean {
  return ports.split(",").some((part) => {
    const [from, to = from] = part.trim().split("-");
    return part.trim() === "*" || (Number(from) <= port && port <= Number(to));
  });
}

/** What is wrong with ports, in Tailscale's words where they were captured. */
export function refusePorts(ports: string): string | undefined {
  for (const part of ports.split(",").map((text) => text.trim())) {
    if (part === "*") continue;
    const [from = "", to = from, ...more] = part.split("-");
    if (!isPort(from)) return `port range ${JSON.stringify(part)}: invalid first integer`;
    if (!isPort(to) || more.length > 0)
      return `port range ${JSON.stringify(part)}: invalid last integer`;
    if (Number(from) > Number(to)) return `port range ${JSON.stringify(part)}: invalid range`;
  }
  return undefined;
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}
