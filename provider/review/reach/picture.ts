/** Lays out ways as a picture: who reaches what through which tags, in columns. */

import type { Way } from "../../reach/questions";
import { describeNode, describeStart, describeTarget, findTurns } from "../../reach/words";

export interface PictureNode {
  readonly label: string;
  /** 0 for the starts, then the distance of the tags, and the last column for what is reached. */
  readonly column: number;
}

export type Mark = "gained" | "lost" | "plain";

export interface PictureEdge {
  /** Indexes in `nodes`. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly mark: Mark;
}

export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** A way, and whether it is new or gone. */
export interface Drawn
  extends Pick<Way, "start" | "steps" | "by" | "use" | "destination" | "conditions"> {
  readonly mark: Mark;
}

export function layOutPicture(ways: readonly Drawn[]): Picture {
  const nodes: { label: string; column: number }[] = [];
  const places = new Map<string, number>();
  const edges = new Map<string, PictureEdge>();
  const nodeAt = (kind: string, label: string, column: number): number => {
    const key = `${kind}\n${label}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    nodes.push({ label, column });
    places.set(key, nodes.length - 1);
    return nodes.length - 1;
  };
  const draw = (from: number, to: number, label: string, mark: Mark) => {
    const key = `${from} ${to} ${label}`;
    const known = edges.get(key);
    // An edge is not new if one of its ways existed before.
    edges.set(key, {
      from,
      to,
      label,
      mark: known === undefined || known.mark === mark ? mark : "plain",
    });
  };
  for (const { start, steps, by, use, destination, mark } of ways) {
    let at = nodeAt("start", describeStart(start), 0);
    let column = 1;
    const origin = steps[0]?.from ?? by.node;
    if ("scopes" in start && "tags" in origin && origin.tags.length > 0) {
      const own = nodeAt("tags", describeNode(origin), column);
      draw(at, own, start.kind === "AuthKey" ? "admits" : "has", mark);
      at = own;
      column += 1;
    }
    for (const { to, because, how } of findTurns(steps)) {
      const next = nodeAt("tags", describeNode(to), column);
      draw(at, next, how === "logs in" ? because.inShort : "owns", mark);
      at = next;
      column += 1;
    }
    const reached = nodeAt(
      "target",
      use.how === "stands for"
        ? `the place of ${describeTarget(destination.to, [])}`
        : describeTarget(destination.to, destination.openings),
      lastColumn,
    );
    draw(at, reached, use.how, mark);
  }
  return { nodes, edges: [...edges.values()] };
}

/** The column of what is reached. */
export const lastColumn = 1000;
