/**
 * The values of `--fail-on`. They are in a separate file, so that the help does not load the
 * review.
 */

/** A class, any gain at all, or any change at all. */
export const limits = ["admin", "persist", "write", "reach", "gained", "any"] as const;

export type Limit = (typeof limits)[number];
