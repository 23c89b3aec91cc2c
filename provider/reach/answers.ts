/** Answers about reach as plain data, from which every output format is generated. */

import { describeUsers } from "../access/trusted";
import { formatCount } from "../access/word-list";
import type { Gain } from "./difference";
import type { How, Source, Step } from "./model";
import { findWaysFrom, isPossible, type Way } from "./questions";
import { findPath, type Spread } from "./spread";
import type { CredentialStart, Start } from "./starts";
import {
  describeConditions,
  describeNode,
  describeStart,
  describeSteps,
  describeTarget,
  describeUse,
  findTurns,
} from "./words";

export interface Row {
  /** What is reached, who somebody can become, or who reaches it. */
  readonly what: string;
  /** The way there. */
  readonly by: string;
  readonly conditions: string;
  readonly places: readonly Source[];
  /** The number of steps before it. */
  readonly hops: number;
}

export interface Section {
  readonly label: string;
  readonly rows: readonly Row[];
}

export interface Answer {
  readonly headline: string;
  readonly sections: readonly Section[];
  /** Further notes, one sentence each. */
  readonly notes: readonly string[];
  /** For drawing the graph. */
  readonly ways: readonly Way[];
}

/** The labels of what opens, most important first. */
const labels: readonly (readonly [How, string])[] = [
  ["rewrites", "everything"],
  ["logs in", "logs in"],
  ["reaches", "reaches"],
  ["takes the address", "by address"],
  ["is reached by", "moves"],
  ["stands for", "stands for"],
];

/** Everything that a start reaches. */
export function answerWhatIsReached(start: Start, spread: Spread): Answer {
  const ways = findWaysFrom(start, spread);
  const becomes = listBecomes(spread);
  const sections = [
    ...(becomes.length > 0 ? [{ label: "becomes", rows: becomes }] : []),
    ...labels.flatMap(([how, label]) => {
      const rows = mergeRows(ways.filter(({ use }) => use.how === how).map(toReachedRow));
      return rows.length > 0 ? [{ label, rows }] : [];
    }),
  ];
  const destinations = new Set(
    ways.filter(({ use }) => use.how !== "stands for").map((way) => toReachedRow(way).what),
  );
  const isEverything = ways.some(({ use }) => use.how === "rewrites");
  const areMany = start.kind === "Machine" && start.name.startsWith("tag:");
  const verb = areMany ? "reach" : "reaches";
  const reached = isEverything
    ? "can reach everything"
    : destinations.size === 0
      ? `${verb} nothing over the network`
      : `${verb} ${formatCount(destinations.size, "destination")}`;
  const through =
    becomes.length > 0 && !isEverything ? ` through ${formatCount(becomes.length, "tag")}` : "";
  return {
    headline: `${describeHolder(start)} ${reached}${through}.`,
    sections,
    notes: listNotes(start, spread),
    ways,
  };
}

function listBecomes({ became }: Spread): Row[] {
  const seen = new Set<string>();
  return became.flatMap((one): Row[] => {
    const { node, hops, conditions } = one;
    // Only a machine reaches something; a set of tags adds nothing to what its single tags have.
    if (!("tags" in node) || node.kind !== "machine" || hops === 0) return [];
    const steps = findPath(one);
    const key = describeNode(node) + describeConditions(conditions);
    const isBundle = node.tags.length > 1 && findTurns(steps).length > 0;
    if (isBundle || seen.has(key)) return [];
    seen.add(key);
    const turns = findTurns(steps);
    const last = turns.at(-1)?.because.inShort;
    const by =
      turns.length < 2 ? (last ?? "") : `${last}; before it ${describeSteps(steps.slice(0, -1))}`;
    return [
      {
        what: describeNode(node),
        by: by === "" ? (node.tags.length === 1 ? "its own tag" : "exactly its own tags") : by,
        conditions: describeConditions(conditions),
        places: findTurns(steps).map(({ because }) => because.at),
        hops,
      },
    ];
  });
}

function toReachedRow({ by, use, destination, conditions, steps }: Way): Row {
  return {
    what: describeTarget(destination.to, destination.openings),
    by: describeUse(use, by.node).replace(/\.$/, ""),
    conditions: describeConditions(conditions),
    places: [use.at],
    hops: steps.length,
  };
}

/** Merges rows that say the same about the same target, and keeps all their places. */
function mergeRows(rows: readonly Row[]): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify([row.what, row.by, row.conditions]);
    const known = found.get(key);
    found.set(
      key,
      known === undefined ? row : { ...known, places: [...known.places, ...row.places] },
    );
  }
  return [...found.values()];
}

/** Who reaches a target, once for each rule. */
export function answerWhoReaches(text: string, all: readonly Way[]): Answer {
  // Roles and tags are starts themselves, so we do not repeat them for each user.
  const ways = all.filter(({ steps: [first] }) => !isPossible(first));
  if (ways.length === 0) return answerWithWays(text, all, []);
  return answerWithWays(text, ways, all.length > ways.length ? [mayBeThese] : []);
}

const mayBeThese =
  "Users and addresses that the policy file names may be among these as well. It does not say so, so they are not listed again.";

function answerWithWays(text: string, ways: readonly Way[], notes: readonly string[]): Answer {
  const isCredential = ({ start }: Way) => "scopes" in start;
  const credentials = ways.filter(isCredential);
  const people = ways.filter(({ start }) => start.kind === "Person");
  const machines = ways.filter(({ start }) => start.kind === "Machine");
  const addresses = ways.filter(({ start }) => start.kind === "Addresses");
  const parts = [
    [credentials, "API credential"],
    [people, "person or group"],
    [machines, "tag"],
    [addresses, "address range"],
  ] as const;
  const begin = parts
    .filter(([list]) => list.length > 0)
    .map(([list, what]) => `${list.length} from ${what === "API credential" ? "an" : "a"} ${what}`);
  return {
    headline:
      ways.length === 0
        ? `Nobody reaches ${text}.`
        : `${formatCount(ways.length, "way")} to ${text}: ${begin.join(", ")}.`,
    sections: [
      toSection("credentials", credentials),
      toSection("people", people),
      toSection("machines", machines),
      toSection("addresses", addresses),
    ].flat(),
    notes: ways.length === 0 ? [] : [...listWorkloads(credentials), ...notes],
    ways,
  };
}

function toSection(label: string, ways: readonly Way[]): Section[] {
  return ways.length > 0 ? [{ label, rows: ways.map(toWayRow) }] : [];
}

function toWayRow(way: Way): Row {
  const { start, steps, by, use, destination, conditions } = way;
  const path = describeSteps(steps);
  const opened = describeTarget(destination.to, destination.openings);
  const reason = use.how === "rewrites" ? (use.why ?? "") : `${verbs[use.how]} ${opened}`;
  const as =
    use.how === "rewrites" || findTurns(steps).length > 0 ? "" : describeActor(start, by.node);
  return {
    what: describeStart(start) + describeManagement(start),
    by:
      [path === "" ? "" : `as ${path}`, `${as}${reason}`].filter((one) => one !== "").join(", ") +
      describeReason(way),
    conditions: describeConditions(conditions),
    places: [...findTurns(steps).map(({ because }) => because.at), use.at],
    hops: steps.length,
  };
}

function describeReason({ use }: Way): string {
  return use.how === "rewrites" || use.why === undefined ? "" : `. ${use.why.replace(/\.$/, "")}`;
}

function describeActor(start: Start, node: Way["by"]["node"]): string {
  const name = describeNode(node);
  return name === start.name ? "" : `as ${name} `;
}

const verbs: Readonly<Record<How, string>> = {
  is: "is",
  makes: "makes",
  admits: "admits",
  retags: "gives its tags to",
  reaches: "reaches",
  "logs in": "logs in on",
  "stands for": "stands for",
  "takes the address": "reaches",
  "is reached by": "reaches",
  rewrites: "rewrites",
};

/** The paths of some ways, step by step. */
export function answerBetween(start: Start, text: string, ways: readonly Way[]): Answer {
  return {
    headline:
      ways.length === 0
        ? `${describeStart(start)} does not reach ${text}.`
        : `${formatCount(ways.length, "way")} from ${describeStart(start)} to ${text}, the shortest first.`,
    sections: ways.map((way, at) => ({
      label: `${at + 1}`,
      rows: [
        ...way.steps.map(toStepRow),
        {
          ...toReachedRow(way),
          what: `${verbs[way.use.how]} ${describeTarget(way.destination.to, way.destination.openings)}`,
        },
      ],
    })),
    notes: listWorkloads(ways),
    ways,
  };
}

function toStepRow({ how, to, because, conditions }: Step, hops: number): Row {
  return {
    what: `${verbs[how]} ${"tags" in to ? `${chooseArticle(to.kind)} ${to.kind} of ` : ""}${describeNode(to)}`,
    by: because.inShort,
    conditions: describeConditions(conditions),
    places: [because.at],
    hops,
  };
}

function chooseArticle(noun: string): string {
  return /^[aeiou]/.test(noun) ? "an" : "a";
}

/** One line for each credential, with the most important fact about it. */
export interface Summary {
  readonly start: CredentialStart;
  readonly becomes: readonly string[];
  /** How many it reaches through the network; `"everything"` if it can rewrite the rules. */
  readonly destinations: number | "everything";
  /** The most important fact, in a few words. */
  readonly most: string;
}

export function summarize(start: CredentialStart, spread: Spread): Summary {
  const ways = findWaysFrom(start, spread);
  const becomes = listBecomes(spread).map(({ what }) => what);
  const [rewriting] = ways.filter(({ use }) => use.how === "rewrites");
  const destinations = new Set(
    ways
      .filter(({ use }) => use.how !== "stands for" && use.how !== "rewrites")
      .map((way) => toReachedRow(way).what),
  );
  const login = ways.find(({ use }) => use.how === "logs in");
  const all = ways.find(({ destination }) => destination.to.isEverything);
  const moved = ways.find(({ use }) => use.how === "is reached by");
  const furthest = ways.filter(({ use }) => use.how === "reaches").at(-1);
  const most = rewriting
    ? (rewriting.use.why ?? "everything")
    : all
      ? `everything, ${describeUse(all.use, all.by.node)}`
      : moved
        ? `any machine: ${toReachedRow(moved).what}`
        : login
          ? `logs in on ${toReachedRow(login).what}`
          : furthest
            ? `${toReachedRow(furthest).what} ${describeUse(furthest.use, furthest.by.node)}`
            : (spread.asides[0] ?? "nothing over the network");
  return {
    start,
    becomes,
    destinations: rewriting === undefined && all === undefined ? destinations.size : "everything",
    most,
  };
}

/** A gain or loss in words: `"tag:db:5432 (tcp), as tag:web, which …"`. */
export function describeGain({
  by,
  use,
  to,
  isPart,
  openings,
  conditions,
  otherWays,
}: Gain): string {
  const target = describeTarget(to, openings, isPart);
  const path = describeSteps(findPath(by));
  const reason = use.how === "rewrites" ? (use.why ?? "") : use.why;
  const parts = [
    use.how === "rewrites" ? "" : `as ${path === "" ? describeNode(by.node) : path}`,
    ...(reason === undefined ? [] : [reason.replace(/\.$/, "")]),
    ...(conditions.length > 0 ? [describeConditions(conditions)] : []),
    ...(otherWays > 0 ? [`and by ${formatCount(otherWays, "other way")}`] : []),
  ];
  const what = use.how === "stands for" ? `stands for ${target}` : target;
  return `${what} (${parts.filter((one) => one !== "").join("; ")})`;
}

function describeHolder(start: Start): string {
  if (!("scopes" in start)) return describeStart(start);
  const { scopes, tags } = start;
  const held = [
    ...(scopes.length > 0 ? [scopes.join(", ")] : []),
    ...(tags.length > 0 ? [tags.join(", ")] : []),
  ];
  return `${describeStart(start)}${held.length > 0 ? ` with ${held.join(" and ")}` : ""}${describeManagement(start)}`;
}

function describeManagement(start: Start): string {
  return "isManaged" in start && start.isManaged === false ? " (unmanaged)" : "";
}

function listNotes(start: Start, spread: Spread): string[] {
  if (spread.became.some(({ last }) => isPossible(last?.step)))
    return [
      "A policy file does not say who has a role or is in a group of an identity provider, so what these reach is marked with perhaps. --machines and --devices know the roles of users.",
    ];
  if (!("scopes" in start)) return [];
  const hidden = [
    ...(start.hides?.scopes ? ["Its scopes cannot be seen, so they count as every scope."] : []),
    ...(start.hides?.tags ? ["Its tags cannot be seen, so they count as every tag."] : []),
  ];
  const approval =
    start.kind === "AuthKey" && start.preauthorized === false
      ? ["If the tailnet requires device approval, its machines wait for it."]
      : [];
  const asides = spread.asides.map((aside) => `It can ${aside}.`);
  const onlyReads =
    start.scopes.length > 0 && start.scopes.every((scope) => scope.endsWith(":read"));
  return [
    ...hidden,
    ...approval,
    describeHolders(start),
    ...asides,
    ...(onlyReads && !start.hides?.scopes ? ["Its scopes can only read."] : []),
  ];
}

function describeHolders(start: CredentialStart): string {
  if (start.kind === "FederatedIdentity")
    return start.trusted === undefined
      ? "Who can use it is not known."
      : `Who can use it: ${describeUsers(start.trusted)}.`;
  return "Who can use it: everybody who has its secret.";
}

function listWorkloads(ways: readonly Way[]): string[] {
  const starts = new Map(ways.map(({ start }) => [start.name, start]));
  return [...starts.values()].flatMap((start) =>
    start.kind === "FederatedIdentity" ? [`${start.name}: ${describeHolders(start)}`] : [],
  );
}
