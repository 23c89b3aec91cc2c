/** Names that nothing else has. Pure. */

/**
 * Gives each wanted name, or the name with the first number from 2 on that is free.
 *
 * @param separator what stands between a name and its number
 */
export function createFreeNames(separator: string): (wanted: string) => string {
  // By name the number to go on with: thousands of credentials can have one description.
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
