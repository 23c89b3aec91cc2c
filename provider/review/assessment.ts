/** What one change gives and takes, and how much that matters. */

import { classOf, type Danger, worst } from "../access/danger";
import { meaningOf, type Operation } from "../access/operations";
import { gained, operationsOf, type Power, usesOfTagsWith } from "../access/reach";
import { knownScopes, legacyScopes } from "../access/scopes";
import type { Change, ChangeKind } from "./changes";
import { type Credential, changedArguments, credentialFrom, type Kind } from "./credential";
import { lifeOf } from "./life";
import type { Position } from "./step";

/** One changed credential, as the JSON report has it. */
export interface ReportedCredential {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  /** That of what is gained, by the credential or by those who may use it now. */
  readonly class: Danger;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly tagsGained: readonly string[];
  readonly tagsLost: readonly string[];
  readonly life: readonly string[];
  /** Arguments that are not known before the deployment. */
  readonly unknown: readonly string[];
}

export interface Assessment {
  readonly reported: ReportedCredential;
  /** Why it is of its class, a sentence each. */
  readonly reasons: readonly string[];
  /** What is gained and lost in words, each after "may". */
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  /** Whether anything is wider than before, a longer life included. */
  readonly widens: boolean;
  /** The arguments that change, of a credential that stays. */
  readonly changed: readonly string[];
  /** Everything it may do before and after. */
  readonly before: readonly Operation[];
  readonly after: readonly Operation[];
  readonly notUnderstood: readonly string[];
  readonly position?: Position;
}

const nothing: Power = { scopes: [], tags: [] };

export function assess(change: Change): Assessment {
  const before = change.old && credentialFrom(change.kind, change.old, "before");
  const after = change.new && credentialFrom(change.kind, change.new, "after");
  // In another tailnet nothing that it could do in this one is left.
  const isMoved =
    before !== undefined && after !== undefined && before.connection !== after.connection;
  const had = before ?? nothing;
  const has = after === undefined ? nothing : worstPower(after);
  const gain = gained(isMoved ? nothing : had, has);
  // Scopes that may be all of them lose nothing that is known.
  const lost = gained(isMoved ? nothing : has, had);
  const life = lifeOf(change.change, before, after);
  const strange = after === undefined ? [] : strangeScopes(isMoved ? undefined : before, after);

  const ways = [
    powerGained(
      gain.operations,
      isMoved ? nothing : had,
      has,
      after?.unknown.includes("scopes") === true,
    ),
    ...(after === undefined
      ? []
      : [tagsGained(before, after, gain.tags), useGained(change, after, life)]),
    ...(strange.length > 0
      ? [
          {
            danger: "admin" as const,
            reasons: [`It gains what this version does not know: ${strange.join(", ")}.`],
          },
        ]
      : []),
  ];
  const danger = worst(ways.map((way) => way.danger));
  return {
    reported: {
      urn: change.urn,
      name: change.name,
      kind: change.kind,
      change: change.change,
      class: danger,
      gained: gain.operations.map(({ name }) => name),
      lost: lost.operations.map(({ name }) => name),
      tagsGained: gain.tags,
      // Of tags that are not known yet nobody can say that they are gone.
      tagsLost: after?.unknown.includes("tags") ? [] : lost.tags,
      life: [
        ...life.map(({ sentence }) => sentence),
        ...(after?.unknown.includes("scopes") ? [] : laterOperations(had, has)),
        ...unseenScopes(before, after),
      ],
      unknown: after?.unknown ?? before?.unknown ?? [],
    },
    reasons: [
      ...new Set(ways.filter((way) => way.danger === danger).flatMap((way) => way.reasons)),
    ],
    gains: inWords(gain.operations, has, had),
    losses: inWords(lost.operations, had, has),
    widens:
      danger !== "none" ||
      gain.tags.length > 0 ||
      life.some(({ widens }) => widens !== undefined) ||
      (after?.unknown.length ?? 0) > 0,
    changed: before && after ? changedArguments(before, after) : [],
    before: operationsOf(had.scopes),
    after: operationsOf(has.scopes),
    notUnderstood: strange.map(
      (scope) => `${change.name} holds the scope "${scope}", which this version does not know.`,
    ),
    ...(change.position && { position: change.position }),
  };
}

/** Scopes that are not known yet may be all of them. */
function worstPower({ scopes, tags, unknown }: Credential): Power {
  return { scopes: unknown.includes("scopes") ? [...scopes, "all"] : scopes, tags };
}

interface Way {
  readonly danger: Danger;
  readonly reasons: readonly string[];
}

const noWay: Way = { danger: "none", reasons: [] };

function powerGained(
  operations: readonly Operation[],
  before: Power,
  after: Power,
  isUnknown: boolean,
): Way {
  if (isUnknown && operations.length > 0)
    return { danger: "admin", reasons: ["Its scopes are not known yet, so it may get every one."] };
  return classOf(operations, isNew("all", before, after));
}

/** A tag matters where the scopes let the credential do something with it; `all` could do that with every tag before. */
function tagsGained(
  before: Credential | undefined,
  after: Credential,
  tags: readonly string[],
): Way {
  const isUnknown = after.unknown.includes("tags");
  if ((tags.length === 0 && !isUnknown) || before?.scopes.includes("all")) return noWay;
  const named = isUnknown ? "tags that are not known yet" : tags.join(", ");
  if (after.kind === "AuthKey")
    return { danger: "write", reasons: [`It admits machines under ${named}.`] };
  const { uses, passesOn } = usesOfTagsWith(worstPower(after).scopes, named);
  return uses.length === 0
    ? noWay
    : { danger: passesOn ? "persist" : "write", reasons: [`It may ${uses.join(", and ")}.`] };
}

/** Who may use it now and could not before, or more often than before. */
function useGained(change: Change, after: Credential, life: ReturnType<typeof lifeOf>): Way {
  if (life.some(({ widens }) => widens === "users")) {
    const all = worstPower(after).scopes;
    const whole =
      after.kind === "AuthKey" ? keyUse : classOf(operationsOf(all), all.includes("all"));
    return {
      danger: whole.danger,
      reasons: ["Those who may use it now gain all that it can do.", ...whole.reasons],
    };
  }
  // A new key with tags has its reason in them.
  const isNewKey =
    after.kind === "AuthKey" && change.change === "create" && after.tags.length === 0;
  return isNewKey || life.some(({ widens }) => widens === "use") ? keyUse : noWay;
}

const keyUse: Way = { danger: "write", reasons: ["It admits machines to the tailnet."] };

/** Whether `after` holds one of the two scopes that cover others, and nothing before covered as much. */
function isNew(scope: "all" | "all:read", before: Power, after: Power): boolean {
  return (
    after.scopes.includes(scope) && !before.scopes.includes(scope) && !before.scopes.includes("all")
  );
}

/** What is gained by `all` and `all:read` beyond the operations that there are today. */
function laterOperations(before: Power, after: Power): string[] {
  if (isNew("all", before, after)) return ["Gets every operation that Tailscale adds later, too."];
  return isNew("all:read", before, after)
    ? ["Gets every read that Tailscale adds later, too."]
    : [];
}

function strangeScopes(before: Credential | undefined, after: Credential): string[] {
  return after.scopes.filter(
    (scope) =>
      !knownScopes.includes(scope) && !legacyScopes.has(scope) && !before?.scopes.includes(scope),
  );
}

function unseenScopes(before: Credential | undefined, after: Credential | undefined): string[] {
  if (before === undefined) return [];
  const gone = strangeScopes(after, before);
  return gone.length === 0
    ? []
    : [`Loses ${gone.map((scope) => `"${scope}"`).join(", ")}, which this version does not know.`];
}

/** Operations by the meaning of the scopes that open them: a person reads that, and folds the operations away. */
function inWords(found: readonly Operation[], holder: Power, other: Power): string[] {
  for (const scope of ["all", "all:read"] as const) {
    if (found.length === 0 || !isNew(scope, other, holder)) continue;
    return [
      meaningOf(scope) ?? scope,
      ...(scope === "all:read" ? meanings(found.filter(({ writes }) => writes)) : []),
    ];
  }
  return meanings(found);
}

function meanings(found: readonly Operation[]): string[] {
  return [...new Set(found.map(({ scope }) => scope))].flatMap((scope) => meaningOf(scope) ?? []);
}
