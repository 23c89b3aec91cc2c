/** Durations as arguments. */

import { z } from "zod";
import { describeType } from "../../access/form-mismatch";
import { type Duration, formatSeconds, parseDuration } from "../../access/lifetime";

/** A duration between two limits. Its normal form is the one that people read: `"90d"`. */
export function createDurationSchema(
  shortest: number,
  longest: number,
): z.ZodType<string, Duration> {
  return z
    .union([z.string(), z.number()], {
      error: (issue) =>
        `expected a duration such as "30d" or a number of seconds, got ${describeType(issue.input)}`,
    })
    .transform((given, context) => {
      const length = parseDuration(given);
      if (length === undefined) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(given)} is not a valid duration: write "90d", "12h", "30m", "45s", or a whole number of seconds`,
        });
        return z.NEVER;
      }
      if (length < shortest || length > longest) {
        context.addIssue({
          code: "custom",
          message: `${JSON.stringify(given)} is out of range: it must be between ${formatSeconds(shortest)} and ${formatSeconds(longest)}`,
        });
        return z.NEVER;
      }
      return formatSeconds(length);
    });
}

/**
 * The longest time between two rotations. More is probably a typo, because nobody plans that far
 * ahead.
 */
const longestRotation = 10 * 365 * 24 * 60 * 60;

/** How often a credential is rotated. With less than a minute, it would be due in every run. */
export const rotateEvery = createDurationSchema(60, longestRotation).optional();
