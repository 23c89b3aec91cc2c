/** Rates how dangerous a gain of access is: one of five classes, each with its reasons. */

import type { Operation } from "./operations";

/** From the least to the most dangerous. */
export const dangers = ["none", "read", "write", "persist", "admin"] as const;

/**
 * `admin`: can make itself or others administrators, or rewrite who reaches what. `persist`:
 * survives its revocation, because it can create more credentials, though never with more than its
 * own scopes and tags. `write`, `read`, `none`.
 */
export type Danger = (typeof dangers)[number];

export function findWorst(classes: Iterable<Danger>): Danger {
  return dangers[Math.max(0, ...[...classes].map((one) => dangers.indexOf(one)))] ?? "none";
}

/** Whether `danger` is at least `limit`. */
export function isDangerAtLeast(danger: Danger, limit: Danger): boolean {
  return dangers.indexOf(danger) >= dangers.indexOf(limit);
}

interface Reason {
  readonly danger: Danger;
  /** One sentence. */
  readonly reason: string;
}

/** The scopes that allow more than the change itself suggests. */
const reasons: Readonly<Record<string, Reason>> = {
  all: {
    danger: "admin",
    reason: '"all" opens every operation of the API, including those added later.',
  },
  users: {
    danger: "admin",
    reason: '"users" can change the role of any user, and so make administrators.',
  },
  policy_file: {
    danger: "admin",
    reason: '"policy_file" can rewrite who reaches what, and who owns which tag.',
  },
  tailnets: {
    danger: "persist",
    reason: '"tailnets" can create more tailnets, whose OAuth clients outlive its revocation.',
  },
  auth_keys: {
    danger: "persist",
    reason:
      '"auth_keys" can create auth keys, which outlive its revocation and admit machines with its tags.',
  },
  oauth_keys: {
    danger: "persist",
    reason:
      '"oauth_keys" can create more OAuth clients, which outlive its revocation, though never with more than its own scopes.',
  },
  federated_keys: {
    danger: "persist",
    reason:
      '"federated_keys" can create more federated identities, which outlive its revocation, though never with more than its own scopes.',
  },
};

/** Scopes that show what people do, or where that is recorded. */
const revealing: Readonly<Record<string, string>> = {
  "logs:configuration:read": '"logs:configuration:read" shows who changed what in the tailnet.',
  "logs:network:read": '"logs:network:read" shows which machine talks to which.',
  "log_streaming:read": '"log_streaming:read" shows where the tailnet\'s logs are sent.',
};

/**
 * The scopes that make their holder an administrator: `all`, and those that let a credential give
 * itself everything.
 */
export const administratorScopes: readonly string[] = Object.keys(reasons).filter(
  (scope) => reasons[scope]?.danger === "admin",
);

/** The danger class of one operation. */
export function rateOperation({ scope, writes }: Operation): Danger {
  if (!writes) return "read";
  return reasons[scope]?.danger ?? "write";
}

/**
 * The danger class of gaining `operations`, with the reasons. `everything` says that they include
 * the operations of `all`.
 */
export function rateGain(
  operations: readonly Operation[],
  everything = false,
): { danger: Danger; reasons: readonly string[] } {
  if (everything) return { danger: "admin", reasons: [reasons["all"]?.reason ?? ""] };
  const danger = findWorst(operations.map(rateOperation));
  return { danger, reasons: listReasons(danger, operations) };
}

function listReasons(danger: Danger, operations: readonly Operation[]): readonly string[] {
  const scopes = [...new Set(operations.map(({ scope }) => scope))];
  switch (danger) {
    case "admin":
    case "persist":
      return scopes.flatMap((scope) =>
        reasons[scope]?.danger === danger ? [reasons[scope].reason] : [],
      );
    case "write":
      return ["It can change the tailnet, not only read it."];
    case "read": {
      const shown = scopes.flatMap((scope) => revealing[scope] ?? []);
      return shown.length > 0 ? shown : ["It can read but not change anything."];
    }
    case "none":
      return [];
  }
}
