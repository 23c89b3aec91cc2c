/** How often a property is tried. */

const { TAILSCOPE_LONG_TESTS, TAILSCOPE_RUNS } = process.env;

/**
 * In `npm test` a tenth of a long run, with the seed that every run has, and 100 tries at least; all
 * of it in the scripts that take their time (`npm run test:random`, `test:fuzz`, `test:faults`). A
 * mutation run, which tries each mutant with every property, says how many it wants.
 *
 * @param all the tries of the long run
 */
export function runs(all: number): number {
  if (TAILSCOPE_RUNS !== undefined) return Number(TAILSCOPE_RUNS);
  return TAILSCOPE_LONG_TESTS ? all : Math.min(all, Math.max(100, Math.ceil(all / 10)));
}

/** As many of all that there are, evenly spread, as `runs` tries of so many. */
export function chosen<Value>(all: readonly Value[]): Value[] {
  const every = Math.floor(all.length / runs(all.length));
  return all.filter((_, index) => index % every === 0);
}
