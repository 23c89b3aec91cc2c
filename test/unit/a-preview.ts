/** Previews as the engine prints them, made of steps, and their reviews. */

import { unknownValue } from "../../provider/access/engine-values";
import { formatProviderText } from "../../provider/access/provider-text";
import { typePrefix } from "../../provider/access/resource-types";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import type { ReadResult } from "../../provider/review/input/step";
import { type Review, review } from "../../provider/review/review";

export const unknown = unknownValue;
export const secret = "[secret]";

export type Bag = Record<string, unknown>;

export interface GivenStep {
  op: string;
  urn: string;
  oldState?: Bag;
  newState?: Bag;
}

/** The type of a kind of ours; another type is one already. */
export function typeOf(kind: string): string {
  return kind.includes(":") ? kind : `${typePrefix}${kind}`;
}

export function urnOf(kind: string, name: string): string {
  return `urn:pulumi:dev::test::${typeOf(kind)}::${name}`;
}

/** A state of a credential, with the code that ours have. */
export function state(kind: string, inputs: Bag, more: Bag = {}): Bag {
  const code = kind.includes(":") ? {} : { __provider: formatProviderText(kind) };
  return { type: typeOf(kind), custom: true, inputs: { ...code, ...inputs }, ...more };
}

/**
 * A step of a preview: before it what was asked for and answered alike, after it what is asked for.
 */
export function step(op: string, kind: string, name: string, before?: Bag, after?: Bag): GivenStep {
  return {
    op,
    urn: urnOf(kind, name),
    ...(before && {
      oldState: state(kind, before, { id: `k${name}`, outputs: { ...before, createdAt: "2026" } }),
    }),
    ...(after && { newState: state(kind, after) }),
  };
}

/** A step of a resource that runs code of its own. */
export function command(name: string): GivenStep {
  return {
    op: "create",
    urn: urnOf("command:local:Command", name),
    newState: { type: "command:local:Command" },
  };
}

/** Steps that the engine does not count in a summary. */
const uncounted = /-replacement$|-replaced$|^(refresh|diff|remove-pending-replace)$/;

export function summaryOf(steps: readonly { op: string }[]): Record<string, number> {
  const counted = new Map<string, number>();
  for (const { op } of steps) if (!uncounted.test(op)) counted.set(op, (counted.get(op) ?? 0) + 1);
  return Object.fromEntries(counted);
}

/** What the engine shows of the stack itself, in every preview. */
const root: GivenStep = {
  op: "same",
  urn: "urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev",
  oldState: { type: "pulumi:pulumi:Stack" },
  newState: { type: "pulumi:pulumi:Stack" },
};

export function previewOf(...given: GivenStep[]): string {
  const steps = [root, ...given];
  return JSON.stringify({ steps, changeSummary: summaryOf(steps) });
}

export function reviewOf(read: ReadResult): Review {
  if ("problem" in read) throw new Error(read.problem);
  return review(read.steps);
}

export function reviewed(...steps: GivenStep[]): Review {
  return reviewOf(readPreview(previewOf(...steps)));
}

export function reviewedPlan(resourcePlans: Bag): Review {
  return reviewOf(readPlan(JSON.stringify({ manifest: {}, resourcePlans })));
}

/** The one credential of a review. */
export function only(found: Review): Review["report"]["credentials"][number] {
  const [one, more] = found.report.credentials;
  if (one === undefined || more !== undefined)
    throw new Error(`${found.report.credentials.length} credentials, not one`);
  return one;
}
