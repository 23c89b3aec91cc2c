/**
 * What `--fail-on` takes. Apart from the review itself, so that the help loads it without that.
 */

/** A class, any gain at all, or any change at all. */
export const limits = ["admin", "persist", "write", "reach", "gained", "any"] as const;

export type Limit = (typeof limits)[number];
