/**
 * What the two rotating components share: two slots, of which one is current and the other stays
 * valid for one more period.
 */

import type * as pulumi from "@pulumi/pulumi";
import { type Duration, formatSeconds, formatTime, parseDuration } from "../access/lifetime";
import { computeSlots, type Slots } from "../access/rotation";
import { now } from "../engine/clock";
import { ArgumentError } from "./argument-error";

export interface RotatingArgs {
  /**
   * The period for which a secret is current: a number of seconds or a string like `"30d"`, from
   * one minute to ten years. Afterwards the secret stays valid for one more period.
   */
  every: Duration;
  /**
   * The start of a period, in RFC 3339. All other periods are counted from it.
   * @default `"2026-01-01T00:00:00Z"`
   */
  anchor?: string | undefined;
}

export const defaultAnchor = "2026-01-01T00:00:00Z";

export interface Pair extends Slots {
  readonly next: string;
}

/**
 * What the two slots hold at this moment.
 * @param longest the longest possible period in seconds, if the credential itself expires
 * @throws ArgumentError if the period or the anchor is invalid
 */
export function computePair(
  name: string,
  { every, anchor = defaultAnchor }: RotatingArgs,
  longest?: { seconds: number; why: string },
): Pair {
  refuseUnlessPlain(name, "every", every, "30d");
  refuseUnlessPlain(name, "anchor", anchor, defaultAnchor);
  const period = parseDuration(every);
  if (period === undefined || period < 60 || period > 10 * 365 * 24 * 60 * 60) {
    throw createArgumentError(
      name,
      "every",
      `${JSON.stringify(every)} is not a valid period: write "30d", "12h", or a number of seconds, from 1m to 3650d`,
    );
  }
  if (longest !== undefined && period > longest.seconds) {
    throw createArgumentError(
      name,
      "every",
      `"${formatSeconds(period)}" is too long: ${longest.why}. The longest that fits is "${formatSeconds(longest.seconds)}"`,
    );
  }
  const begin = /^\d{4}-\d\d-\d\dT/.test(anchor) ? Date.parse(anchor) : Number.NaN;
  if (Number.isNaN(begin))
    throw createArgumentError(
      name,
      "anchor",
      `${JSON.stringify(anchor)} is not a time in RFC 3339: write it like "${defaultAnchor}"`,
    );
  const slots = computeSlots(now(), begin, period * 1000);
  return { ...slots, next: formatTime(slots.changesAt) };
}

/**
 * Creates the two slots, the second after the first, so that one of them is valid at every moment
 * even if a run recreates both.
 */
export function createSlots<Slot extends pulumi.Resource>(
  component: pulumi.ComponentResource,
  name: string,
  { generations }: Pair,
  make: (name: string, generation: number, opts: pulumi.CustomResourceOptions) => Slot,
): readonly [Slot, Slot] {
  const first = make(`${name}-0`, generations[0], { parent: component });
  const second = make(`${name}-1`, generations[1], { parent: component, dependsOn: first });
  return [first, second];
}

/**
 * Refuses anything but a plain value, which a program in JavaScript could pass. The slots are
 * computed while the program runs, before an Output, for example from `config.requireSecret`, has a
 * value.
 */
function refuseUnlessPlain(name: string, argument: string, given: unknown, example: string): void {
  if (typeof given === "string" || typeof given === "number") return;
  throw createArgumentError(
    name,
    argument,
    given === undefined || given === null
      ? `it is missing: write it like ${argument}: "${example}"`
      : `it must be known while the program runs, so an Output or another object is not possible: write it like "${example}", or read it with config.require`,
  );
}

function createArgumentError(name: string, argument: string, problem: string): ArgumentError {
  return new ArgumentError(name, argument, problem);
}
