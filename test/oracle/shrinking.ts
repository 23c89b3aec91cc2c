/** Makes a document that shows a fault as small as it gets while it still shows it. */

import type { Plan, Preview, ResourcePlan, State, Step } from "./documents.ts";
import type { Case } from "./generation.ts";
import { summaryOf } from "./generation.ts";
import { isMembers, type Json, type Members } from "./values.ts";

type Document = Case["document"];

export async function smallest(
  document: Document,
  stillShows: (document: Document) => Promise<boolean>,
): Promise<Document> {
  let best = document;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const less of lessOf(best)) {
      if (!(await stillShows(less))) continue;
      best = less;
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** Two documents that together show a fault, with fewer resources in both. */
export async function smallestPair(
  pair: readonly [Document, Document],
  stillShows: (pair: readonly [Document, Document]) => Promise<boolean>,
): Promise<readonly [Document, Document]> {
  let best = pair;
  for (const urn of urnsIn(pair[0])) {
    const less = [withoutResource(best[0], urn), withoutResource(best[1], urn)] as const;
    if (await stillShows(less)) best = less;
  }
  return best;
}

function urnsIn(document: Document): string[] {
  if ("plan" in document) return Object.keys(document.plan.resourcePlans);
  return [...new Set(document.preview.steps.map(({ urn }) => urn))];
}

function withoutResource(document: Document, gone: string): Document {
  if ("plan" in document) {
    const kept = Object.entries(document.plan.resourcePlans).filter(([urn]) => urn !== gone);
    return { plan: { ...document.plan, resourcePlans: Object.fromEntries(kept) } };
  }
  const steps = document.preview.steps.filter(({ urn }) => urn !== gone);
  return { preview: { ...document.preview, steps, changeSummary: summaryOf(steps) } };
}

function lessOf(document: Document): Document[] {
  if ("plan" in document) return lessOfPlan(document.plan).map((plan) => ({ plan }));
  return lessOfPreview(document.preview).map((preview) => ({ preview }));
}

function lessOfPreview(preview: Preview): Preview[] {
  const withSteps = (steps: readonly Step[]) => ({
    ...preview,
    steps,
    changeSummary: summaryOf(steps),
  });
  const urns = [...new Set(preview.steps.map(({ urn }) => urn))];
  return [
    ...urns.map((gone) => preview.steps.filter(({ urn }) => urn !== gone)),
    ...preview.steps.map((_, index) => preview.steps.toSpliced(index, 1)),
    ...urns.flatMap((urn) =>
      argumentsOf(preview.steps.filter((step) => step.urn === urn)).flatMap((name) =>
        (["oldState", "newState", undefined] as const).map((side) =>
          preview.steps.map((step) =>
            step.urn === urn ? withoutArgument(step, name, side) : step,
          ),
        ),
      ),
    ),
  ]
    .filter((steps) => JSON.stringify(steps) !== JSON.stringify(preview.steps))
    .map(withSteps);
}

function argumentsOf(steps: readonly Step[]): string[] {
  const states = steps.flatMap(({ oldState, newState }) => [oldState, newState]);
  const names = states.flatMap((state) =>
    Object.keys(isMembers(state?.inputs) ? state.inputs : {}),
  );
  return [...new Set(names)].filter((name) => !isRequired(name));
}

/** Without these it is no credential. */
function isRequired(name: string): boolean {
  return ["__provider", "scopes", "issuer", "subject"].includes(name);
}

function withoutArgument(
  step: Step,
  name: string,
  side: "oldState" | "newState" | undefined,
): Step {
  const strip = (state: State): State => ({
    ...state,
    ...(state.inputs !== undefined && { inputs: without(state.inputs, name) }),
    ...(state.outputs !== undefined && { outputs: without(state.outputs, name) }),
  });
  return {
    ...step,
    ...(step.oldState && side !== "newState" && { oldState: strip(step.oldState) }),
    ...(step.newState && side !== "oldState" && { newState: strip(step.newState) }),
  };
}

function without(value: Json, name: string): Json {
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
}

function lessOfPlan(plan: Plan): Plan[] {
  const entries = Object.entries(plan.resourcePlans);
  const withPlans = (list: readonly [string, ResourcePlan][]) => ({
    ...plan,
    resourcePlans: Object.fromEntries(list),
  });
  const smaller = entries.flatMap(([urn, one], index) =>
    Object.keys(one.state ?? {})
      .filter((name) => !isRequired(name))
      .map((name) => withPlans(entries.with(index, [urn, planWithout(one, name)]))),
  );
  return [...entries.map((_, index) => withPlans(entries.toSpliced(index, 1))), ...smaller];
}

function planWithout(one: ResourcePlan, name: string): ResourcePlan {
  const strip = (members: Members | null | undefined): Members => {
    const { [name]: _, ...others } = members ?? {};
    return others;
  };
  const { adds, updates, deletes } = one.goal?.inputDiff ?? {};
  const inputDiff = {
    ...(adds && { adds: strip(adds) }),
    ...(updates && { updates: strip(updates) }),
    ...(deletes && { deletes }),
  };
  return { ...one, goal: { ...one.goal, inputDiff }, state: strip(one.state) };
}
