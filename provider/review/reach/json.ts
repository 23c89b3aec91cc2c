/** Converts answers about reach for programs: nodes, edges and reasons, in a stable order. */

import { describeGain } from "../../reach/answers";
import type { Gain } from "../../reach/difference";
import type { Condition, Node, Source, Step } from "../../reach/model";
import type { Way } from "../../reach/questions";
import { findPath, type Spread } from "../../reach/spread";
import type { Start } from "../../reach/starts";
import { describeTarget } from "../../reach/words";

export interface JsonEdge {
  readonly from: string;
  readonly to: string;
  readonly how: string;
  readonly because: { readonly sentence: string; readonly at: Source };
  readonly conditions: readonly Condition[];
  /** The number of steps before it. */
  readonly hops: number;
}

export interface JsonReach {
  readonly name: string;
  readonly kind: string;
  readonly id?: string;
  readonly urn?: string;
  readonly managed?: boolean;
  readonly scopes?: readonly string[];
  readonly tags?: readonly string[];
  readonly nodes: readonly (Node | { readonly kind: "target"; readonly name: string })[];
  readonly edges: readonly JsonEdge[];
  /** What it can change apart from the network, each worded to follow "can". */
  readonly alsoCan: readonly string[];
}

export function toJsonReach(start: Start, spread: Spread, ways: readonly Way[]): JsonReach {
  const targets = new Map(
    ways.map(({ destination }) => {
      const name = describeTarget(destination.to, destination.openings);
      return [name, { kind: "target" as const, name }];
    }),
  );
  const edges = [
    ...spread.became.flatMap(({ last, otherSteps, hops }) =>
      [...(last === undefined ? [] : [last.step]), ...otherSteps].map((step) =>
        toStepEdge(step, hops - 1),
      ),
    ),
    ...ways.map(toWayEdge),
  ];
  const nodes = new Map(spread.became.map(({ node }) => [formatNodeId(node), node] as const));
  return {
    name: start.name,
    kind: start.kind,
    ...("id" in start && start.id !== undefined && { id: start.id }),
    ...("urn" in start && start.urn !== undefined && { urn: start.urn }),
    ...("isManaged" in start && start.isManaged !== undefined && { managed: start.isManaged }),
    ...("scopes" in start && { scopes: start.scopes }),
    ...("tags" in start && { tags: start.tags }),
    nodes: [...sortByKey(nodes), ...sortByKey(targets)],
    edges: edges
      .map((edge) => [JSON.stringify(edge), edge] as const)
      .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
      .map(([, edge]) => edge),
    alsoCan: spread.asides,
  };
}

/** A way from somebody to a target. */
export interface JsonWay {
  readonly from: { readonly kind: string; readonly name: string };
  readonly to: string;
  /** The number of steps before the rule that opens the target. */
  readonly hops: number;
  readonly edges: readonly JsonEdge[];
  readonly conditions: readonly Condition[];
}

/** Converts a way to its steps and the rule at its end. */
export function toJsonWay(way: Way): JsonWay {
  const { start, steps, destination, conditions } = way;
  return {
    from: { kind: start.kind, name: start.name },
    to: describeTarget(destination.to, destination.openings),
    hops: steps.length,
    edges: [...steps.map(toStepEdge), toWayEdge(way)],
    conditions,
  };
}

export interface JsonGain {
  readonly target: string;
  /** The way in words. */
  readonly by: string;
  readonly edges: readonly JsonEdge[];
  readonly conditions: readonly Condition[];
}

/** Converts a gain or loss, with the steps that cause it. */
export function toJsonGain(gain: Gain): JsonGain {
  const { by, use, to, isPart, openings, conditions } = gain;
  const steps = findPath(by);
  const target = describeTarget(to, openings, isPart);
  const last = {
    from: formatNodeId(by.node),
    to: target,
    how: use.how,
    because: { sentence: use.why ?? `A rule opens ${target} to it.`, at: use.at },
    conditions,
    hops: steps.length,
  };
  return {
    target,
    by: describeGain(gain),
    edges: [...steps.map(toStepEdge), last],
    conditions,
  };
}

function toStepEdge({ from, to, how, because, conditions }: Step, hops: number): JsonEdge {
  const { sentence, at } = because;
  return {
    from: formatNodeId(from),
    to: formatNodeId(to),
    how,
    because: { sentence, at },
    conditions,
    hops,
  };
}

function toWayEdge({ by, use, destination, conditions, steps }: Way): JsonEdge {
  const to = describeTarget(destination.to, destination.openings);
  return {
    from: formatNodeId(by.node),
    to,
    how: use.how,
    because: { sentence: use.why ?? `A rule opens ${to} to it.`, at: use.at },
    conditions,
    hops: steps.length,
  };
}

/** The name by which edges refer to a node. */
function formatNodeId(node: Node): string {
  return `${node.kind} ${"tags" in node ? node.tags.join(" ") || "without tags" : node.name}`;
}

function sortByKey<Value>(map: ReadonlyMap<string, Value>): Value[] {
  return [...map]
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, value]) => value);
}
