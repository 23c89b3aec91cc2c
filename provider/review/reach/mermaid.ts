/**
 * Draws a picture as a Mermaid diagram. Its names come from outside, so each is escaped in its
 * label.
 *
 * Mermaid interprets quotation marks, `#` (in its character codes) and HTML in labels. It reads
 * keywords and directives at the beginning of lines, where only our own ids are. Source:
 * https://mermaid.js.org/syntax/flowchart.html
 */

import { sanitize } from "../../access/sanitize";
import type { Mark, Picture, PictureEdge } from "./picture";

/**
 * GitLab does not draw a diagram of more than 2,000 characters without a click, and nobody reads
 * more edges.
 */
const longest = 1900;
const mostEdges = 40;

export interface Drawing {
  readonly text: string;
  /** The number of edges that did not fit. */
  readonly left: number;
}

const arrows: Readonly<Record<Mark, readonly [begin: string, end: string]>> = {
  plain: ["-->", ""],
  gained: ["==>", ""],
  lost: ["-.->", ""],
};

/** As many edges as fit, in their order, and only the nodes that they need. */
export function drawMermaid({ nodes, edges }: Picture): Drawing {
  const named = new Set<number>();
  const lines = ["flowchart LR"];
  let length = lines[0]?.length ?? 0;
  const styles: string[] = [];
  let drawn = 0;
  for (const edge of edges) {
    const line = `  ${writeEnd(edge.from)} ${arrows[edge.mark][0]}|"${writeLabel(edge.label, 40)}"| ${writeEnd(edge.to)}`;
    const style = chooseStyle(edge, drawn);
    const more = line.length + 1 + (style === undefined ? 0 : style.length + 1);
    if (drawn === mostEdges || length + more > longest - 40) break;
    lines.push(line);
    if (style !== undefined) styles.push(style);
    length += more;
    named.add(edge.from);
    named.add(edge.to);
    drawn += 1;
  }
  return { text: [...lines, ...styles].join("\n"), left: edges.length - drawn };

  /** A node by its id, with its label at its first occurrence. */
  function writeEnd(place: number): string {
    const id = `n${place + 1}`;
    return named.has(place) ? id : `${id}["${writeLabel(nodes[place]?.label ?? "", 60)}"]`;
  }
}

function chooseStyle({ mark }: PictureEdge, place: number): string | undefined {
  if (mark === "plain") return undefined;
  return `  linkStyle ${place} stroke:${mark === "gained" ? "#1a7f37" : "#cf222e"}`;
}

/**
 * Escapes text for a quoted label: letters, digits and a few signs stay, everything else becomes
 * its character code.
 */
export function writeLabel(text: string, longest: number): string {
  const line = sanitize(text);
  const short = [...line].length > longest ? `${[...line].slice(0, longest - 1).join("")}…` : line;
  const safe = short.replace(
    /[^\p{L}\p{M}\p{N} .,:;/@*+=()'…-]/gu,
    (sign) => `#${sign.codePointAt(0)};`,
  );
  return safe.trim() === "" ? "(empty)" : escapeEach(safe);
}

/**
 * Markdown in labels, including links, and names of icons (`fa:fa-ban`) need certain signs in
 * sequence, so these are escaped.
 */
function escapeEach(text: string): string {
  return text
    .replace(/:(?=\/\/|fa-)/g, "#58;")
    .replace(/^([-*+]|\d+\.)(?= )/, (sign) => `#${sign.codePointAt(0)};${sign.slice(1)}`);
}
