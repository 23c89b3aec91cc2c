/** Whole previews and update plans, each with several pairs of credentials. */

import type { Plan, Preview, Step } from "./documents.ts";
import type { Random } from "./random.ts";
import { generateResourcePlan, generateSteps } from "./shapes.ts";
import type { Members } from "./values.ts";

export interface Case {
  readonly pairs: number;
  readonly shapes: readonly string[];
  readonly document: { readonly preview: Preview } | { readonly plan: Plan };
}

const stack = "urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev";

export function generateCase(random: Random): Case {
  const pairs = 1 + random.below(5);
  return random.chance(0.2) ? generatePlan(random, pairs) : generatePreview(random, pairs);
}

function generatePreview(random: Random, pairs: number): Case {
  const generated = Array.from({ length: pairs }, (_, number) => generateSteps(random, number));
  const state = { urn: stack, custom: false, type: "pulumi:pulumi:Stack" };
  const others: Step[] = [{ op: "same", urn: stack, oldState: state, newState: state }];
  if (random.chance(0.2)) others.push(bucket);
  const steps = [...others, ...withoutDoubles(generated.flatMap(({ parts }) => parts))];
  const preview = { steps, duration: 1_546_785_533, changeSummary: summaryOf(steps) };
  return { pairs, shapes: generated.map(({ shape }) => shape), document: { preview } };
}

const bucketUrn = "urn:pulumi:dev::test::aws:s3/bucket:Bucket::logs";
const bucketState = { urn: bucketUrn, type: "aws:s3/bucket:Bucket", inputs: { acl: "private" } };
const bucket: Step = { op: "create", urn: bucketUrn, newState: bucketState };

/** The host of `deletedWith` is one resource: the first of its steps is what happens to it. */
function withoutDoubles(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  return steps.filter(({ urn }) => {
    if (!urn.endsWith("::host")) return true;
    const isFirst = !seen.has(urn);
    seen.add(urn);
    return isFirst;
  });
}

/** Parts of a replacement, and what the engine does by itself, are in no summary. */
const uncounted = [
  "create-replacement",
  "delete-replaced",
  "read-replacement",
  "import-replacement",
  "discard-replaced",
  "remove-pending-replace",
];

export function summaryOf(steps: readonly Step[]): Record<string, number> {
  const summary: Record<string, number> = Object.create(null);
  for (const { op, oldState, newState } of steps) {
    if (uncounted.includes(op)) continue;
    if (op === "read" && oldState?.external === true && oldState.id === newState?.id) continue;
    const counted = op === "refresh" ? "same" : op;
    summary[counted] = (summary[counted] ?? 0) + 1;
  }
  return { ...summary };
}

function generatePlan(random: Random, pairs: number): Case {
  const generated = Array.from({ length: pairs }, (_, number) =>
    generateResourcePlan(random, number),
  );
  const manifest: Members = { time: "2026-11-25T13:43:20Z", magic: "ab35", version: "v3.259.0" };
  const resourcePlans = Object.fromEntries([
    [stack, { goal: { type: "pulumi:pulumi:Stack" }, steps: ["same"], state: {} }],
    ...generated.map(({ parts }) => [parts.urn, parts.plan] as const),
  ]);
  const plan = { manifest, resourcePlans };
  return { pairs, shapes: generated.map(({ shape }) => shape), document: { plan } };
}
