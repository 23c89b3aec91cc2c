/** IP protocols and ports, as rules name them. */

/** Ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Protocols and ports that belong together. */
export interface Opening {
  /** Numbers of IP protocols. */
  readonly protocols: readonly number[];
  readonly ports: readonly PortRange[];
}

export const allPorts: PortRange = { first: 0, last: 65_535 };

/** Numbers of protocols. Source: https://www.iana.org/assignments/protocol-numbers */
export const icmp = 1;
export const tcp = 6;
export const udp = 17;
export const icmpV6 = 58;
export const sctp = 132;

/** Source: https://tailscale.com/kb/1337/policy-syntax#proto */
const byName: ReadonlyMap<string, number> = new Map([
  ["icmp", icmp],
  ["igmp", 2],
  ["ipv4", 4],
  ["ip-in-ip", 4],
  ["tcp", tcp],
  ["egp", 8],
  ["igp", 9],
  ["udp", udp],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["ipv6-icmp", icmpV6],
  ["sctp", sctp],
  ["fc", 133],
]);

/** What a rule without a protocol opens: ICMP for both families, TCP and UDP. */
export const usualProtocols: readonly number[] = [icmp, icmpV6, tcp, udp];

const withPorts: ReadonlySet<number> = new Set([tcp, udp, sctp]);

export function hasPorts(protocol: number): boolean {
  return withPorts.has(protocol);
}

/** Parses a protocol's name or number (1 to 255), or returns undefined. */
export function parseProtocol(text: string): number | undefined {
  const number = byName.get(text.toLowerCase());
  if (number !== undefined) return number;
  return /^[1-9]\d{0,2}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}

/** Merges ports into as few ranges as possible, in order. Adjacent ranges stay separate. */
export function mergePorts(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const range of ranges.toSorted((left, right) => left.first - right.first)) {
    const last = merged.at(-1);
    if (last === undefined || last.last < range.first) merged.push(range);
    else if (last.last < range.last) merged[merged.length - 1] = { ...last, last: range.last };
  }
  return merged;
}

/** Parses `*`, `22`, `80,443` or `1000-2000`, or returns what is wrong, in Tailscale's words. */
export function parsePorts(text: string): readonly PortRange[] | { readonly problem: string } {
  if (text === "*") return [allPorts];
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const [from = "", to = from, ...more] = part.trim().split("-");
    const problem = (what: string) => ({ problem: `port range "${part}": invalid ${what}` });
    if (part.trim() === "*") {
      ranges.push(allPorts);
      continue;
    }
    const first = parsePort(from);
    if (first === undefined) return problem("first integer");
    const last = parsePort(to);
    if (last === undefined || more.length > 0) return problem("last integer");
    if (last < first) return problem("range");
    ranges.push({ first, last });
  }
  return ranges;
}

/** Tailscale refuses port 0, as captured. */
function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/**
 * Parses an entry in a grant's `ip`: `*`, `443`, `80-443`, `tcp:443`, `gre:*`. A bare number is a
 * port, never a protocol.
 */
export function parseIpEntry(text: string): Opening | { readonly problem: string } {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const ports = parsePorts(text);
    return "problem" in ports ? ports : { protocols: usualProtocols, ports };
  }
  const name = text.slice(0, colon).trim();
  const protocol = parseProtocol(name);
  if (protocol === undefined) return { problem: `unknown protocol "${name}"` };
  const ports = parsePorts(text.slice(colon + 1).trim());
  if ("problem" in ports) return ports;
  if (!hasPorts(protocol) && ports.some((range) => range !== allPorts))
    return { problem: `protocol "${name}" has no ports: use "${name}:*"` };
  return { protocols: [protocol], ports };
}
