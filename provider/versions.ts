/**
 * Versions, and the oldest Node that this package runs on. This file is loaded first, on any Node,
 * so it imports nothing and uses only syntax that every Node in use can parse.
 */

/** undici 8 needs it. A test holds it to package.json. */
export const oldestNode = "22.19.0";

/**
 * Whether the version `given` is at least `needed`. A suffix after a hyphen is ignored.
 * @param given for example `"v22.19.0"`
 */
export function isVersionAtLeast(given: string, needed: string): boolean {
  const [ours, theirs] = [parseNumbers(given), parseNumbers(needed)];
  const different = [0, 1, 2].find((index) => ours[index] !== theirs[index]);
  return different === undefined || Number(ours[different]) > Number(theirs[different]);
}

function parseNumbers(version: string): number[] {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found === null ? [0, 0, 0] : found.slice(1).map(Number);
}

/**
 * A sentence that asks for a newer Node; undefined if this one is recent enough.
 * @param version for example `"20.20.2"`
 */
export function describeOldNode(version: string): string | undefined {
  if (isVersionAtLeast(version, oldestNode)) return undefined;
  return `Tailscope needs Node ${oldestNode} or later, and this is Node ${version}: install a newer one from https://nodejs.org.`;
}
