/**
 * Which credentials change and how: the steps of a preview, and for each what becomes of the credential before it and of the one
 * after it. Nothing is passed over in silence.
 */

import { nameIn } from "../../access/urn";
import type { Arguments } from "../input/argument";
import type { Position, State, Step } from "../input/step";
import { formsOf, type Kind } from "./kinds";
import { makerOf } from "./makers";

/**
 * What happens to a credential. `import` and `release` take it into the stack's hands and out of them, and leave it as it is;
 * `discard` ends that it is looked up.
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

export interface Changes {
  readonly changes: readonly Change[];
  /** What this version does not know, each in a sentence. */
  readonly notUnderstood: readonly string[];
  /** What can change access and is not reviewed, each in a sentence. */
  readonly notReviewed: readonly string[];
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
  const [notUnderstood, notReviewed] = [new Set<string>(), new Set<string>()];
  for (const step of steps) {
    const maker = makerOf(step);
    const called = `${nameIn(step.urn)} (${step.op})`;
    if (maker.is === "unknown") notUnderstood.add(`${called} ${maker.sentence}`);
    if (maker.is === "told") notReviewed.add(`${called} ${maker.sentence}`);
    if (maker.is !== "ours") continue;
    const problem = problemWith(step);
    if (problem === undefined) ours.push({ ...step, kind: maker.kind });
    else notUnderstood.add(`${called} ${problem}`);
    for (const argument of strangeArguments(step, maker.kind))
      notUnderstood.add(
        `${called} has the argument "${argument}", which this version does not know of ${maker.kind}.`,
      );
  }
  const ending = new Set(steps.filter(({ op }) => mayEnd.includes(op)).map(({ urn }) => urn));
  const changes = groupsOf(ours).flatMap((group) => changesOf(group, ending));
  for (const { urn, op, old } of ours) {
    // The engine runs what the state has, and a plan does not show that.
    if (op === "delete" && old !== undefined && old.code === undefined)
      notReviewed.add(`${nameIn(urn)} (${op}) is revoked by code that a plan does not show.`);
  }
  return { changes, notUnderstood: [...notUnderstood], notReviewed: [...notReviewed] };
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

/** Arguments that nobody knows, of what will be and of what it takes the place of: one that goes may have been a limit. */
function strangeArguments({ op, old, new: after }: Step, kind: Kind): string[] {
  const role = roles.get(op);
  if (role === undefined || !hasNew(role)) return [];
  const names = [...(after?.inputNames ?? []), ...(old?.inputNames ?? [])];
  const known = formsOf(kind);
  return [...new Set(names)].filter((name) => name !== "__provider" && !known.has(name));
}

/**
 * The steps of one change: a replacement can come as its parts. Steps of one URN belong to several changes where the engine
 * ends what earlier runs left, for example.
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

function belongsTo(step: OwnStep, group: readonly OwnStep[]): boolean {
  return (
    parts.includes(step.op) &&
    group.every(
      (other) =>
        parts.includes(other.op) &&
        other.op !== step.op &&
        isSame(other.old, step.old, ({ id }) => id) &&
        isSame(other.new, step.new, (state) => JSON.stringify([...state.arguments.named])),
    )
  );
}

/** Whether two halves of steps are the same, or one of them is missing. */
function isSame<Part>(
  one: State | undefined,
  other: State | undefined,
  part: (state: State) => Part,
): boolean {
  return one === undefined || other === undefined || part(one) === part(other);
}

/** Two changes where one credential ends and another comes into the stack's hands. */
function changesOf(group: Group, ending: ReadonlySet<string>): Change[] {
  const [first] = group;
  const old = group.find((step) => step.old !== undefined)?.old;
  const next = group.find((step) => step.new !== undefined)?.new;
  const position = group.find((step) => step.position !== undefined)?.position;
  const before = old && { before: old.arguments };
  const after = next && { after: next.arguments };
  const change = (kind: ChangeKind, halves: Halves): Change => ({
    urn: first.urn,
    name: nameIn(first.urn),
    kind: first.kind,
    change: kind,
    ...halves,
    ...(position && { position }),
  });
  /** That the credential before ends, or is looked up no more. */
  const ended = (): Change => {
    if (old?.isExternal) return change("discard", { ...before });
    const kept = old && keptBy(old, ending);
    return change(kept?.isCertain ? "release" : "delete", { ...before, ...(kept && { kept }) });
  };
  const isReplacement = group.some(({ op }) => roles.get(op) === "replace");
  switch (isReplacement ? "replace" : roles.get(first.op)) {
    case "create":
      return [change("create", { ...after })];
    case "update":
      // What is only looked up is never updated: it would not be this one that was before.
      return [change("update", { ...(!old?.isExternal && before), ...after })];
    case "replace": {
      const isImport = group.some(({ op }) => op === "import-replacement");
      if (isImport) return [...(old?.isExternal ? [] : [ended()]), change("import", { ...after })];
      // What is looked up from now on is not the stack's.
      if (next?.isExternal) return [ended()];
      if (old?.isExternal) return [change("create", { ...after })];
      const kept = old && keptBy(old, ending);
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

/** By which a resource goes, or may go: the engine then leaves to it what is `deletedWith` it. */
const mayEnd: readonly string[] = [...roles].flatMap(([op, role]) =>
  role === "end" || role === "replace" ? [op] : [],
);

/**
 * What keeps a credential alive when its resource goes, or may do so (`DeleteStep.Apply` in `pkg/resource/deploy/step.go`).
 *
 * @param ending the URNs of what goes, or may go
 */
function keptBy(
  { retainOnDelete, deletedWith }: State,
  ending: ReadonlySet<string>,
): Kept | undefined {
  if (retainOnDelete.is === "known") return { isCertain: true, reason: "retainOnDelete keeps it" };
  if (deletedWith.is === "known") {
    const urn = String(deletedWith.value);
    const isCertain = ending.has(urn);
    return {
      isCertain,
      reason: `deletedWith leaves it to ${nameIn(urn)}, ${isCertain ? "which goes as well" : "should that go as well"}`,
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
