/**
 * Which credentials change and how: for each change the credential before it and the one after it.
 * A step that is not one of these changes is either harmless or reported in a sentence.
 */

import { isInternal } from "../../access/internal-arguments";
import { getArguments, type Kind } from "../../access/kinds";
import { parseName } from "../../access/urn";
import { type Arguments, getArgument, normalizeArgument } from "../input/argument";
import type { Position, State, Step } from "../input/step";
import { type CredentialStep, groupSteps, type StepGroup } from "./grouping";
import { findRole, needsNewState, needsOldState } from "./ops";
import { judgeRelevance } from "./relevance";
import { type Endings, findEndings, findSurvival, onlyLookedUp, type Survival } from "./survival";

/**
 * What happens to a credential:
 *
 * | change             | the credential                                              |
 * | ------------------ | ----------------------------------------------------------- |
 * | `create`, `update` | is created; changes in place                                |
 * | `replace`          | is revoked, and a new one is created                        |
 * | `delete`           | is revoked                                                  |
 * | `import`           | stays as it is; the stack manages it from now on            |
 * | `release`          | stays as it is; the stack no longer manages it              |
 * | `discard`          | stays as it is; the stack only looked it up, and stops that |
 */
export type ChangeKind =
  | "create"
  | "update"
  | "replace"
  | "delete"
  | "import"
  | "release"
  | "discard";

export interface Change {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  /** The arguments of the credential before the change, where there is one. */
  readonly before?: Arguments;
  readonly after?: Arguments;
  /**
   * Whether the old credential stays alive, or may stay alive, although its resource is deleted.
   */
  readonly survival?: Survival;
  readonly position?: Position;
}

/** Something that can change access and is not reviewed. */
export interface NotReviewed {
  readonly urn: string;
  readonly sentence: string;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** What this version cannot understand, each in a sentence. */
  readonly notUnderstood: readonly string[];
  readonly notReviewed: readonly NotReviewed[];
}

export function findCredentialChanges(steps: readonly Step[]): Changes {
  const credentialSteps: CredentialStep[] = [];
  const notUnderstood = new Set<string>();
  const notReviewed: NotReviewed[] = [];
  for (const step of steps) {
    const relevance = judgeRelevance(step);
    const { urn } = step;
    const label = `${parseName(urn)} (${step.op})`;
    if (relevance.is === "notUnderstood") notUnderstood.add(`${label} ${relevance.sentence}`);
    if (relevance.is === "notReviewed")
      notReviewed.push({ urn, sentence: `${label} ${relevance.sentence}` });
    if (relevance.is !== "credential") continue;
    const { kind } = relevance;
    const problem = findStepProblem(step);
    if (problem === undefined) credentialSteps.push({ ...step, kind });
    else notUnderstood.add(`${label} ${problem}`);
    for (const argument of findUnknownArguments(step, kind))
      notUnderstood.add(
        `${label} has the argument "${argument}", which this version does not know for ${kind}.`,
      );
  }
  const endings = findEndings(steps);
  const changes: Change[] = [];
  for (const group of groupSteps(credentialSteps)) {
    const found = toChanges(group, endings);
    changes.push(...found);
    // To revoke a credential the engine runs the code in the state, which a plan does not show.
    const [{ urn, op }] = group;
    if (found.some(({ change }) => change === "delete") && !group.some(({ old }) => old?.code))
      notReviewed.push({
        urn,
        sentence: `${parseName(urn)} (${op}) is revoked by code that a plan does not show.`,
      });
  }
  return { changes, notUnderstood: [...notUnderstood], notReviewed };
}

/** Why a step cannot be understood. The sentence lacks its subject, the step's name. */
function findStepProblem({ op, old, new: after }: Step): string | undefined {
  const role = findRole(op);
  if (role === undefined) return "is a step that this version does not know.";
  // The engine leaves out a state that it cannot serialize.
  if (needsOldState(role) && old === undefined) return "lacks the state before the change.";
  return needsNewState(role) && after === undefined
    ? "lacks the state after the change."
    : undefined;
}

/**
 * The arguments of a step that this version does not know. Those of the old state count, too,
 * because an argument that is removed may have been a limit.
 */
function findUnknownArguments({ op, old, new: after }: Step, kind: Kind): string[] {
  const role = findRole(op);
  if (role === undefined || !needsNewState(role)) return [];
  const names = [...(after?.inputNames ?? []), ...(old?.inputNames ?? [])];
  const known = getArguments(kind);
  return [...new Set(names)].filter(
    // Bridged providers, such as the official one, list in `__defaults` what the program left out.
    (name) => !isInternal(name) && name !== "__defaults" && !known.has(name),
  );
}

type Halves = Pick<Change, "before" | "after" | "survival">;

/** One change, or two where one credential goes and another is imported in its place. */
function toChanges(group: StepGroup, endings: Endings): Change[] {
  const [first] = group;
  const old = group.find((step) => step.old !== undefined)?.old;
  const next = group.find((step) => step.new !== undefined)?.new;
  const position = group.find((step) => step.position !== undefined)?.position;
  const before = old && { before: chooseBaseline(old, next) };
  const after = next && { after: next.arguments };
  const toChange = (kind: ChangeKind, halves: Halves): Change => ({
    urn: first.urn,
    name: parseName(first.urn),
    kind: first.kind,
    change: kind,
    ...halves,
    ...(position && { position }),
  });
  const endOld = (): Change => {
    if (old?.isExternal) return toChange("discard", { ...before });
    const survival = old && findSurvival(old, endings);
    return toChange(survival?.isCertain ? "release" : "delete", {
      ...before,
      ...(survival && { survival }),
    });
  };
  const isReplacement = group.some(({ op }) => findRole(op) === "replace");
  switch (isReplacement ? "replace" : findRole(first.op)) {
    case "create":
      return [toChange("create", { ...after })];
    case "update":
      // The engine never updates what it only looks up, so the old state is another credential's.
      return [
        old?.isExternal
          ? toChange("create", { ...after })
          : toChange("update", { ...before, ...after }),
      ];
    case "replace": {
      const isImport = group.some(({ op }) => op === "import-replacement");
      if (isImport)
        return [...(old?.isExternal ? [] : [endOld()]), toChange("import", { ...after })];
      // The new resource only looks up a credential that the stack does not manage.
      if (next?.isExternal) return [endOld()];
      if (old?.isExternal) return [toChange("create", { ...after })];
      const survival = old && findSurvival(old, endings);
      return [toChange("replace", { ...before, ...after, ...(survival && { survival }) })];
    }
    case "end":
      return [endOld()];
    case "import":
      return [toChange("import", { ...after })];
    case "read":
      return old === undefined || old.isExternal
        ? []
        : [toChange("release", { ...before, survival: onlyLookedUp })];
    default:
      return [];
  }
}

/**
 * The arguments that the credential after is compared with: those that the program asked for
 * before. Where the program now writes what the API made of them, such as the audience that
 * Tailscale chose or a subject that it rewrote, that is no change of whom an identity trusts.
 */
function chooseBaseline({ arguments: asked, answered }: State, next: State | undefined): Arguments {
  if (answered === undefined || next === undefined) return asked;
  const named = new Map(asked.named);
  for (const name of ["issuer", "subject", "audience", "customClaimRules"]) {
    const [found, wanted] = [getArgument(answered, name), getArgument(next.arguments, name)];
    if (found.is === "known" && normalizeArgument(found) === normalizeArgument(wanted))
      named.set(name, found);
  }
  return { named, others: asked.others };
}
