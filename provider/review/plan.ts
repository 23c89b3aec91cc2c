/**
 * What an update plan (`pulumi preview --save-plan FILE`) says, as steps. A plan has what will be, and of what was only the
 * names of the arguments that change: their old values count as not known.
 */

import { z } from "zod";
import { placeOf, typeIn } from "./preview";
import { type Properties, type Read, type Step, unknownValue } from "./step";

const properties = z.record(z.string(), z.unknown());

const resourcePlan = z.looseObject({
  goal: z
    .looseObject({
      inputDiff: z
        .looseObject({
          adds: properties.nullish(),
          updates: properties.nullish(),
          deletes: z.array(z.string()).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  steps: z.array(z.string()).nullish(),
  state: properties.nullish(),
});

const plan = z.looseObject({
  resourcePlans: z.record(z.string(), resourcePlan).nullish(),
  manifest: z.unknown().optional(),
});

/** The steps in the text of a plan, or what is wrong with it. */
export function readPlan(text: string): Read {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { problem: "it is not the JSON of an update plan" };
  }
  const parsed = plan.safeParse(content);
  if (!parsed.success)
    return { problem: `it is no update plan: ${placeOf(parsed.error)} is not as it should be` };
  if (parsed.data.manifest === undefined)
    return { problem: "it is no update plan: manifest is missing" };
  return {
    steps: Object.entries(parsed.data.resourcePlans ?? {}).flatMap(([urn, planned]) =>
      stepsOf(urn, planned),
    ),
  };
}

function stepsOf(urn: string, { goal, steps, state }: z.infer<typeof resourcePlan>): Step[] {
  const after = state ?? {};
  const { adds, updates, deletes } = goal?.inputDiff ?? {};
  const isNew = !steps?.some((op) => op !== "create");
  const before: Properties = Object.fromEntries([
    ...Object.entries(after).filter(([name]) => !adds || !(name in adds)),
    ...[...Object.keys(updates ?? {}), ...(deletes ?? [])].map((name) => [name, unknownValue]),
  ]);
  return (steps ?? []).map((op) => ({
    op,
    urn,
    type: typeIn(urn),
    // A plan says nothing of what it deletes: everything about it is unknown.
    ...(!isNew && { old: state ? before : { scopes: unknownValue, tags: unknownValue } }),
    ...(state && { new: after }),
  }));
}
