/** How bad a gain is, in the words of the README's table of classes. */

/** From nothing to the worst. */
export const classes = ["none", "read", "write", "persist", "admin"] as const;

export type Class = (typeof classes)[number];

export function rank(one: Class): number {
  return classes.indexOf(one);
}

export function worst(...list: readonly Class[]): Class {
  return list.reduce((most, one) => (rank(one) > rank(most) ? one : most), "none");
}
