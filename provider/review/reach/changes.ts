/**
 * Finds what each credential gains and loses in reach, through a change of itself or of the policy
 * file.
 */

import { parseName } from "../../access/urn";
import { normalizeTag } from "../../policy-file/selector";
import { findGains, type Gain } from "../../reach/difference";
import type { Network } from "../../reach/network";
import { findNamedStarts, findWaysTo, isPossible, type Way } from "../../reach/questions";
import { findAbilities } from "../../reach/scope-steps";
import { findPath, rememberSpreads, type SpreadFrom } from "../../reach/spread";
import type { CredentialStart, Start } from "../../reach/starts";
import { parseTarget } from "../../reach/targets";
import { findNames } from "../../reach/uses";
import { describeRemark, describeStart, describeTarget } from "../../reach/words";
import type { Step } from "../input/step";
import type { Change } from "../verdict/changes";
import { readCredential } from "../verdict/credential";
import { judgeRelevance } from "../verdict/relevance";
import { toStart } from "./credential-starts";
import { findPolicies, type GivenPolicy, getNetworkAfter, type Policies } from "./policies";

export interface ReachOptions {
  readonly policy?: GivenPolicy | undefined;
  readonly policyBefore?: GivenPolicy | undefined;
  /**
   * The tailnet's current policy file, used where neither the two above nor the preview have one.
   */
  readonly tailnetPolicy?: GivenPolicy | undefined;
  /** The tailnet's own domains, if the user gives them. */
  readonly domains?: readonly string[] | undefined;
  /** Credentials that the preview does not show, for example those in the stack's state. */
  readonly others?: readonly CredentialStart[] | undefined;
  /** Targets that no credential may reach after the change. */
  readonly deny?: readonly string[] | undefined;
}

/** What somebody gains and loses in reach. */
export interface ReachChange {
  /** The name for people. */
  readonly name: string;
  readonly start: Start;
  /** Undefined for anything but a credential of the stack. */
  readonly urn?: string;
  readonly gained: readonly Gain[];
  readonly lost: readonly Gain[];
}

export interface Denied {
  readonly name: string;
  readonly target: string;
  readonly ways: readonly Way[];
}

export type ReviewedReach =
  | { readonly is: "unknown"; readonly sentence: string }
  | {
      readonly is: "known";
      readonly from: string;
      /** The file that the line numbers refer to; undefined without a file. */
      readonly file?: string;
      /** The URN of the resource whose policy file was read. */
      readonly urn?: string;
      /** The network before the change; undefined if it is not known. */
      readonly before: Network | undefined;
      readonly notes: readonly string[];
      /** The changes in reach of credentials that change. */
      readonly byChange: ReadonlyMap<Change, ReachChange>;
      /**
       * The changes in reach of credentials that do not change, of tags that none of them has, and
       * of people.
       */
      readonly others: readonly ReachChange[];
      readonly denied: readonly Denied[];
      readonly notUnderstood: readonly string[];
    };

export function compareReach(
  steps: readonly Step[],
  changes: readonly Change[],
  options: ReachOptions,
): ReviewedReach | { readonly problem: string } {
  const found = findPolicies(steps, {
    after: options.policy,
    before: options.policyBefore,
    tailnet: options.tailnetPolicy,
    domains: options.domains,
  });
  if ("problem" in found) return found;
  if ("none" in found)
    return {
      is: "unknown",
      sentence:
        "Reach is not reviewed, because no policy file is known. Give the new file with --policy and the old one with --policy-before, or read the tailnet's own with --tailnet-policy.",
    };
  const after = getNetworkAfter(found.after);
  // An unknown policy file before the change counts as one that opens nothing.
  const before = "network" in found.before ? found.before.network : undefined;
  const isSame = "network" in found.before && "network" in found.after && before === after;
  const spreadAfter = rememberSpreads(after);
  const spreadBefore = isSame ? spreadAfter : before && rememberSpreads(before);
  const compare = (was: Start | undefined, is: Start | undefined, name: string, urn?: string) => {
    const [old, next] = [was && spreadBefore?.(was), is && spreadAfter(is)];
    const start = is ?? was ?? { kind: "Machine" as const, name, tags: [] };
    return {
      name,
      start,
      ...(urn !== undefined && { urn }),
      gained: findGains(old, next),
      lost: findGains(next, old),
    };
  };
  const byChange = new Map(
    changes.map((change) => {
      const { was, is } = findStarts(change);
      return [change, compare(was, is, change.name, change.urn)] as const;
    }),
  );
  const standing = findUnchangedCredentials(steps, changes, options.others ?? []);
  const known = [...changes.flatMap((change) => findStarts(change).is ?? []), ...standing];
  const others = [
    ...(isSame ? [] : standing).map((start) => compare(start, start, start.name, start.urn)),
    ...(isSame ? [] : findFreeTags(known, [before, after])).map((start) =>
      compare(start, start, start.name),
    ),
    ...(isSame
      ? []
      : dropRepeated(
          findPeople(before, after).map((start) => compare(start, start, describeStart(start))),
          before === undefined ? [after] : [before, after],
        )),
  ].filter(({ gained, lost }) => gained.length > 0 || lost.length > 0);
  const denied = findDeniedReach(options.deny ?? [], known, after, spreadAfter);
  if ("problem" in denied) return denied;
  return {
    is: "known",
    from: found.from,
    ...(found.file !== undefined && { file: found.file }),
    ...(found.urn !== undefined && { urn: found.urn }),
    before,
    notes: [
      ...found.notes,
      ...findNewRemarks(before, after),
      ...(options.deny !== undefined && known.length === 0
        ? [
            "--deny checks nothing, because no credential is known. Give the stack's credentials with --state.",
          ]
        : []),
    ],
    byChange,
    others,
    denied: denied.denied,
    notUnderstood: listNotUnderstood(found),
  };
}

/** What the policy file newly gives to machines in addition to its rules. */
function findNewRemarks(before: Network | undefined, after: Network): string[] {
  const known = new Set(before?.remarks.map(({ sentence }) => sentence));
  return after.remarks.filter(({ sentence }) => !known.has(sentence)).map(describeRemark);
}

/** The credential before and after. One that only changes its manager is the same on both sides. */
function findStarts(change: Change): {
  readonly was: CredentialStart | undefined;
  readonly is: CredentialStart | undefined;
} {
  const { kind, urn, name, position, survival } = change;
  const named = { urn, name, ...(position && { position }) };
  const was =
    change.before && toStart(readCredential(kind, change.before, "before"), "before", named);
  const is = change.after && toStart(readCredential(kind, change.after, "after"), "after", named);
  if (change.change === "import") return { was: is, is };
  if (change.change === "release" || change.change === "discard") return { was, is: was };
  // A credential that may stay alive is not certainly lost.
  return survival !== undefined && is === undefined ? { was, is: was } : { was, is };
}

/** The unchanged credentials that the preview or a state shows. */
function findUnchangedCredentials(
  steps: readonly Step[],
  changes: readonly Change[],
  given: readonly CredentialStart[],
): CredentialStart[] {
  const changed = new Set(changes.map(({ urn }) => urn));
  const standing = new Map<string, CredentialStart>();
  for (const start of given)
    if (start.urn === undefined || !changed.has(start.urn))
      standing.set(start.urn ?? start.id ?? start.name, start);
  for (const step of steps) {
    const relevance = judgeRelevance(step);
    const state = step.new ?? step.old;
    if (relevance.is !== "credential" || changed.has(step.urn) || state === undefined) continue;
    const credential = readCredential(relevance.kind, state.arguments, "after");
    standing.set(
      step.urn,
      toStart(credential, "after", { urn: step.urn, name: parseName(step.urn) }),
    );
  }
  return [...standing.values()];
}

/**
 * People and addresses that a policy file names, and users who join or leave a group. Those that
 * stand for more people come first.
 */
function findPeople(before: Network | undefined, after: Network): Start[] {
  const networks = before === undefined ? [after] : [before, after];
  const named = networks.flatMap(findNamedStarts).filter(({ kind }) => kind !== "Machine");
  const getMembers = (group: string, network: Network | undefined) =>
    new Set(network?.groups.get(group) ?? []);
  const moved = networks.flatMap(({ groups }) =>
    [...groups].flatMap(([group, members]) => {
      const [was, is] = [getMembers(group, before), getMembers(group, after)];
      return before === undefined ? [] : members.filter((one) => was.has(one) !== is.has(one));
    }),
  );
  const starts = new Map<string, Start>(
    [...named, ...moved.map((name): Start => ({ kind: "Person", name }))].map((start) => [
      `${start.kind} ${start.name}`,
      start,
    ]),
  );
  return ["*", "autogroup:member", ""]
    .map((name) => [...starts.values()].filter((start) => rankStart(start) === name))
    .flatMap((alike) => [...alike.filter(isMany), ...alike.filter((start) => !isMany(start))]);
}

function rankStart({ name }: Start): string {
  return name === "*" || name === "autogroup:member" ? name : "";
}

/** Whether it is a group, a role or a domain. */
function isMany({ kind, name }: Start): boolean {
  return kind === "Person" && name.includes(":");
}

/** Removes changes that are already reported for the person's group. */
function dropRepeated(
  changes: readonly ReachChange[],
  networks: readonly Network[],
): ReachChange[] {
  const told = new Map<string, Set<string>>();
  return changes.map((change) => {
    const { start, gained, lost } = change;
    const key = (gain: Gain, way: string) =>
      [
        way,
        describeTarget(gain.to, gain.openings, gain.isPart),
        JSON.stringify([gain.use.at, gain.conditions]),
      ].join(" ");
    told.set(
      start.name,
      new Set([...gained.map((one) => key(one, "+")), ...lost.map((one) => key(one, "-"))]),
    );
    const kind = start.kind === "Addresses" ? ("address" as const) : ("person" as const);
    // What somebody gains by joining a group is not a gain of the group.
    const wider = networks
      .map((network) => findNames({ kind, name: start.name }, network))
      .reduce((names, others) => names.filter((name) => others.includes(name)))
      .filter((name) => name !== start.name);
    const isNew = (gain: Gain, way: string) =>
      !isPossible(findPath(gain.by)[0]) && !wider.some((one) => told.get(one)?.has(key(gain, way)));
    return {
      ...change,
      gained: gained.filter((gain) => isNew(gain, "+")),
      lost: lost.filter((gain) => isNew(gain, "-")),
    };
  });
}

/**
 * Tags under which no known credential can admit machines. A credential that is not shown here, or
 * an existing machine, may have them.
 */
function findFreeTags(
  known: readonly CredentialStart[],
  networks: readonly (Network | undefined)[],
): CredentialStart[] {
  const admitting = known.filter(
    ({ kind, scopes, hides }) =>
      kind === "AuthKey" ||
      hides?.scopes === true ||
      findAbilities(scopes).scopeFor("makes auth keys") !== undefined,
  );
  const held = new Set(admitting.flatMap(({ tags }) => tags.map(normalizeTag)));
  const defined = networks.flatMap((network) => [...(network?.ownership.defined ?? [])]);
  return [...new Set(defined)]
    .filter((tag) => !held.has(tag))
    .map((tag) => ({
      kind: "OAuthClient",
      name: `a client with auth_keys and ${tag}`,
      scopes: ["auth_keys"],
      tags: [tag],
    }));
}

function findDeniedReach(
  targets: readonly string[],
  starts: readonly CredentialStart[],
  network: Network,
  spreadFrom: SpreadFrom,
): { readonly denied: readonly Denied[] } | { readonly problem: string } {
  const denied: Denied[] = [];
  for (const text of targets) {
    const target = parseTarget(text, network);
    if ("problem" in target) return { problem: `--deny: ${target.problem}` };
    for (const start of starts) {
      const ways = findWaysTo(start, spreadFrom(start), target);
      if (ways.length > 0) denied.push({ name: start.name, target: text, ways });
    }
  }
  return { denied };
}

function listNotUnderstood({ before, after, from }: Policies): string[] {
  const is = describeSide(after, from);
  const was = describeSide(before, from);
  const earlier = describeSide(before, `${from} before the change`);
  // A sentence that is true of both files is only reported for the new one.
  return [...new Set([...is, ...earlier.filter((_, at) => !is.includes(was[at] ?? ""))])];
}

function describeSide(side: Policies["after"], from: string): string[] {
  if ("unknown" in side)
    return [`${side.unknown[0]?.toUpperCase() ?? ""}${side.unknown.slice(1)}.`];
  return side.network.notUnderstood.map(
    ({ place, reason, counts }) =>
      `${from}: ${place.path || "the file"} ${reason} (line ${place.line}), so it counts as ${counts === "everything" ? "everything" : "everything that it could name"}.`,
  );
}
