/** IP addresses as ranges of whole numbers. */

import { isIPv4 } from "node:net";

export type Family = 4 | 6;

/** Addresses of one family, both ends included. */
export interface Range {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

const bits = { 4: 32, 6: 128 } as const;

/**
 * Parses an address, or returns undefined. IPv4 needs four parts without leading zeros; IPv6 must
 * not have a zone.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: parseParts(text.split("."), 10, 8n) };
  const groups = splitIPv6(text);
  return groups && { family: 6, value: parseParts(groups, 16, 16n) };
}

/**
 * Parses an address or a CIDR (`10.0.0.0/8`; bits beyond the mask are ignored) as a range, or
 * returns undefined.
 */
export function parseRange(text: string): Range | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const { family, value } = address;
  if (slash < 0) return { family, first: value, last: value };
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits[family]) return undefined;
  const host = BigInt(bits[family] - Number(length));
  const first = (value >> host) << host;
  return { family, first, last: first + (1n << host) - 1n };
}

/** Parses `from-to` as a range, or returns undefined. */
export function parseSpan(text: string): Range | undefined {
  const [from, to, ...more] = text.split("-").map(parseAddress);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  if (from.family !== to.family || from.value > to.value) return undefined;
  return { family: from.family, first: from.value, last: to.value };
}

export function isInRange({ family, value }: Address, toRange: Range): boolean {
  return family === toRange.family && toRange.first <= value && value <= toRange.last;
}

export function isInRanges(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some((range) => isInRange(address, range));
}

/** Removes `taken` from `ranges`. */
export function subtractRange(ranges: readonly Range[], taken: Range): Range[] {
  return ranges.flatMap((range) => {
    if (range.family !== taken.family || taken.last < range.first || range.last < taken.first)
      return [range];
    const { family } = range;
    const rest: Range[] = [];
    if (range.first < taken.first)
      rest.push({ family, first: range.first, last: taken.first - 1n });
    if (taken.last < range.last) rest.push({ family, first: taken.last + 1n, last: range.last });
    return rest;
  });
}

/** Merges the ranges into as few as possible, with the same addresses. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted(
    (left, right) => left.family - right.family || (left.first < right.first ? -1 : 1),
  );
  const merged: Range[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last?.family !== range.family || last.last + 1n < range.first) merged.push(range);
    else if (last.last < range.last) merged[merged.length - 1] = { ...last, last: range.last };
  }
  return merged;
}

/** Parses a CIDR that this file contains as a constant. */
function createRange(text: string): Range {
  const found = parseRange(text);
  if (found === undefined) throw new RangeError(`"${text}" is not a CIDR`);
  return found;
}

function subtractAll(from: readonly Range[], taken: readonly Range[]): readonly Range[] {
  return taken.reduce(subtractRange, from);
}

function toRangesWithout(from: readonly string[], taken: readonly string[]): readonly Range[] {
  return subtractAll(from.map(createRange), taken.map(createRange));
}

const tailnetPrefixes = ["100.64.0.0/10", "fd7a:115c:a1e0::/48"];

/**
 * The ranges from which machines get their addresses. Source:
 * https://tailscale.com/kb/1015/100.x-addresses
 */
export const tailnetRanges = toRangesWithout(tailnetPrefixes, ["100.115.92.0/23"]);

/**
 * The same without the IPv6 addresses that stand for IPv4 subnets, because no machine has one
 * itself. Source: https://tailscale.com/kb/1201/4via6-subnets
 */
export const machineRanges = subtractAll(tailnetRanges, [createRange("fd7a:115c:a1e0:b1a::/64")]);

/** Whether the ranges contain every address that a machine can have in one family. */
export function coverTailnet(ranges: readonly Range[]): boolean {
  return tailnetPrefixes
    .map(createRange)
    .some((whole) => subtractAll([whole], ranges).length === 0);
}

export function overlapsTailnet(ranges: readonly Range[]): boolean {
  return ranges.some((one) =>
    tailnetRanges.some(
      ({ family, first, last }) => family === one.family && first <= one.last && one.first <= last,
    ),
  );
}

/** What `autogroup:internet` means. Source: https://tailscale.com/kb/1396/targets */
export const internetRanges = toRangesWithout(
  ["0.0.0.0/0", "2000::/3"],
  ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
);

/** Addresses that no exit node routes to, no matter what the rules say. */
const notThroughExitNodes = [
  ...tailnetRanges,
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "224.0.0.0/4"].map(
    createRange,
  ),
  ...["fc00::/7", "fe80::/10", "ff00::/8"].map(createRange),
];

export function isCarriedByExitNodes(address: Address): boolean {
  return !isInRanges(address, notThroughExitNodes);
}

/** Whether a route is one of the two routes of an exit node. */
export function isDefaultRoute({ family, first, last }: Range): boolean {
  return first === 0n && last === (1n << BigInt(bits[family])) - 1n;
}

/** The address as text: IPv6 in eight groups, with the longest run of zeros omitted. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  );
  const [run = ""] =
    groups
      .join(":")
      .match(/(?<![^:])0(?::0)+(?![^:])/g)
      ?.sort((left, right) => right.length - left.length) ?? [];
  if (run === "") return groups.join(":");
  const text = groups.join(":");
  const at = text.search(new RegExp(`(?<![^:])${run}(?![^:])`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + run.length).replace(/^:/, "")}`;
}

function parseParts(parts: readonly string[], radix: number, width: bigint): bigint {
  return parts.reduce((sum, part) => (sum << width) | BigInt(Number.parseInt(part, radix)), 0n);
}

/**
 * The eight groups of an IPv6 address without a zone, or undefined. Node's `isIPv6` checks the
 * same, but compiling its regular expression takes 5 ms, which would slow down every review.
 */
function splitIPv6(text: string): string[] | undefined {
  // The last 32 bits may be written as IPv4: `::ffff:10.0.0.1`.
  const colon = text.lastIndexOf(":");
  const tail = text.slice(colon + 1);
  const hex =
    colon >= 0 && isIPv4(tail) ? `${text.slice(0, colon + 1)}${spellIPv4InHex(tail)}` : text;
  const halves = hex.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [before = [], after, ...more] = halves;
  if (more.length > 0 || !halves.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group)))
    return undefined;
  if (after === undefined) return before.length === 8 ? before : undefined;
  const missing = 8 - before.length - after.length;
  return missing < 1 ? undefined : [...before, ...Array<string>(missing).fill("0"), ...after];
}

function spellIPv4InHex(text: string): string {
  const value = parseParts(text.split("."), 10, 8n);
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}
