/** Decides from its inputs and the clock whether a rotating pair rotates its clients. */

import { parseDuration } from "../access/lifetime";
import { computeSlots } from "../access/rotation";

/** The component's arguments. */
export interface RotatingComponent {
  readonly every: unknown;
  /** When a period began, in RFC 3339. */
  readonly anchor: unknown;
}

export const rotatingType = "tailscope:index:RotatingOAuthClient";

/** The longest time since the program read the clock, in milliseconds. */
const longestRun = 60 * 60 * 1000;

/**
 * Whether `generation` is one of the component's two current generations. One that a program sets
 * itself matches only by chance, and not in the next period.
 *
 * @param limit how long a secret may stay the same, in seconds
 */
export function isRotated(
  { every, anchor }: RotatingComponent,
  generation: unknown,
  limit: number,
  now: number,
): boolean {
  const period = typeof every === "string" || typeof every === "number" ? parseDuration(every) : 0;
  const begin = typeof anchor === "string" ? Date.parse(anchor) : Number.NaN;
  if (period === undefined || period === 0 || period > limit || Number.isNaN(begin)) return false;
  return [now, now - longestRun].some((time) =>
    computeSlots(time, begin, period * 1000).generations.some((one) => one === generation),
  );
}
