/** Whether a client of a rotating pair is made anew by its component, as far as its inputs and the clock show it. */

import { seconds } from "../access/lifetime";
import { slotsAt } from "../access/rotation";

/** The component, and what it was given. */
export interface RotatingComponent {
  readonly every: unknown;
  /** When a period began, in RFC 3339. */
  readonly anchor: unknown;
}

export const rotatingType = "tailscope:index:RotatingOAuthClient";

/** How long a run may have taken since its program looked at the clock, in milliseconds. */
const longestRun = 60 * 60 * 1000;

/**
 * Whether `generation` is one of the two that the component has at this moment. One that a program writes down itself is so by
 * chance, and no longer in the next period.
 *
 * @param limit how long a secret may stay the same, in seconds
 */
export function isMadeAnew(
  { every, anchor }: RotatingComponent,
  generation: unknown,
  limit: number,
  now: number,
): boolean {
  const period = typeof every === "string" || typeof every === "number" ? seconds(every) : 0;
  const begin = typeof anchor === "string" ? Date.parse(anchor) : Number.NaN;
  if (period === undefined || period === 0 || period > limit || Number.isNaN(begin)) return false;
  return [now, now - longestRun].some((time) =>
    slotsAt(time, begin, period * 1000).generations.some((one) => one === generation),
  );
}
