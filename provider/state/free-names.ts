/** Creates unique names. Pure. */

/**
 * Creates a function that returns the wanted name, or adds the first number from 2 on that makes it
 * unique.
 *
 * @param separator the text between a name and its number
 */
export function createFreeNames(separator: string): (wanted: string) => string {
  // The last number for each name, because thousands of credentials can have the same description.
  const taken = new Map<string, number>();
  return (wanted) => {
    let number = taken.get(wanted) ?? 2;
    let free = wanted;
    while (taken.has(free)) free = `${wanted}${separator}${number++}`;
    taken.set(wanted, number);
    if (free !== wanted) taken.set(free, 2);
    return free;
  };
}
