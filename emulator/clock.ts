/** The emulator's time: the machine's clock, moved forward by tests. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * A time as keys carry it: RFC 3339, UTC, whole seconds (seen in the official Terraform provider's
 * acceptance tests).
 */
export function formatWholeSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -".000Z".length)}Z`;
}
