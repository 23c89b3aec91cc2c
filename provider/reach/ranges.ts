/** Operations on address ranges that only reach needs, and the policy file's reader does not. */

import { formatAddress, machineRanges, type Range, subtractRange } from "../policy-file/addresses";

export function overlaps(one: Range, other: Range): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether every address of `range` is in one of `ranges`. */
export function isWithinRanges(range: Range, ranges: readonly Range[]): boolean {
  return ranges.reduce<readonly Range[]>(subtractRange, [range]).length === 0;
}

/**
 * Whether every machine of the tailnet has an address in `ranges`: each has one in both families.
 */
export function coverWholeTailnet(ranges: readonly Range[]): boolean {
  return ([4, 6] as const).some((family) =>
    machineRanges
      .filter((own) => own.family === family)
      .every((own) => isWithinRanges(own, ranges)),
  );
}

export function isInTailnet(range: Range): boolean {
  return machineRanges.some((own) => overlaps(own, range));
}

/** Formats a range as people write it: an address, a CIDR, or two ends. */
export function formatRange({ family, first, last }: Range): string {
  const from = formatAddress({ family, value: first });
  if (first === last) return from;
  const size = last - first + 1n;
  const isPrefix = (size & (size - 1n)) === 0n && first % size === 0n;
  if (!isPrefix) return `${from}-${formatAddress({ family, value: last })}`;
  return `${from}/${(family === 4 ? 32 : 128) - (size.toString(2).length - 1)}`;
}
