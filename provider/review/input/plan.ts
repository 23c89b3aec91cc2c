/**
 * Reads the steps of an update plan (`pulumi preview --save-plan FILE`). A plan has the new state
 * of each resource. Of the old state it only has the names of the arguments that change. It has
 * nothing about a resource that is deleted.
 */

import { parseType } from "../../access/urn";
import {
  type Arguments,
  absent,
  getArgument,
  isObject,
  toArguments,
  unknown,
  unknownArguments,
} from "./argument";
import { hasKeyOf, parseDocuments } from "./documents";
import { describeMismatch, objectLike } from "./schemas";
import {
  anything,
  arrayOf,
  nullish,
  objectOf,
  read,
  recordOf,
  string,
  type ValueOf,
} from "./shape";
import type { ReadResult, State, Step } from "./step";

const resourcePlan = objectOf({
  goal: nullish(
    objectOf({
      type: nullish(string),
      inputDiff: nullish(
        objectOf({
          adds: objectLike,
          updates: objectLike,
          deletes: nullish(arrayOf(string)),
        }),
      ),
    }),
  ),
  steps: nullish(arrayOf(string)),
  state: objectLike,
});

const plan = objectOf({
  resourcePlans: nullish(recordOf(resourcePlan)),
  manifest: anything,
});

/** The steps in the text of a plan, or what is wrong with it. */
export function readPlan(text: string): ReadResult {
  if (text.trim() === "") return { problem: "it is empty" };
  const found = parseDocuments(text, "the JSON of an update plan", (document) =>
    hasKeyOf(document, ["resourcePlans", "manifest"]),
  );
  if ("problem" in found) return found;
  const [document, ...more] = found.documents;
  if (more.length > 0) return { problem: "it has more than one JSON document" };
  const planned = read(plan, document);
  if ("mismatch" in planned)
    return { problem: describeMismatch(planned.mismatch, "an update plan") };
  if (!isObject(planned.value.manifest))
    return { problem: "it is not an update plan: manifest is missing" };
  return {
    steps: Object.entries(planned.value.resourcePlans ?? {}).flatMap(([urn, planned]) =>
      toSteps(urn, planned),
    ),
  };
}

type ResourcePlan = ValueOf<typeof resourcePlan>;

function toSteps(urn: string, planned: ResourcePlan): Step[] {
  const ops = planned.steps ?? [];
  const types = [...new Set([parseType(urn), ...(planned.goal?.type ? [planned.goal.type] : [])])];
  const state = (given: Arguments, isExternal: boolean): State => ({
    types,
    arguments: given,
    inputNames: [...given.named.keys()],
    isExternal,
    isMarked: false,
    retainOnDelete: unknown,
    deletedWith: unknown,
  });
  const wasExternal = ops.includes("discard-replaced") || ops.includes("discard");
  const after = readArgumentsAfter(planned);
  const before = readArgumentsBefore(planned, after);
  // A plan compares an update with the old state, so one that adds code had none before.
  const isBare = ops.includes("update") && addsCode(planned);
  const code = isBare
    ? absent
    : before.others.is === "absent"
      ? getArgument(before, "__provider")
      : undefined;
  return ops.map((op) => ({
    op,
    urn,
    ...(hasBefore(op) && {
      old: {
        ...state(before, wasExternal),
        ...(code && { code: [code] }),
      },
    }),
    ...(hasAfter(op) &&
      planned.goal && {
        new: { ...state(after, false), code: [getArgument(after, "__provider")] },
      }),
  }));
}

function hasBefore(op: string): boolean {
  return op !== "create" && op !== "import";
}

/** Whether a resource can exist after a step of this name. */
function hasAfter(op: string): boolean {
  return !["delete", "delete-replaced", "discard", "discard-replaced"].includes(op);
}

function readArgumentsAfter({ goal, state }: ResourcePlan): Arguments {
  const { adds, updates, deletes } = goal?.inputDiff ?? {};
  const parts = [toArguments(state), toArguments(adds), toArguments(updates)];
  const unseen = parts.find(({ others }) => others.is !== "absent");
  // An import has a goal but no inputs.
  if (unseen !== undefined) return unseen;
  if (!state && !goal?.inputDiff) return unknownArguments;
  const named = new Map(parts.flatMap((part) => [...part.named]));
  for (const name of deletes ?? []) named.set(name, absent);
  return { named, others: absent };
}

function addsCode({ goal }: ResourcePlan): boolean {
  return toArguments(goal?.inputDiff?.adds).named.has("__provider");
}

/**
 * An argument that does not change had its new value before, if the plan compared it with the old
 * state. Otherwise nothing about it is known.
 */
function readArgumentsBefore(planned: ResourcePlan, after: Arguments): Arguments {
  const { goal } = planned;
  if (!goal?.inputDiff || after.others.is !== "absent") return unknownArguments;
  // Every managed resource has code. One that only gets it now was compared with nothing: it was
  // looked up before, or is replaced as a whole.
  if (addsCode(planned)) return unknownArguments;
  const [added, updated] = [
    toArguments(goal.inputDiff.adds).named,
    toArguments(goal.inputDiff.updates).named,
  ];
  const named = new Map(after.named);
  for (const name of added.keys()) named.set(name, absent);
  for (const name of [...updated.keys(), ...(goal.inputDiff.deletes ?? [])])
    named.set(name, unknown);
  return { named, others: absent };
}
