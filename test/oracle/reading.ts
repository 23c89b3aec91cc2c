/**
 * What the steps of a preview, or of a plan, mean for each credential: who had it before, who has
 * it after, what ends.
 */

import {
  type Plan,
  type Preview,
  partsOf,
  providerText,
  type ResourcePlan,
  type State,
  type Step,
  typePrefix,
} from "./documents.ts";
import { argumentsOf, type Kind, kinds } from "./judgement.ts";
import { isMembers, type Json, type Members, secret } from "./values.ts";

export interface Change {
  readonly urn: string;
  readonly kind: Kind;
  readonly change: "create" | "update" | "replace" | "delete" | "import" | "release" | "forget";
  readonly before?: Members | undefined;
  readonly after?: Members | undefined;
  readonly givenAudience?: string | undefined;
  /**
   * What becomes of the one before: it ends, lives on without a manager, or one of these that the
   * input does not tell.
   */
  readonly ends?: "revoked" | "lives on" | "not told";
  /** For an update plan nothing of the old is known, so no loss can be named. */
  readonly isPlanned?: boolean;
}

export interface Reading {
  readonly changes: readonly Change[];
  /** URNs that nobody who reads carefully can vouch for. */
  readonly notUnderstood: readonly string[];
  /** URNs of which a careful reader may or may not say that they are not understood. */
  readonly doubtful: readonly string[];
  /**
   * URNs of other resources that have to be named: they run code of their own, or change the
   * tailnet.
   */
  readonly named: readonly string[];
}

/** Steps that change nothing in the tailnet, and that nobody has to be told of. */
const quiet = ["same", "refresh", "remove-pending-replace"];

const replacing = [
  "replace",
  "create-replacement",
  "delete-replaced",
  "read-replacement",
  "import-replacement",
  "discard-replaced",
];

const knownSteps = [
  ...quiet,
  ...replacing,
  "create",
  "update",
  "delete",
  "read",
  "import",
  "discard",
];

const components = ["tailscope:index:RotatingOAuthClient", "tailscope:index:RotatingAuthKey"];

export function readPreview({ steps }: Preview): Reading {
  const reading = newReading();
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  for (const [urn, group] of byUrn) {
    const owner = ownerOf(group.flatMap(typesOf), group.flatMap(textsOf));
    if (owner === "ours") readSteps(urn, group, steps, reading);
    else if (owner === "told" && group.some(({ op }) => isChanging(op))) tell(urn, reading);
  }
  return reading;
}

interface Draft {
  readonly changes: Change[];
  readonly notUnderstood: string[];
  readonly doubtful: string[];
  readonly named: string[];
}

/** What the official provider has that no list of ours names may be told as not understood. */
function tell(urn: string, into: Draft): void {
  into.named.push(urn);
  if (partsOf(urn).type.startsWith("tailscale:")) into.doubtful.push(urn);
}

function newReading(): Draft {
  return { changes: [], notUnderstood: [], doubtful: [], named: [] };
}

function isChanging(op: string): boolean {
  return !quiet.includes(op) && !["read", "discard", "discard-replaced", "delete"].includes(op);
}

function typesOf({ urn, oldState, newState }: Step): string[] {
  return [partsOf(urn).type, oldState?.type, newState?.type].filter((one) => one !== undefined);
}

/** The code that runs for it, from inputs and from outputs, before and after. */
function textsOf({ oldState, newState }: Step): Json[] {
  return [oldState, newState].flatMap((state) => (state === undefined ? [] : codeOf(state)));
}

function codeOf({ inputs, outputs }: State): Json[] {
  const texts = isMembers(outputs) && Object.keys(outputs).length > 0 ? [outputs] : [];
  return [isMembers(inputs) ? inputs : {}, ...texts].map((one) => one["__provider"] ?? null);
}

function ownerOf(types: readonly string[], texts: readonly Json[]): "ours" | "told" | "other" {
  const isOurs =
    types.some((type) => type.startsWith(typePrefix) || type.startsWith("tailscope:")) ||
    texts.some((text) => typeof text === "string" && text.includes('require("tailscope")'));
  if (isOurs) return "ours";
  const runsCode = types.some((type) => /^pulumi-\w+:dynamic[:/]|^command:/.test(type));
  return runsCode || types.some((type) => type.startsWith("tailscale:")) ? "told" : "other";
}

function readSteps(urn: string, group: readonly Step[], all: readonly Step[], into: Draft): void {
  const steps = group.filter(({ op }) => !quiet.includes(op));
  if (steps.length === 0) {
    // The code that says that nothing changes is not ours, and runs from now on.
    if (group.some(({ op }) => op === "same") && group.some(isForeign))
      into.notUnderstood.push(urn);
    return;
  }
  const types = new Set(steps.flatMap(typesOf));
  const [type = ""] = types;
  if (types.size === 1 && components.includes(type)) return;
  const kind = kinds.find((one) => type === typePrefix + one);
  if (types.size > 1 || kind === undefined || !steps.every(({ op }) => knownSteps.includes(op))) {
    into.notUnderstood.push(urn);
    return;
  }
  if (steps.some((step) => isHalved(step) || runsOtherCode(step, kind))) {
    into.notUnderstood.push(urn);
    return;
  }
  const about = { urn, kind };
  const ends = (state: State) => fateOf(state, all);
  const replacement = steps.filter(({ op }) => replacing.includes(op));
  for (const step of steps.filter(({ op }) => !replacing.includes(op))) {
    const [before, after] = [inputsOf(step.oldState), inputsOf(step.newState)];
    const old = step.oldState;
    if (step.op === "create") into.changes.push({ ...about, change: "create", after });
    else if (step.op === "import") into.changes.push({ ...about, change: "import", after });
    else if (step.op === "discard") into.changes.push({ ...about, change: "forget" });
    else if (step.op === "update" && old?.external === true)
      into.changes.push({ ...about, change: "create", after });
    else if (step.op === "update")
      into.changes.push({ ...about, change: "update", before, after, ...given(old) });
    else if (step.op === "delete" && old !== undefined)
      into.changes.push({ ...about, change: "delete", before, ends: ends(old) });
    else if (step.op === "read" && old !== undefined && old.external !== true)
      into.changes.push({ ...about, change: "release", before, ends: "lives on" });
  }
  readReplacement(about, replacement, ends, into);
}

/**
 * The parts of a replacement are one change; old halves of earlier ones, which the engine still has
 * to delete, are their own.
 */
function readReplacement(
  about: { readonly urn: string; readonly kind: Kind },
  steps: readonly Step[],
  ends: (state: State) => "revoked" | "lives on" | "not told",
  into: Draft,
): void {
  const logical = steps.find(
    ({ op, newState }) => op !== "delete-replaced" && newState !== undefined,
  );
  const [old, next] = [logical?.oldState, logical?.newState];
  if (logical !== undefined && next !== undefined) {
    const [before, after] = [inputsOf(old), inputsOf(next)];
    const isImport = steps.some(({ op }) => op === "import-replacement");
    const wasManaged = old !== undefined && old.external !== true;
    if (next.external === true || isImport) {
      // The new one was there already: what changes is that the old one goes.
      if (isImport) into.changes.push({ ...about, change: "import", after });
      if (wasManaged) into.changes.push({ ...about, change: "delete", before, ends: ends(old) });
    } else if (wasManaged)
      into.changes.push({
        ...about,
        change: "replace",
        before,
        after,
        ends: ends(old),
        ...given(old),
      });
    else into.changes.push({ ...about, change: "create", after });
  }
  if (logical === undefined && steps.some(({ op }) => op === "discard-replaced"))
    into.changes.push({ ...about, change: "forget" });
  for (const { op, oldState } of steps) {
    if (op !== "delete-replaced" || oldState === undefined) continue;
    if (logical !== undefined && oldState.id === old?.id) continue;
    into.changes.push({
      ...about,
      change: "delete",
      before: inputsOf(oldState),
      ends: ends(oldState),
    });
  }
}

function inputsOf(state: State | undefined): Members | undefined {
  if (state === undefined) return undefined;
  return isMembers(state.inputs) ? state.inputs : {};
}

function given(old: State | undefined): { readonly givenAudience?: string } {
  const audience = isMembers(old?.outputs) ? old.outputs["audience"] : undefined;
  return typeof audience === "string" && audience !== secret ? { givenAudience: audience } : {};
}

/** Whether a step lacks the side that it is about. */
function isHalved({ op, oldState, newState }: Step): boolean {
  const needsOld = ["update", "replace", "delete", "delete-replaced"].includes(op);
  const needsNew = ["create", "update", "replace", "create-replacement", "import"].includes(op);
  const lacks = (state: State | undefined) => state === undefined || !isMembers(state.inputs);
  return (needsOld && lacks(oldState)) || (needsNew && lacks(newState));
}

function isForeign(step: Step): boolean {
  const kind = kinds.find((one) => partsOf(step.urn).type === typePrefix + one);
  return kind !== undefined && runsOtherCode(step, kind);
}

/**
 * Only the constant text of the kind is our code. What is only read or forgotten runs none that
 * changes anything.
 */
function runsOtherCode(step: Step, kind: Kind): boolean {
  if (step.op === "read" || step.op.startsWith("discard")) return false;
  const before = step.oldState?.external === true ? [] : [step.oldState];
  const after = step.newState?.external === true ? [] : [step.newState];
  return [...before, ...after].some(
    (state) => state !== undefined && codeOf(state).some((text) => text !== providerText(kind)),
  );
}

/**
 * Whether the engine has the provider delete it. Not with `retainOnDelete`; not with `deletedWith`
 * where that resource is deleted in the same run, a replacement that creates first included. (Seen
 * with the engine: one that deletes first does not count.)
 */
function fateOf(
  { retainOnDelete, deletedWith }: State,
  all: readonly Step[],
): "revoked" | "lives on" | "not told" {
  if (retainOnDelete === true) return "lives on";
  if (deletedWith === undefined || deletedWith === "") return "revoked";
  const ops = all.filter(({ urn }) => urn === deletedWith);
  if (ops.some(({ op }) => op === "delete")) return "lives on";
  const isReplaced = ops.some(({ op }) => op === "replace" || op === "delete-replaced");
  if (!isReplaced) return "revoked";
  const deletesFirst = ops.some(({ oldState }) => oldState?.pendingReplacement === true);
  return deletesFirst ? "not told" : "lives on";
}

/**
 * A plan says what there will be and what of it changes; of what there was it says nothing but
 * that.
 */
export function readPlan({ resourcePlans }: Plan): Reading {
  const reading = newReading();
  for (const [urn, plan] of Object.entries(resourcePlans)) readResource(urn, plan, reading);
  return reading;
}

function readResource(urn: string, plan: ResourcePlan, into: Draft): void {
  const steps = plan.steps.filter((op) => !quiet.includes(op));
  const state = isMembers(plan.state ?? undefined) ? (plan.state ?? {}) : undefined;
  const types = [partsOf(urn).type, plan.goal?.type].filter((one) => one !== undefined);
  const owner = ownerOf(types, [state?.["__provider"] ?? null]);
  if (owner === "other") return;
  if (steps.length === 0) {
    const kind = kinds.find((one) => types[0] === typePrefix + one);
    const isOurs = kind === undefined || state?.["__provider"] === providerText(kind);
    if (!isOurs || isCodeChanged(plan)) into.notUnderstood.push(urn);
    return;
  }
  if (owner === "told") {
    if (steps.some(isChanging)) tell(urn, into);
    return;
  }
  const [type = ""] = types;
  if (new Set(types).size === 1 && components.includes(type)) return;
  const kind = kinds.find((one) => type === typePrefix + one);
  if (
    new Set(types).size > 1 ||
    kind === undefined ||
    !steps.every((op) => knownSteps.includes(op))
  ) {
    into.notUnderstood.push(urn);
    return;
  }
  const about = { urn, kind, isPlanned: true } as const;
  const makes = steps.some((op) =>
    ["create", "update", "replace", "create-replacement", "import"].includes(op),
  );
  // One deletion belongs to a replacement; every other one is an old half of its own.
  const deletions = steps.filter((op) => op === "delete" || op === "delete-replaced").length;
  const replaces = steps.some((op) => op === "replace" || op === "create-replacement");
  const isOursBefore = !steps.includes("discard-replaced");
  // Where one is imported that was there already, the old one goes all the same.
  const isImport = steps.some((op) => op.startsWith("import"));
  const isPaired = replaces && isOursBefore && !isImport;
  for (let left = deletions - (isPaired ? 1 : 0); left > 0; left--)
    into.changes.push({ ...about, change: "delete", before: {}, ends: "not told" });
  if (!makes) {
    if (deletions === 0) into.changes.push({ ...about, change: "forget" });
    return;
  }
  if (state === undefined || state["__provider"] !== providerText(kind)) {
    into.notUnderstood.push(urn);
    return;
  }
  if (isImport) {
    into.changes.push({ ...about, change: "import", after: state });
    return;
  }
  if (steps.includes("create") || steps.includes("discard-replaced")) {
    into.changes.push({ ...about, change: "create", after: state });
    return;
  }
  // Code that was another, or none of ours, before.
  if (isCodeChanged(plan)) {
    into.notUnderstood.push(urn);
    return;
  }
  const change = steps.includes("update") ? "update" : "replace";
  // Where it does not say what changes, all of it may have been anything.
  const everything = { deletes: argumentsOf[kind] };
  const before = previousOf(state, plan.goal?.inputDiff ?? everything);
  into.changes.push({ ...about, change, before, after: state, ends: "not told" });
}

/**
 * A replacement that was asked for by hand has all of it among what is added, compared with none.
 */
function isCodeChanged({ goal, steps }: ResourcePlan): boolean {
  const { adds = {}, updates = {}, deletes = [] } = goal?.inputDiff ?? {};
  const isNew = Object.hasOwn(adds, "__provider") && steps.includes("update");
  return isNew || [...Object.keys(updates), ...deletes].includes("__provider");
}

/** What is not among the differences was there already; what was changed or removed is hidden. */
function previousOf(
  state: Members,
  {
    adds = {},
    updates = {},
    deletes = [],
  }: NonNullable<NonNullable<ResourcePlan["goal"]>["inputDiff"]>,
): Members {
  const hidden = [...Object.keys(updates), ...deletes];
  return Object.fromEntries([
    ...Object.entries(state).filter(([name]) => !Object.hasOwn(adds, name)),
    ...hidden.map((name) => [name, secret] as const),
  ]);
}
