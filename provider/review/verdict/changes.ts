/**
 * Which credentials change and how: the steps of a preview, and for each what becomes of the
 * credential before it and of the one after it. Nothing is passed over in silence.
 */

import { isInternal } from "../../access/internal-arguments";
import { getArguments, type Kind } from "../../access/kinds";
import { parseName } from "../../access/urn";
import { type Arguments, argumentOf, normalForm } from "../input/argument";
import type { Position, State, Step } from "../input/step";
import { makerOf } from "./makers";

/**
 * What happens to a credential. `import` and `release` take it into the stack's hands and out of
 * them, and leave it as it is; `discard` ends that it is looked up.
 */
export type ChangeKind =
  | "create"
  | "update"
  | "replace"
  | "delete"
  | "import"
  | "release"
  | "discard";

export interface Kept {
  readonly isCertain: boolean;
  /** Goes on after "stays alive" or "may stay alive". */
  readonly reason: string;
}

export interface Change {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  /** The credential before: what the one after is held against, or what goes. */
  readonly before?: Arguments;
  readonly after?: Arguments;
  /** Why the credential before stays, or may stay, although its resource goes. */
  readonly kept?: Kept;
  readonly position?: Position;
}

/** What can change access and is not reviewed. */
export interface NotReviewed {
  readonly urn: string;
  readonly sentence: string;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** What this version does not know, each in a sentence. */
  readonly notUnderstood: readonly string[];
  readonly notReviewed: readonly NotReviewed[];
}

/** A step of ours. */
interface OwnStep extends Step {
  readonly kind: Kind;
}

type Role = "create" | "update" | "replace" | "end" | "import" | "read" | "none";

/** What a step does, by the engine's names (`pkg/resource/deploy/step.go`). */
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

export function changesIn(steps: readonly Step[]): Changes {
  const ours: OwnStep[] = [];
  const notUnderstood = new Set<string>();
  const notReviewed: NotReviewed[] = [];
  for (const step of steps) {
    const maker = makerOf(step);
    const called = `${parseName(step.urn)} (${step.op})`;
    if (maker.is === "unknown") notUnderstood.add(`${called} ${maker.sentence}`);
    if (maker.is === "told")
      notReviewed.push({ urn: step.urn, sentence: `${called} ${maker.sentence}` });
    if (maker.is !== "ours") continue;
    const problem = problemWith(step);
    if (problem === undefined) ours.push({ ...step, kind: maker.kind });
    else notUnderstood.add(`${called} ${problem}`);
    for (const argument of strangeArguments(step, maker.kind))
      notUnderstood.add(
        `${called} has the argument "${argument}", which this version does not know of ${maker.kind}.`,
      );
  }
  const endings = endingsIn(steps);
  const changes: Change[] = [];
  for (const group of groupsOf(ours)) {
    const found = changesOf(group, endings);
    changes.push(...found);
    // The engine runs what the state has, and a plan does not show that.
    const [{ urn, op }] = group;
    if (found.some(({ change }) => change === "delete") && !group.some(({ old }) => old?.code))
      notReviewed.push({
        urn,
        sentence: `${parseName(urn)} (${op}) is revoked by code that a plan does not show.`,
      });
  }
  return { changes, notUnderstood: [...notUnderstood], notReviewed };
}

/** Of the URNs of what goes: whether the engine surely leaves alive what is `deletedWith` it. */
type Endings = ReadonlyMap<string, "surely" | "perhaps">;

/**
 * What is deleted before its replacement is made does not take along what is `deletedWith` it; what
 * is deleted afterwards does, and is marked for that when its replacement is made
 * (`pkg/resource/deploy/step_generator.go`).
 */
function endingsIn(steps: readonly Step[]): Endings {
  const [replaced, ended] = [new Map<string, boolean>(), new Set<string>()];
  for (const { op, urn, old } of steps)
    if (roles.get(op) === "replace")
      replaced.set(urn, replaced.get(urn) === true || old?.isMarked === true);
  for (const { op, urn } of steps)
    if (roles.get(op) === "end" && !(isPart(op) && replaced.has(urn))) ended.add(urn);
  return new Map([
    ...[...replaced].map(([urn, isMarked]) => [urn, isMarked ? "surely" : "perhaps"] as const),
    ...[...ended].map((urn) => [urn, "surely"] as const),
  ]);
}

/** What keeps a step from being understood, in words that follow its name. */
function problemWith({ op, old, new: after }: Step): string | undefined {
  const role = roles.get(op);
  if (role === undefined) return "is a step that this version does not know.";
  // The engine leaves out a state that it cannot write down.
  const [needsOld, needsNew] = [hasOld(role), hasNew(role)];
  if (needsOld && old === undefined) return "does not say what was there before.";
  return needsNew && after === undefined ? "does not say what will be there." : undefined;
}

function hasOld(role: Role): boolean {
  return role === "update" || role === "replace" || role === "end";
}

function hasNew(role: Role): boolean {
  return role === "create" || role === "update" || role === "replace" || role === "import";
}

/**
 * Arguments that nobody knows, of what will be and of what it takes the place of: one that goes may
 * have been a limit.
 */
function strangeArguments({ op, old, new: after }: Step, kind: Kind): string[] {
  const role = roles.get(op);
  if (role === undefined || !hasNew(role)) return [];
  const names = [...(after?.inputNames ?? []), ...(old?.inputNames ?? [])];
  const known = getArguments(kind);
  return [...new Set(names)].filter(
    // Bridged providers, as the official one is, note under `__defaults` what the program left out.
    (name) => !isInternal(name) && name !== "__defaults" && !known.has(name),
  );
}

/**
 * The steps of one change: a replacement can come as its parts. Steps of one URN belong to several
 * changes where the engine ends what earlier runs left, for example.
 */
function groupsOf(steps: readonly OwnStep[]): Group[] {
  const groups: [OwnStep, ...OwnStep[]][] = [];
  const byUrn = new Map<string, [OwnStep, ...OwnStep[]][]>();
  for (const step of steps) {
    const siblings = byUrn.get(step.urn) ?? [];
    const own = siblings.find((group) => belongsTo(step, group));
    if (own !== undefined) own.push(step);
    else {
      const group: [OwnStep, ...OwnStep[]] = [step];
      groups.push(group);
      byUrn.set(step.urn, [...siblings, group]);
    }
  }
  return groups;
}

/** The parts of a replacement, each of which comes once. */
const parts: readonly string[] = [
  "replace",
  "create-replacement",
  "read-replacement",
  "import-replacement",
  "delete-replaced",
  "discard-replaced",
];

function isPart(op: string): boolean {
  return parts.includes(op);
}

function belongsTo(step: OwnStep, group: readonly OwnStep[]): boolean {
  return (
    isPart(step.op) &&
    group.every(
      (other) =>
        isPart(other.op) &&
        other.op !== step.op &&
        isSame(other.old, step.old, ({ id }) => id) &&
        isSame(other.new, step.new, normalFormOf),
    )
  );
}

function normalFormOf({ arguments: { named, others } }: State): string {
  const parts = [...named].map(([name, argument]) => JSON.stringify([name, normalForm(argument)]));
  return `${others.is} ${parts.sort().join()}`;
}

/** Whether two halves of steps are the same, or one of them is missing. */
function isSame<Part>(
  one: State | undefined,
  other: State | undefined,
  part: (state: State) => Part,
): boolean {
  return one === undefined || other === undefined || part(one) === part(other);
}

/**
 * What was asked for; but of whom an identity trusts what the API answered, where the program
 * writes that down: the audience that Tailscale made, or the subject as it has rewritten it.
 */
function heldAgainst({ arguments: asked, answered }: State, next: State | undefined): Arguments {
  if (answered === undefined || next === undefined) return asked;
  const named = new Map(asked.named);
  for (const name of ["issuer", "subject", "audience", "customClaimRules"]) {
    const [found, wanted] = [argumentOf(answered, name), argumentOf(next.arguments, name)];
    if (found.is === "known" && normalForm(found) === normalForm(wanted)) named.set(name, found);
  }
  return { named, others: asked.others };
}

/** Two changes where one credential ends and another comes into the stack's hands. */
function changesOf(group: Group, endings: Endings): Change[] {
  const [first] = group;
  const old = group.find((step) => step.old !== undefined)?.old;
  const next = group.find((step) => step.new !== undefined)?.new;
  const position = group.find((step) => step.position !== undefined)?.position;
  const before = old && { before: heldAgainst(old, next) };
  const after = next && { after: next.arguments };
  const change = (kind: ChangeKind, halves: Halves): Change => ({
    urn: first.urn,
    name: parseName(first.urn),
    kind: first.kind,
    change: kind,
    ...halves,
    ...(position && { position }),
  });
  /** That the credential before ends, or is looked up no more. */
  const ended = (): Change => {
    if (old?.isExternal) return change("discard", { ...before });
    const kept = old && keptBy(old, endings);
    return change(kept?.isCertain ? "release" : "delete", { ...before, ...(kept && { kept }) });
  };
  const isReplacement = group.some(({ op }) => roles.get(op) === "replace");
  switch (isReplacement ? "replace" : roles.get(first.op)) {
    case "create":
      return [change("create", { ...after })];
    case "update":
      // What is only looked up is never updated: what was before is another's.
      return [
        old?.isExternal
          ? change("create", { ...after })
          : change("update", { ...before, ...after }),
      ];
    case "replace": {
      const isImport = group.some(({ op }) => op === "import-replacement");
      if (isImport) return [...(old?.isExternal ? [] : [ended()]), change("import", { ...after })];
      // What is looked up from now on is not the stack's.
      if (next?.isExternal) return [ended()];
      if (old?.isExternal) return [change("create", { ...after })];
      const kept = old && keptBy(old, endings);
      return [change("replace", { ...before, ...after, ...(kept && { kept }) })];
    }
    case "end":
      return [ended()];
    case "import":
      return [change("import", { ...after })];
    case "read":
      return old === undefined || old.isExternal
        ? []
        : [change("release", { ...before, kept: onlyLookedUp })];
    default:
      return [];
  }
}

type Group = readonly [OwnStep, ...OwnStep[]];

type Halves = Pick<Change, "before" | "after" | "kept">;

const onlyLookedUp: Kept = { isCertain: true, reason: "from now on it is only looked up" };

/**
 * What keeps a credential alive when its resource goes, or may do so (`DeleteStep.Apply` in
 * `pkg/resource/deploy/step.go`).
 */
function keptBy({ retainOnDelete, deletedWith }: State, endings: Endings): Kept | undefined {
  if (retainOnDelete.is === "known") return { isCertain: true, reason: "retainOnDelete keeps it" };
  if (deletedWith.is === "known") {
    const urn = String(deletedWith.value);
    const ending = endings.get(urn);
    // Every end is shown, so this one's resource stays.
    if (ending === undefined && retainOnDelete.is === "absent") return undefined;
    if (ending !== undefined)
      return {
        isCertain: ending === "surely",
        reason: `deletedWith leaves it to ${parseName(urn)}, which goes as well`,
      };
  }
  const unseen = [
    ...(retainOnDelete.is === "absent" ? [] : ["retainOnDelete"]),
    ...(deletedWith.is === "absent" ? [] : ["deletedWith"]),
  ];
  return unseen.length === 0
    ? undefined
    : { isCertain: false, reason: `whether ${unseen.join(" or ")} keeps it cannot be seen` };
}
