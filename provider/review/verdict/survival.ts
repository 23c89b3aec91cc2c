/**
 * Whether a credential stays alive when its resource is deleted, because of the resource options
 * `retainOnDelete` or `deletedWith`.
 */

import { parseName } from "../../access/urn";
import type { State, Step } from "../input/step";
import { findRole, isReplacementPart } from "./ops";

export interface Survival {
  readonly isCertain: boolean;
  /** Follows "stays alive: " or "may stay alive: ". */
  readonly reason: string;
}

/** A `read` step ends the management of a resource by the stack. */
export const onlyLookedUp: Survival = {
  isCertain: true,
  reason: "from now on the stack only looks it up",
};

/**
 * For the URN of each resource that is deleted: whether the engine keeps what is `deletedWith` it.
 */
export type Endings = ReadonlyMap<string, "surely" | "perhaps">;

/**
 * The engine does not delete what is `deletedWith` a deleted resource, because it assumes that the
 * one is deleted along with the other. In a replacement it assumes that only if the old resource is
 * deleted last, and then marks the old resource (`pkg/resource/deploy/step_generator.go`).
 */
export function findEndings(steps: readonly Step[]): Endings {
  const [replaced, ended] = [new Map<string, boolean>(), new Set<string>()];
  for (const { op, urn, old } of steps)
    if (findRole(op) === "replace")
      replaced.set(urn, replaced.get(urn) === true || old?.isMarked === true);
  for (const { op, urn } of steps)
    if (findRole(op) === "end" && !(isReplacementPart(op) && replaced.has(urn))) ended.add(urn);
  return new Map([
    ...[...replaced].map(([urn, isMarked]) => [urn, isMarked ? "surely" : "perhaps"] as const),
    ...[...ended].map((urn) => [urn, "surely"] as const),
  ]);
}

/** Source: `DeleteStep.Apply` in the engine's `pkg/resource/deploy/step.go`. */
export function findSurvival(
  { retainOnDelete, deletedWith }: State,
  endings: Endings,
): Survival | undefined {
  if (retainOnDelete.is === "known") return { isCertain: true, reason: "retainOnDelete keeps it" };
  if (deletedWith.is === "known") {
    const urn = String(deletedWith.value);
    const ending = endings.get(urn);
    // A preview shows every deleted resource, so the one that this is deleted with stays.
    if (ending === undefined && retainOnDelete.is === "absent") return undefined;
    if (ending !== undefined)
      return {
        isCertain: ending === "surely",
        reason: `Pulumi does not delete it, because deletedWith names ${parseName(urn)}, which is deleted too`,
      };
  }
  const hiddenOptions = [
    ...(retainOnDelete.is === "absent" ? [] : ["retainOnDelete"]),
    ...(deletedWith.is === "absent" ? [] : ["deletedWith"]),
  ];
  return hiddenOptions.length === 0
    ? undefined
    : {
        isCertain: false,
        reason: `it cannot be seen whether ${hiddenOptions.join(" or ")} keeps it`,
      };
}
