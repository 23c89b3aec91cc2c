/**
 * Which folders are tested by tests that leave nothing behind in a module, so that one process can
 * try all mutants.
 */

const pure = ["review", "policy", "state", "pull-request"];

/**
 * @param {string} folder below `provider`
 * @returns {boolean}
 */
export function isPure(folder) {
  return pure.includes(folder);
}
