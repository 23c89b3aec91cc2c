/** How long a credential lives, and how people write that down. */

/**
 * A length of time: a number of seconds, also as a text, as stack config has it (`"7776000"`); a
 * whole number with a unit (`"90d"`, `"12h"`, `"30m"`, `"45s"`, `"2w"`); or a duration of ISO 8601
 * without months and years, whose length differs (`"P90D"`, `"PT12H"`).
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

/** A duration in whole seconds, or undefined where `text` is none. */
export function parseDuration(text: Duration): number | undefined {
  if (typeof text === "number") return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const [, count, unit = "s"] = /^(\d{1,10})([wdhms]?)$/.exec(text) ?? [];
  return count === undefined ? parseIsoDuration(text) : Number(count) * findUnitSize(unit || "s");
}

/** A duration of ISO 8601 in seconds, for example `"P1DT12H"`; undefined where `text` is none. */
function parseIsoDuration(text: string): number | undefined {
  const form =
    /^P(?=.)(?:(\d{1,10})W|(?:(\d{1,10})D)?(?:T(?=.)(?:(\d{1,10})H)?(?:(\d{1,10})M)?(?:(\d{1,10})S)?)?)$/;
  const [, ...counts] = form.exec(text) ?? [];
  if (counts.length === 0) return undefined;
  // The groups stand in the order of the units, from weeks to seconds.
  return units.reduce((sum, [, size], index) => sum + Number(counts[index] ?? 0) * size, 0);
}

function findUnitSize(unit: string): number {
  return units.find(([name]) => name === unit)?.[1] ?? Number.NaN;
}

/**
 * Seconds as people write them in reviews: the largest of days, hours, minutes and seconds that
 * divides them.
 */
export function formatSeconds(total: number): string {
  const [unit, size] = findLargestUnit(total);
  return `${total / size}${unit}`;
}

/**
 * The largest of days, hours, minutes and seconds that divides a length: people rarely count in
 * weeks.
 */
function findLargestUnit(total: number): (typeof units)[number] {
  return units.find(([name, size]) => name !== "w" && total > 0 && total % size === 0) ?? ["s", 1];
}

const unitNames = { w: "week", d: "day", h: "hour", m: "minute", s: "second" } as const;

/** Seconds in words: `"90 days"`, `"1 hour"`. */
export function describeSeconds(total: number): string {
  const [unit, size] = findLargestUnit(total);
  const count = total / size;
  return `${count} ${unitNames[unit]}${count === 1 ? "" : "s"}`;
}

/** A time, in milliseconds since 1970, as the API writes it: RFC 3339, UTC, whole seconds. */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, -".000Z".length)}Z`;
}
