/** Parses and formats durations, such as the lifetime of a credential. */

/**
 * A length of time, in one of three forms: a number of seconds, also as a string, because stack
 * config has only strings (`"7776000"`); a whole number with a unit (`"90d"`, `"12h"`, `"30m"`,
 * `"45s"`, `"2w"`); or an ISO 8601 duration (`"P90D"`, `"PT12H"`), without months and years,
 * because their length varies.
 */
export type Duration = number | string;

const units = [
  ["w", 7 * 24 * 60 * 60],
  ["d", 24 * 60 * 60],
  ["h", 60 * 60],
  ["m", 60],
  ["s", 1],
] as const;

/**
 * The longest and default life of an auth key: 90 days (https://tailscale.com/kb/1085/auth-keys).
 */
export const longestAuthKeyLifetime = 90 * 24 * 60 * 60;

/** Parses a duration to whole seconds; undefined if `text` is not a duration. */
export function parseDuration(text: Duration): number | undefined {
  if (typeof text === "number") return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const [, count, unit = "s"] = /^(\d{1,10})([wdhms]?)$/.exec(text) ?? [];
  return count === undefined ? parseIsoDuration(text) : Number(count) * findUnitSize(unit || "s");
}

/**
 * Parses an ISO 8601 duration, for example `"P1DT12H"`, to seconds; undefined if `text` is not one.
 * @see https://www.rfc-editor.org/rfc/rfc3339#appendix-A
 */
function parseIsoDuration(text: string): number | undefined {
  const form =
    /^P(?=.)(?:(\d{1,10})W|(?:(\d{1,10})D)?(?:T(?=.)(?:(\d{1,10})H)?(?:(\d{1,10})M)?(?:(\d{1,10})S)?)?)$/;
  const [, ...counts] = form.exec(text) ?? [];
  if (counts.length === 0) return undefined;
  // The groups have the order of the units, from weeks to seconds.
  return units.reduce((sum, [, size], index) => sum + Number(counts[index] ?? 0) * size, 0);
}

function findUnitSize(unit: string): number {
  return units.find(([name]) => name === unit)?.[1] ?? Number.NaN;
}

/** Formats seconds with the largest unit that divides them: `"90d"`, `"12h"`. */
export function formatSeconds(total: number): string {
  const [unit, size] = findLargestUnit(total);
  return `${total / size}${unit}`;
}

/**
 * The largest unit up to days that divides a length. Weeks are left out, because people rarely
 * count in them.
 */
function findLargestUnit(total: number): (typeof units)[number] {
  return units.find(([name, size]) => name !== "w" && total > 0 && total % size === 0) ?? ["s", 1];
}

const unitNames = { w: "week", d: "day", h: "hour", m: "minute", s: "second" } as const;

/** Describes seconds in words: `"90 days"`, `"1 hour"`. */
export function describeSeconds(total: number): string {
  const [unit, size] = findLargestUnit(total);
  const count = total / size;
  return `${count} ${unitNames[unit]}${count === 1 ? "" : "s"}`;
}

/**
 * Formats a time, in milliseconds since 1970, as the API does: RFC 3339, UTC, whole seconds.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, -".000Z".length)}Z`;
}
