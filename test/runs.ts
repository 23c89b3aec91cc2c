/** How often a property is tried. */

const { TAILSCOPE_LONG_TESTS, TAILSCOPE_RUNS } = process.env;

/** Whether this is a script that takes its time. */
export const isLong = Boolean(TAILSCOPE_LONG_TESTS);

/**
 * In `npm test` a tenth of a long run, with the seed that every run has, and 100 tries at least;
 * all of it in the scripts that take their time (`npm run test:random`, `test:fuzz`,
 * `test:faults`). A mutation run, which tries each mutant with every property, says how many it
 * wants.
 *
 * @param all the tries of the long run
 */
export function runs(all: number): number {
  if (TAILSCOPE_RUNS !== undefined) return Number(TAILSCOPE_RUNS);
  return isLong ? all : Math.min(all, Math.max(100, Math.ceil(all / 10)));
}

/**
 * In `npm test` one of so many cases of a long list, evenly spread; all of them in the scripts that
 * take their time.
 */
export function oneOf<Case>(every: number, all: readonly Case[]): Case[] {
  return all.filter((_, index) => isLong || index % every === 0);
}
