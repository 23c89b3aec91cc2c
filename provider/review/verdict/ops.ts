/** What the engine's steps do to a resource. */

export type Role = "create" | "update" | "replace" | "end" | "import" | "read" | "none";

/** Keyed by the engine's names (`pkg/resource/deploy/step.go`). */
const roles: ReadonlyMap<string, Role> = new Map([
  ["create", "create"],
  ["update", "update"],
  ["replace", "replace"],
  ["create-replacement", "replace"],
  ["read-replacement", "replace"],
  ["import-replacement", "replace"],
  ["delete", "end"],
  ["delete-replaced", "end"],
  ["discard", "end"],
  ["discard-replaced", "end"],
  ["import", "import"],
  ["read", "read"],
  ["same", "none"],
  ["refresh", "none"],
  ["diff", "none"],
  ["remove-pending-replace", "none"],
]);

/** The role of a step, or undefined for a step that this version does not know. */
export function findRole(op: string): Role | undefined {
  return roles.get(op);
}

/** Whether a step of this role has a state before it. */
export function needsOldState(role: Role): boolean {
  return role === "update" || role === "replace" || role === "end";
}

/** Whether a step of this role has a state after it. */
export function needsNewState(role: Role): boolean {
  return role === "create" || role === "update" || role === "replace" || role === "import";
}

const replacementParts: readonly string[] = [
  "replace",
  "create-replacement",
  "read-replacement",
  "import-replacement",
  "delete-replaced",
  "discard-replaced",
];

/** Whether a step is a part of a replacement, in which each part comes once at most. */
export function isReplacementPart(op: string): boolean {
  return replacementParts.includes(op);
}
