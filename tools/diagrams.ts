/**
 * `npm run diagrams`: draws each docs/diagrams/NAME.txt as NAME.svg. A text contains a title, rows
 * of boxes (`row ID "heading" "what it is" | …`, the first row on top), and arrows between them
 * (`FROM -> TO label`). The picture has its own background and follows the reader's light or dark
 * theme.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

interface Words {
  readonly id: string;
  readonly heading: string;
  readonly what: string;
}

interface Box extends Omit<Words, "what"> {
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

const page = { width: 960, margin: 28, rowGap: 64 };
const letterWidth = 7.5;
const lineHeight = 18;

/**
 * Draws the picture of a text.
 * @throws Error if a line cannot be parsed or an arrow names an unknown box
 */
export function draw(text: string): string {
  let title = "";
  const rows: Words[][] = [];
  const arrows: Arrow[] = [];
  for (const line of text.split("\n").filter(Boolean)) {
    const arrow = /^(\w+) -> (\w+) ?(.*)$/.exec(line);
    if (line.startsWith("title ")) title = line.slice("title ".length);
    else if (line.startsWith("row "))
      rows.push(line.slice("row ".length).split(" | ").map(readBox));
    else if (arrow !== null) {
      const [, from = "", to = "", label = ""] = arrow;
      arrows.push({ from, to, label });
    } else throw new Error(`not a title, a row or an arrow: ${line}`);
  }
  const boxes = layOut(rows);
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const getBox = (id: string): Box => {
    const box = byId.get(id);
    if (box === undefined) throw new Error(`no box is called ${id}`);
    return box;
  };
  const height = Math.max(...boxes.map(({ y, height }) => y + height)) + page.margin;
  const drawn = arrows.map(({ from, to, label }) => drawArrow(getBox(from), getBox(to), label));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${page.width} ${height}" role="img" aria-label="${escapeText(title)}">
<title>${escapeText(title)}</title>
<style>
  .page { fill: #ffffff; stroke: #d0d7de; }
  .box { fill: #f4f7fb; stroke: #3b5b92; stroke-width: 1.5; }
  .line { fill: none; stroke: #57606a; stroke-width: 1.5; }
  .tip { fill: #57606a; }
  .label-back { fill: #ffffff; }
  text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif; font-size: 14px; fill: #24292f; }
  .heading { font-weight: 600; font-size: 15px; }
  .label { font-size: 13px; fill: #444c56; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #16181d; stroke: #30363d; }
    .box { fill: #1f2633; stroke: #7ba4e8; }
    .line { stroke: #9aa4b1; }
    .tip { fill: #9aa4b1; }
    .label-back { fill: #16181d; }
    text { fill: #e6e9ee; }
    .label { fill: #b9c1cb; }
  }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>
<rect class="page" x="0.5" y="0.5" width="${page.width - 1}" height="${height - 1}" rx="10"/>
${drawn.map(({ line }) => line).join("\n")}
${boxes.map(drawBox).join("\n")}
${drawn
  .map(({ label }) => label)
  .filter(Boolean)
  .join("\n")}
</svg>
`;
}

function readBox(text: string): Words {
  const [, id, heading, what] = /^(\w+) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$/.exec(text) ?? [];
  if (id === undefined || heading === undefined || what === undefined)
    throw new Error(`not a box: ${text}`);
  return { id, heading: unquote(heading), what: unquote(what) };
}

function layOut(rows: readonly (readonly Words[])[]): Box[] {
  const boxes: Box[] = [];
  let y = page.margin;
  for (const row of rows) {
    // Leave room between neighbours for the label of an arrow.
    const gap = row.length > 3 ? 30 : 108;
    const room = page.width - 2 * page.margin;
    const width = Math.min(
      row.length === 1 ? 240 : 280,
      (room - (row.length - 1) * gap) / row.length,
    );
    const lines = row.map(({ what }) => wrapText(what, Math.floor((width - 16) / letterWidth)));
    const height = Math.max(...lines.map(({ length }) => 40 + length * lineHeight));
    row.forEach(({ id, heading }, index) => {
      const x = page.margin + (room / row.length) * (index + 0.5) - width / 2;
      boxes.push({ id, heading, lines: lines[index] ?? [], x, y, width, height });
    });
    y += height + page.rowGap;
  }
  return boxes;
}

function drawBox({ x, y, width, height, heading, lines }: Box): string {
  const middle = x + width / 2;
  const text = lines.map(
    (line, index) =>
      `<text x="${middle}" y="${y + 46 + index * lineHeight}" text-anchor="middle">${escapeText(line)}</text>`,
  );
  return `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>
<text class="heading" x="${middle}" y="${y + 25}" text-anchor="middle">${escapeText(heading)}</text>
${text.join("\n")}`;
}

function drawArrow(from: Box, to: Box, label: string): { line: string; label: string } {
  const [start, end] = findEnds(from, to);
  const line = `<path class="line" marker-end="url(#tip)" d="M${start.x} ${start.y}L${end.x} ${end.y}"/>`;
  if (label === "") return { line, label: "" };
  const [x, y] = [(start.x + end.x) / 2, (start.y + end.y) / 2];
  const formatWords = (at: number) =>
    `<text class="label" x="${x}" y="${at}" text-anchor="middle">${escapeText(label)}</text>`;
  // The label goes above a horizontal arrow, which may be no longer than its label; otherwise on
  // the arrow.
  if (start.y === end.y) return { line, label: formatWords(y - 8) };
  const width = label.length * letterWidth + 8;
  return {
    line,
    label: `<rect class="label-back" x="${x - width / 2}" y="${y - 10}" width="${width}" height="19"/>
${formatWords(y + 4)}`,
  };
}

/** Connects the sides of two boxes in the same row; otherwise bottom to top. */
function findEnds(from: Box, to: Box): [{ x: number; y: number }, { x: number; y: number }] {
  if (from.y === to.y) {
    const toTheRight = to.x > from.x;
    const y = from.y + Math.min(from.height, to.height) / 2;
    return [
      { x: toTheRight ? from.x + from.width : from.x, y },
      { x: toTheRight ? to.x - 2 : to.x + to.width + 2, y },
    ];
  }
  const getMiddle = ({ x, width }: Box) => x + width / 2;
  return [
    { x: getMiddle(from), y: from.y + from.height },
    { x: getMiddle(to), y: to.y - 2 },
  ];
}

function wrapText(text: string, lettersALine: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= lettersALine)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The texts below docs/diagrams, by name. */
export function readDiagrams(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  return new Map(
    names.map((file) => [file.slice(0, -".txt".length), readFileSync(join(folder, file), "utf8")]),
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = fileURLToPath(new URL("../docs/diagrams", import.meta.url));
  for (const [name, text] of readDiagrams(folder))
    writeFileSync(join(folder, `${name}.svg`), draw(text));
}
