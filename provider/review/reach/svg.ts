/** A picture as SVG inside a page: no script, no font, nothing from anywhere. */

import { escaped } from "../formats/html-text";
import type { Picture } from "./picture";

/** Beyond this a drawing shows less than its list. */
const mostNodes = 150;

const box = { width: 190, height: 34, gapX: 90, gapY: 16, margin: 12 };

/** The drawing, or undefined where there is nothing to draw or too much. */
export function svgOf(picture: Picture, title: string): string | undefined {
  if (picture.edges.length === 0 || picture.nodes.length > mostNodes) return undefined;
  const placed = place(picture);
  const width = Math.max(...placed.map(({ x }) => x)) + box.width + box.margin;
  const height = Math.max(...placed.map(({ y }) => y)) + box.height + box.margin;
  const edges = picture.edges.map(({ from, to, label, mark }) => {
    const [start, end] = [placed[from], placed[to]];
    if (start === undefined || end === undefined) return "";
    const [x1, y1] = [start.x + box.width, start.y + box.height / 2];
    const [x2, y2] = [end.x, end.y + box.height / 2];
    // A step to the left or within a column goes around.
    const bend = x2 > x1 ? (x2 - x1) / 2 : 60;
    const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const names = [picture.nodes[from]?.label ?? "", picture.nodes[to]?.label ?? ""];
    const words = `${names[0]}: ${label} ${names[1]}${mark === "plain" ? "" : ` (${mark})`}`;
    return `<path class="${mark}" d="${path}"><title>${escaped(words)}</title></path>\n`;
  });
  const nodes = picture.nodes.map(({ label }, at) => {
    const spot = placed[at] ?? { x: 0, y: 0 };
    const short = [...label].length > 26 ? `${[...label].slice(0, 25).join("")}…` : label;
    return `<g><title>${escaped(label)}</title><rect x="${spot.x}" y="${spot.y}" width="${box.width}" height="${box.height}" rx="5"/><text x="${spot.x + 10}" y="${spot.y + 22}">${escaped(short)}</text></g>\n`;
  });
  return `<div class="drawing" tabindex="0" role="region" aria-label="${escaped(title)}">
<svg role="img" aria-label="${escaped(title)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${edges.join("")}${nodes.join("")}</svg>
</div>
`;
}

/** The styles that a page with such a drawing needs, by the page's own colours. */
export const svgStyle = `
.drawing { overflow-x: auto; margin: 0 0 1rem; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg rect { fill: var(--paper); stroke: var(--quiet); }
svg path { fill: none; stroke: var(--quiet); stroke-width: 1.5; marker-end: url(#tip); }
svg marker path { fill: var(--quiet); stroke: none; marker-end: none; }
svg path.gained { stroke: #1a7f37; stroke-width: 3; }
svg path.lost { stroke: #cf222e; stroke-dasharray: 5 4; }
`;

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Nodes in their columns, each as near as it can be to those that it is connected with. */
function place({ nodes, edges }: Picture): Spot[] {
  const columns = new Map<number, number[]>();
  for (const [at, { column }] of nodes.entries())
    columns.set(column, [...(columns.get(column) ?? []), at]);
  const ordered = [...columns]
    .sort(([one], [other]) => one - other)
    .map(([, members]) => [...members]);
  const row = new Map<number, number>();
  for (const members of ordered) for (const [at, node] of members.entries()) row.set(node, at);
  const neighbours = new Map<number, number[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  // Two passes are enough at this size.
  for (let pass = 0; pass < 2; pass++)
    for (const members of pass === 0 ? ordered : ordered.toReversed()) {
      const wanted = new Map(
        members.map((node) => [
          node,
          median((neighbours.get(node) ?? []).map((one) => row.get(one) ?? 0)),
        ]),
      );
      members.sort(
        (one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0) || one - other,
      );
      for (const [at, node] of members.entries()) row.set(node, at);
    }
  const columnOf = new Map(
    ordered.flatMap((members, at) => members.map((node) => [node, at] as const)),
  );
  return nodes.map((_, at) => ({
    x: box.margin + (columnOf.get(at) ?? 0) * (box.width + box.gapX),
    y: box.margin + (row.get(at) ?? 0) * (box.height + box.gapY),
  }));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
