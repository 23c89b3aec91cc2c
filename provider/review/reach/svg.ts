/** Draws a picture as SVG inside a page, without scripts, fonts or resources from elsewhere. */

import { escapeHtml } from "../formats/html-text";
import type { Picture } from "./picture";

/** With more nodes, a drawing shows less than a list. */
const mostNodes = 150;

const box = { width: 152, height: 32, gapX: 38, gapY: 14, margin: 6 };

/**
 * How much lower each column begins than the one before it, so that edges that pass a column stay
 * visible.
 */
const lower = 24;

const longestLabel = 20;

/** The drawing; undefined if there is nothing or too much to draw. */
export function drawSvg(picture: Picture, title: string): string | undefined {
  if (picture.edges.length === 0 || picture.nodes.length > mostNodes) return undefined;
  const placed = placeNodes(picture);
  const width = Math.max(...placed.map(({ x }) => x)) + box.width + box.margin;
  const height = Math.max(...placed.map(({ y }) => y)) + box.height + box.margin;
  const edges = picture.edges.map(({ from, to, label, mark }) => {
    const [start, end] = [placed[from], placed[to]];
    if (start === undefined || end === undefined) return "";
    const [x1, y1] = [start.x + box.width, start.y + box.height / 2];
    const [x2, y2] = [end.x, end.y + box.height / 2];
    // An edge to the left or within a column goes around.
    const bend = x2 > x1 ? (x2 - x1) / 2 : 60;
    const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const names = [picture.nodes[from]?.label ?? "", picture.nodes[to]?.label ?? ""];
    const words = `${names[0]}: ${label} ${names[1]}${mark === "plain" ? "" : ` (${mark})`}`;
    return `<path class="${mark}" d="${path}"><title>${escapeHtml(words)}</title></path>\n`;
  });
  const nodes = picture.nodes.map(({ label }, at) => {
    const spot = placed[at] ?? { x: 0, y: 0 };
    const short =
      [...label].length > longestLabel
        ? `${[...label].slice(0, longestLabel - 1).join("")}…`
        : label;
    return `<g><title>${escapeHtml(label)}</title><rect x="${spot.x}" y="${spot.y}" width="${box.width}" height="${box.height}" rx="5"/><text x="${spot.x + 8}" y="${spot.y + 20}">${escapeHtml(short)}</text></g>\n`;
  });
  return `<div class="drawing" tabindex="0" role="region" aria-label="${escapeHtml(title)}">
<svg role="img" aria-label="${escapeHtml(title)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${edges.join("")}${nodes.join("")}</svg>
</div>
`;
}

/** The styles that a page with such a drawing needs. They use the page's own colours. */
export const svgStyle = `
.drawing { overflow-x: auto; margin: 0 0 1rem; }
@media (min-width: 50rem) { .drawing svg { max-width: 100%; height: auto; } }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg rect { fill: var(--paper); stroke: var(--quiet); }
svg path { fill: none; stroke: var(--quiet); stroke-width: 1.5; marker-end: url(#tip); }
svg marker path { fill: context-stroke; stroke: none; marker-end: none; }
svg path.gained { stroke: #2da44e; stroke-width: 2.5; }
svg path.lost { stroke: #cf222e; stroke-dasharray: 5 4; }
`;

interface Spot {
  readonly x: number;
  readonly y: number;
}

/**
 * Places the nodes in their columns, in the order of the nodes that lead to them. The last column
 * has what is reached, beginning with what the nearest tags open.
 */
function placeNodes({ nodes, edges }: Picture): Spot[] {
  const columns = [...new Set(nodes.map(({ column }) => column))].sort((one, other) => one - other);
  const columnOf = nodes.map(({ column }) => columns.indexOf(column));
  const row = nodes.map(() => 0);
  for (const [at] of columns.entries()) {
    const members = nodes.flatMap((_, node) => (columnOf[node] === at ? [node] : []));
    const wanted = members.map((node) =>
      computeMedian(
        edges
          .filter(({ to, from }) => to === node && from !== node)
          .map(({ from }) => (columnOf[from] ?? 0) * nodes.length + (row[from] ?? 0)),
      ),
    );
    const order = members
      .map((node, index) => ({ node, wanted: wanted[index] ?? 0 }))
      .sort((one, other) => one.wanted - other.wanted || one.node - other.node);
    for (const [place, { node }] of order.entries()) row[node] = place;
  }
  const last = columns.length - 1;
  return nodes.map((_, node) => {
    const column = columnOf[node] ?? 0;
    return {
      x: box.margin + column * (box.width + box.gapX),
      y:
        box.margin +
        (row[node] ?? 0) * (box.height + box.gapY) +
        (column === last ? 0 : column * lower),
    };
  });
}

function computeMedian(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
