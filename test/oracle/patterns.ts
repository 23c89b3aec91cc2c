/**
 * Patterns of identity tokens: `*` stands for any characters, none included; every other character
 * for itself.
 */

/**
 * Whether every text that `inner` matches is matched by `outer` as well. Exact: it follows both
 * patterns at once, over the characters that stand in either of them and one that stands for all
 * others.
 */
export function isWithin(inner: string, outer: string): boolean {
  const [within, around] = [[...inner], [...outer]];
  const other = "any other character";
  const alphabet = [...new Set([...within, ...around].filter((one) => one !== "*")), other];

  /** Where `around` may stand, before each place it may have skipped a `*`. */
  const closed = (places: Iterable<number>) => {
    const all = new Set<number>();
    for (let place of places) {
      all.add(place);
      while (around[place] === "*") all.add(++place);
    }
    return [...all].sort((a, b) => a - b);
  };
  const step = (places: readonly number[], letter: string) =>
    closed(
      places.flatMap((place) =>
        around[place] === "*" ? [place] : around[place] === letter ? [place + 1] : [],
      ),
    );

  const seen = new Set<string>();
  const open: [place: number, places: readonly number[]][] = [[0, closed([0])]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [place, places] = next;
    const key = `${place} ${places.join(",")}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (place === within.length) {
      if (!places.includes(around.length)) return false;
    } else if (within[place] === "*") {
      open.push([place + 1, places]);
      for (const letter of alphabet) open.push([place, step(places, letter)]);
    } else open.push([place + 1, step(places, within[place] ?? "")]);
  }
  return true;
}
