/** Lists and counts in sentences. */

/**
 * Joins texts as a sentence does.
 * @example
 * ```ts
 * joinWords(["a", "b", "c"], "or") // "a, b or c"
 * ```
 */
export function joinWords(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} ${conjunction} ${last}` : last;
}

/**
 * A number with its noun, in the singular for one.
 * @example
 * ```ts
 * formatCount(1, "credential") // "1 credential"
 * ```
 */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
