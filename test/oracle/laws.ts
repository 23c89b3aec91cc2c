/**
 * What holds of any review, whatever the tables say: laws of two reviews, held against each other.
 */

import { type Class, rank } from "./classes.ts";
import { hidden } from "./credentials.ts";
import type { Plan, Preview, State, Step } from "./documents.ts";
import type { Case } from "./generation.ts";
import type { Random } from "./random.ts";
import type { Difference, Report } from "./report.ts";
import { isMembers, type Json, type Members } from "./values.ts";

/** What a report says of one resource, its changes taken together. */
interface Said {
  readonly class: Class;
  readonly gained: ReadonlySet<string>;
  readonly lost: ReadonlySet<string>;
  readonly tagsGained: ReadonlySet<string>;
  readonly tagsLost: ReadonlySet<string>;
  readonly unknown: ReadonlySet<string>;
}

function saidOf({ credentials }: Report, urn: string): Said {
  const mine = credentials.filter((one) => one.urn === urn);
  const all = (part: "gained" | "lost" | "tagsGained" | "tagsLost" | "unknown") =>
    new Set(mine.flatMap((one) => one[part]));
  const worst = mine.map((one) => one.class).toSorted((a, b) => rank(b) - rank(a))[0] ?? "none";
  return {
    class: worst,
    gained: all("gained"),
    lost: all("lost"),
    tagsGained: all("tagsGained"),
    tagsLost: all("tagsLost"),
    unknown: all("unknown"),
  };
}

const without = (some: ReadonlySet<string>, other: ReadonlySet<string>) =>
  [...some].filter((one) => !other.has(one));

const isSameSet = (some: ReadonlySet<string>, other: ReadonlySet<string>) =>
  some.size === other.size && without(some, other).length === 0;

/**
 * Replacing any part by what is hidden never lowers the class, never removes a gain, never adds a
 * loss.
 */
export function hidingLowersNothing(
  known: Report,
  hiding: Report,
  law = "law of hiding",
): Difference[] {
  const found: Difference[] = [];
  const isNotUnderstood = hiding.notUnderstood.length > known.notUnderstood.length;
  // What cannot be is worse than what cannot be seen: the engine would have refused it.
  if (hiding.notUnderstood.length < known.notUnderstood.length) return [];
  if (rank(hiding.verdict) < rank(known.verdict))
    found.push({ what: `${law}: the verdict is lower`, urn: "", detail: hiding.verdict });
  for (const { urn } of known.credentials) {
    const [one, other] = [saidOf(known, urn), saidOf(hiding, urn)];
    const say = (what: string, detail: string) =>
      found.push({ what: `${law}: ${what}`, urn, detail });
    if (isNotUnderstood) continue;
    if (rank(other.class) < rank(one.class))
      say("the class is lower", `${one.class} became ${other.class}`);
    const gains = without(one.gained, other.gained);
    if (gains.length > 0) say("a gain is gone", gains.join(", "));
    const losses = without(other.lost, one.lost);
    if (losses.length > 0) say("a loss is new", losses.join(", "));
    const tags = without(one.tagsGained, other.tagsGained);
    if (tags.length > 0 && !other.unknown.has("tags")) say("a tag is gone", tags.join(", "));
    const noTags = without(other.tagsLost, one.tagsLost);
    if (noTags.length > 0) say("a lost tag is new", noTags.join(", "));
  }
  return found;
}

/** Two reports that say the same of every resource, whatever the order. */
export function saysTheSame(one: Report, other: Report, law: string): Difference[] {
  const found: Difference[] = [];
  if (one.verdict !== other.verdict)
    found.push({ what: `${law}: another verdict`, urn: "", detail: other.verdict });
  for (const { urn } of [...one.credentials, ...other.credentials]) {
    const [first, second] = [saidOf(one, urn), saidOf(other, urn)];
    const isSame =
      first.class === second.class &&
      (["gained", "lost", "tagsGained", "tagsLost"] as const).every((part) =>
        isSameSet(first[part], second[part]),
      );
    if (!isSame) found.push({ what: `${law}: it is reviewed otherwise`, urn, detail: "" });
  }
  return found;
}

/** What is gained on the way there is lost on the way back. */
export function mirrors(there: Report, back: Report): Difference[] {
  const found: Difference[] = [];
  for (const { urn } of there.credentials) {
    const [one, other] = [saidOf(there, urn), saidOf(back, urn)];
    const isMirrored =
      isSameSet(one.gained, other.lost) &&
      isSameSet(one.lost, other.gained) &&
      isSameSet(one.tagsGained, other.tagsLost) &&
      isSameSet(one.tagsLost, other.tagsGained);
    if (!isMirrored) found.push({ what: "law of the way back: it differs", urn, detail: "" });
  }
  return found;
}

/** A change with itself is nothing. */
export function isNothing({ credentials }: Report): Difference[] {
  return credentials
    .filter((one) => {
      const parts = [one.gained, one.lost, one.tagsGained, one.tagsLost];
      return one.class !== "none" || parts.some((list) => list.length > 0);
    })
    .map(({ urn }) => ({ what: "law of no change: it is something", urn, detail: "" }));
}

/** The case with more values hidden; nothing where there is none to hide. */
export function withSomeHidden(random: Random, { document }: Case): Case["document"] | undefined {
  let hiding = withOneHidden(random, document);
  for (let more = random.below(3); more > 0 && hiding !== undefined; more--)
    hiding = withOneHidden(random, hiding) ?? hiding;
  return hiding;
}

function withOneHidden(random: Random, document: Case["document"]): Case["document"] | undefined {
  if ("plan" in document) return planWithOneHidden(random, document.plan);
  const { preview } = document;
  const places = preview.steps.flatMap((step, index) =>
    (["oldState", "newState"] as const)
      .filter((side) => namesIn(step[side]).length > 0)
      .map((side) => ({ index, side })),
  );
  if (places.length === 0) return undefined;
  const { index, side } = random.pick(places);
  const chosen = preview.steps[index]?.[side];
  const name = random.pick(namesIn(chosen));
  const value = membersOf(chosen?.inputs)[name] ?? null;
  const mark = hidden(random, value);
  // What is hidden in one step is hidden in all that show the same half.
  const steps = preview.steps.map((step) =>
    step.urn === preview.steps[index]?.urn ? hideIn(step, name, value, mark) : step,
  );
  return { preview: { ...preview, steps } };
}

function hideIn(step: Step, name: string, value: Json, mark: Json): Step {
  const hide = (state: State | undefined): State | undefined => {
    if (state === undefined || !isMembers(state.inputs)) return state;
    if (JSON.stringify(state.inputs[name]) !== JSON.stringify(value)) return state;
    const outputs = isMembers(state.outputs) ? { ...state.outputs, [name]: mark } : state.outputs;
    return {
      ...state,
      inputs: { ...state.inputs, [name]: mark },
      ...(outputs !== undefined && { outputs }),
    };
  };
  const [oldState, newState] = [hide(step.oldState), hide(step.newState)];
  return { ...step, ...(oldState && { oldState }), ...(newState && { newState }) };
}

function planWithOneHidden(random: Random, plan: Plan): Case["document"] | undefined {
  const urns = Object.entries(plan.resourcePlans)
    .filter(([, one]) => argumentsIn(one.state ?? {}).length > 0)
    .map(([urn]) => urn);
  if (urns.length === 0) return undefined;
  const urn = random.pick(urns);
  const chosen = plan.resourcePlans[urn];
  if (chosen === undefined) return undefined;
  const state = chosen.state ?? {};
  const name = random.pick(argumentsIn(state));
  const value = state[name] ?? null;
  const mark = hidden(random, value);
  const { adds, updates, deletes } = chosen.goal?.inputDiff ?? {};
  // A hidden value that does not change is in no difference, and stays what it was.
  if (adds?.[name] === undefined && updates?.[name] === undefined) return undefined;
  const hide = (some: Members | undefined) =>
    some === undefined || !Object.hasOwn(some, name) ? some : { ...some, [name]: mark };
  const inputDiff = {
    ...(adds && { adds: hide(adds) ?? adds }),
    ...(updates && { updates: hide(updates) ?? updates }),
    ...(deletes && { deletes }),
  };
  const hiding = { ...chosen, goal: { ...chosen.goal, inputDiff }, state: hide(state) ?? state };
  return { plan: { ...plan, resourcePlans: { ...plan.resourcePlans, [urn]: hiding } } };
}

function membersOf(value: Json | undefined): Members {
  return isMembers(value) ? value : {};
}

function namesIn(state: State | undefined): string[] {
  return state === undefined ? [] : argumentsIn(membersOf(state.inputs));
}

function argumentsIn(members: Members): string[] {
  return Object.keys(members).filter((name) => name !== "__provider");
}

/** The same case with its steps, its arguments and its sets in another order. */
export function inAnotherOrder(random: Random, { document }: Case): Case["document"] {
  if ("plan" in document) {
    const { plan } = document;
    const resourcePlans = Object.fromEntries(
      random.shuffled(Object.entries(plan.resourcePlans)).map(([urn, one]) => {
        const state = isMembers(one.state ?? undefined) ? reordered(random, one.state ?? {}) : null;
        return [urn, { ...one, ...(one.state !== undefined && { state }) }];
      }),
    );
    return { plan: { ...plan, resourcePlans } };
  }
  const { preview } = document;
  const side = (state: State | undefined): State | undefined =>
    state === undefined || !isMembers(state.inputs)
      ? state
      : { ...state, inputs: reordered(random, state.inputs) };
  const steps = random.shuffled(preview.steps).map((step) => {
    const [oldState, newState] = [side(step.oldState), side(step.newState)];
    return { ...step, ...(oldState && { oldState }), ...(newState && { newState }) };
  });
  return { preview: { ...preview, steps } };
}

function reordered(random: Random, inputs: Members): Members {
  const sets = ["scopes", "tags"];
  return Object.fromEntries(
    random
      .shuffled(Object.entries(inputs))
      .map(([name, value]) => [
        name,
        sets.includes(name) && Array.isArray(value) ? random.shuffled<Json>(value) : value,
      ]),
  );
}

/** Whether every argument of every step can be seen, so that there is a way back. */
export function isAllKnown({ steps }: Preview): boolean {
  return !/\[secret\]|04da6b54-80e4-46f7-96ec-b56ff0331ba9/.test(JSON.stringify(steps));
}
