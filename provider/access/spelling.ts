/** Finds the name that a person most likely meant. */

/**
 * The candidate nearest to `name` by edit distance; undefined if every one differs too much for a
 * typo.
 */
export function findNearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // At most a third of the letters may differ.
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    // The difference in length is a lower bound of the distance, which saves comparing very
    // different names.
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = measureDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, one row of the table at a time. */
function measureDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const substituted = (previous[column - 1] ?? 0) + (same ? 0 : 1);
      current.push(
        Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1),
      );
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
