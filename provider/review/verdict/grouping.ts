/** Which steps belong to one change: a replacement can come as several steps. */

import type { Kind } from "../../access/kinds";
import { normalizeArgument } from "../input/argument";
import type { State, Step } from "../input/step";
import { isReplacementPart } from "./ops";

/** A step that changes a credential. */
export interface CredentialStep extends Step {
  readonly kind: Kind;
}

export type StepGroup = readonly [CredentialStep, ...CredentialStep[]];

/**
 * One group for each change. Steps of one URN can belong to several changes, for example where the
 * engine deletes what an earlier run left behind.
 */
export function groupSteps(steps: readonly CredentialStep[]): StepGroup[] {
  const groups: [CredentialStep, ...CredentialStep[]][] = [];
  const byUrn = new Map<string, [CredentialStep, ...CredentialStep[]][]>();
  for (const step of steps) {
    const sameUrn = byUrn.get(step.urn) ?? [];
    const group = sameUrn.find((candidate) => belongsTo(step, candidate));
    if (group !== undefined) group.push(step);
    else {
      const newGroup: [CredentialStep, ...CredentialStep[]] = [step];
      groups.push(newGroup);
      byUrn.set(step.urn, [...sameUrn, newGroup]);
    }
  }
  return groups;
}

function belongsTo(step: CredentialStep, group: StepGroup): boolean {
  return (
    isReplacementPart(step.op) &&
    group.every(
      (member) =>
        isReplacementPart(member.op) &&
        member.op !== step.op &&
        isSameOrMissing(member.old, step.old, ({ id }) => id) &&
        isSameOrMissing(member.new, step.new, normalizeArguments),
    )
  );
}

function isSameOrMissing<Part>(
  a: State | undefined,
  b: State | undefined,
  getPart: (state: State) => Part,
): boolean {
  return a === undefined || b === undefined || getPart(a) === getPart(b);
}

function normalizeArguments({ arguments: { named, others } }: State): string {
  const parts = [...named].map(([name, argument]) =>
    JSON.stringify([name, normalizeArgument(argument)]),
  );
  return `${others.is} ${parts.sort().join()}`;
}
