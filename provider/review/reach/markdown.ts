/** Formats answers about reach in Markdown: sentences first, then a picture. */

import type { Answer, Row } from "../../reach/answers";
import { describePlaces } from "../../reach/words";
import { toCodeSpan, toSafeMarkdown } from "../formats/markdown-text";
import { drawMermaid } from "./mermaid";
import { type Drawn, layOutPicture } from "./picture";

/** Below GitHub's limit of 65,536 characters for a comment. */
const longest = 60_000;

export function formatMarkdownAnswers(
  answers: readonly Answer[],
  aside: readonly string[],
): string {
  const blocks = [
    ...answers.flatMap(writeBlocks),
    ...(aside.length > 0 ? [`${aside.map((one) => `> ${toSafeMarkdown(one)}\n`).join("")}\n`] : []),
  ];
  let text = "";
  for (const [at, block] of blocks.entries()) {
    if (text.length + block.length > longest)
      return `${text}\n_${blocks.length - at} more parts do not fit here: \`tailscope reach\` shows all of them._\n`;
    text += block;
  }
  return text;
}

function writeBlocks({ headline, sections, notes, ways }: Answer): string[] {
  return [
    `### ${toSafeMarkdown(headline)}\n\n`,
    ...sections.map(({ label, rows }) => `**${label}**\n\n${rows.map(writeRow).join("")}\n`),
    ...notes.map((note) => `${toSafeMarkdown(note)}\n\n`),
    writeMermaidBlock(ways.map((way) => ({ ...way, mark: "plain" as const }))),
  ];
}

function writeRow({ what, by, conditions, places }: Row): string {
  const parts = [by, conditions].filter((one) => one !== "").map(toSafeMarkdown);
  const where = places.length > 0 ? [toCodeSpan(describePlaces(places))] : [];
  return `- ${toCodeSpan(what)} ${[...parts, ...where].join("; ")}\n`;
}

/** The folded picture; empty if there is nothing to draw. */
export function writeMermaidBlock(ways: readonly Drawn[]): string {
  const picture = layOutPicture(ways);
  if (picture.edges.length === 0) return "";
  const { text, left } = drawMermaid(picture);
  const more = left > 0 ? `\n_and ${left} more edges, which are in the text alone_\n` : "";
  return `<details><summary>As a picture</summary>\n\n\`\`\`mermaid\n${text}\n\`\`\`\n${more}\n</details>\n\n`;
}
