/**
 * What one change gives and takes, and how dangerous that is. This is the last step in this folder:
 *
 * ```text
 * steps of a preview
 *    │  relevance.ts   does the step change a credential?        ops.ts: what a step does
 *    │  grouping.ts    which steps belong to one change?
 *    │  survival.ts    does the old credential stay alive?
 *    ▼  changes.ts
 * changes, each with the arguments before and after
 *    │  credential.ts  what do the arguments mean, at worst?     read-argument.ts: what can be seen
 *    ▼
 * the credential before and the credential after
 *    │  comparison.ts  which operations and tags are gained and lost?
 *    │  life.ts        how long does it live, who may use it?    auth-key.ts, rotation.ts, trust.ts
 *    ▼  findings.ts    how dangerous is each thing that is gained?
 * findings, each with its class and its reasons
 *    │  assessment.ts  the worst finding is the class of the change
 *    ▼
 * assessment
 * ```
 */

import { type Danger, dangers, findWorst, rateOperation } from "../../access/danger";
import type { Kind } from "../../access/kinds";
import { describeScope, type Operation } from "../../access/operations";
import { listOperations, type Power } from "../../access/reach";
import type { Position } from "../input/step";
import type { Change, ChangeKind } from "./changes";
import { type Comparison, comparePower, isNewScope, keepPower } from "./comparison";
import { type Credential, findChangedArguments, getScopes, readCredential } from "./credential";
import { type Finding, findDangers } from "./findings";
import { describeLife } from "./life";

/** One changed credential, as the JSON report has it. */
export interface ReportedCredential {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  /** The danger of what is gained, by the credential or by those who may use it now. */
  readonly class: Danger;
  readonly gained: readonly string[];
  /** What is surely lost. */
  readonly lost: readonly string[];
  readonly tagsGained: readonly string[];
  readonly tagsLost: readonly string[];
  readonly life: readonly string[];
  /**
   * Arguments that cannot be seen before the deployment: those of the credential after the change,
   * or of one that is deleted.
   */
  readonly unknown: readonly string[];
  /** Arguments that cannot be seen in the credential that it is compared with. */
  readonly unknownBefore: readonly string[];
}

export interface Assessment {
  readonly reported: ReportedCredential;
  /** The reasons for its class, each in a sentence. */
  readonly reasons: readonly string[];
  /** What is gained and lost, each worded to follow "can", the worst first. */
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  /** Whether anything is more than before, including the lifetime. */
  readonly widens: boolean;
  /** The arguments that change, if the credential stays. */
  readonly changed: readonly string[];
  /** Everything it may do before and after. */
  readonly before: readonly Operation[];
  readonly after: readonly Operation[];
  readonly notUnderstood: readonly string[];
  readonly position?: Position;
}

export function assess(change: Change): Assessment {
  const before = change.before && readCredential(change.kind, change.before, "before");
  const after = change.after && readCredential(change.kind, change.after, "after");
  const isTouched = touchesCredential(change.change);
  const comparison = isTouched
    ? comparePower(change.survival, before, after)
    : keepPower(before ?? after);
  const { powerBefore, powerAfter, gain, powerEnded, powerLeft, loss } = comparison;
  const life = describeLife(change, before, after, comparison);
  const findings =
    after === undefined || !isTouched ? [] : findDangers(change.change, after, comparison, life);
  const danger = findWorst(findings.map((finding) => finding.danger));
  const widens = [
    danger !== "none",
    gain.tags.length > 0,
    // Another tailnet and more frequent use have findings, which the class contains.
    life.some((fact) => fact.widens === "users" || fact.widens === "life"),
    isTouched && after?.tags.isComplete === false,
  ];
  return {
    reported: {
      urn: change.urn,
      name: change.name,
      kind: change.kind,
      change: change.change,
      class: danger,
      gained: gain.operations.map(({ name }) => name),
      lost: loss.operations.map(({ name }) => name),
      tagsGained: gain.tags,
      tagsLost: loss.tags,
      life: [
        ...life.map(({ sentence }) => sentence),
        ...describeScopesWithoutOperations(after, comparison),
      ],
      ...listHiddenArguments(before, after),
    },
    reasons: collectReasons(findings, danger),
    gains: describeOperations(gain.operations, powerAfter, powerBefore),
    losses: describeOperations(loss.operations, powerEnded, powerLeft),
    widens: widens.includes(true),
    changed: before && after ? findChangedArguments(before, after) : [],
    before: [...new Set([...listOperations(powerBefore.scopes), ...loss.operations])],
    after: listOperations(powerAfter.scopes),
    notUnderstood: listProblems(change.name, before, after, comparison),
    ...(change.position && { position: change.position }),
  };
}

/** Whether the credential itself changes, and not only who manages it. */
function touchesCredential(change: ChangeKind): boolean {
  return change !== "import" && change !== "release" && change !== "discard";
}

/** For a credential that is deleted, only what it could do matters. */
function listHiddenArguments(
  before: Credential | undefined,
  after: Credential | undefined,
): Pick<ReportedCredential, "unknown" | "unknownBefore"> {
  const hiddenBefore = before?.hiddenArguments ?? [];
  return after === undefined
    ? {
        unknown: hiddenBefore.filter((name) => name === "scopes" || name === "tags"),
        unknownBefore: [],
      }
    : { unknown: after.hiddenArguments, unknownBefore: hiddenBefore };
}

function collectReasons(findings: readonly Finding[], danger: Danger): string[] {
  const worstOnes = findings.filter((finding) => finding.danger === danger);
  return [...new Set(worstOnes.flatMap(({ reasons }) => reasons))];
}

/** Problems of a credential that is deleted do not matter, because nothing is compared with it. */
function listProblems(
  name: string,
  before: Credential | undefined,
  after: Credential | undefined,
  { unknownScopesGained }: Comparison,
): string[] {
  const problems = after === undefined ? [] : [...(before?.problems ?? []), ...after.problems];
  return [
    ...problems.map((problem) => `${name}: ${problem}.`),
    ...unknownScopesGained.map(
      (scope) => `${name} holds the scope "${scope}", which this version does not know.`,
    ),
  ];
}

/** Scopes whose operations are not in our list. */
function describeScopesWithoutOperations(
  after: Credential | undefined,
  { powerBefore, powerAfter, unknownScopesLost }: Comparison,
): string[] {
  const areScopesVisible = after !== undefined && getScopes(after).isComplete;
  const covering = (["all", "all:read"] as const).find(
    (scope) => areScopesVisible && isNewScope(scope, powerBefore, powerAfter),
  );
  const lost = unknownScopesLost.map((scope) => JSON.stringify(scope)).join(", ");
  return [
    ...(covering === undefined
      ? []
      : [
          `Also gets every ${covering === "all" ? "operation" : "read operation"} that Tailscale adds later.`,
        ]),
    ...(lost === "" ? [] : [`Loses ${lost}, which this version does not know.`]),
  ];
}

/**
 * Describes operations by what their scopes mean, because that is what a reviewer reads. The
 * formats fold the operations themselves.
 */
function describeOperations(
  found: readonly Operation[],
  holder: Power,
  comparedWith: Power,
): string[] {
  for (const scope of ["all", "all:read"] as const) {
    if (found.length === 0 || !isNewScope(scope, comparedWith, holder)) continue;
    return [
      describeScope(scope) ?? scope,
      ...(scope === "all:read" ? describeScopes(found.filter(({ writes }) => writes)) : []),
    ];
  }
  return describeScopes(found);
}

/** The worst first. */
function describeScopes(found: readonly Operation[]): string[] {
  const byDanger = found.toSorted(
    (a, b) => dangers.indexOf(rateOperation(b)) - dangers.indexOf(rateOperation(a)),
  );
  return [...new Set(byDanger.map(({ scope }) => scope))].flatMap(
    (scope) => describeScope(scope) ?? [],
  );
}
