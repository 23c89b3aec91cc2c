/**
 * Whether two lists of scopes or tags have the same members, in any order. Neither list may repeat
 * a member.
 */
export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((member) => b.includes(member));
}
