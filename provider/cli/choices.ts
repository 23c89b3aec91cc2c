/** The values of options with a fixed set of choices. */

export const reviewFormats = ["terminal", "markdown", "json", "sarif", "html"] as const;

export const reachFormats = ["terminal", "markdown", "json", "html"] as const;

/** The states of a commit status that `tailscope comment` sets. */
export const commitStates = ["success", "failure"] as const;
