/** Formats answers about reach as one self-contained HTML file. */

import type { Answer, Row } from "../../reach/answers";
import { describePlaces } from "../../reach/words";
import { formatHtmlPage } from "../formats/html-page";
import { escapeHtml } from "../formats/html-text";
import { layOutPicture } from "./picture";
import { drawSvg, svgStyle } from "./svg";

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de; --quiet: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --quiet: #9da7b3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; line-height: 1.25; } h2 { font-size: 1.1rem; overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
ul { margin: 0; padding-left: 1.2rem; } li { overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
code { font: .85rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
${svgStyle}`;

export function formatHtmlAnswers(answers: readonly Answer[], aside: readonly string[]): string {
  const title = "Reach in the tailnet";
  const body = `<header><h1>${title}</h1></header>
<main>
${answers.map(writeSection).join("")}${aside.map((one) => `<p class="quiet">${escapeHtml(one)}</p>\n`).join("")}</main>
`;
  return formatHtmlPage(title, style, body);
}

function writeSection({ headline, sections, notes, ways }: Answer): string {
  const drawing = drawSvg(layOutPicture(ways.map((way) => ({ ...way, mark: "plain" }))), headline);
  return `<section>
<h2>${escapeHtml(headline)}</h2>
${drawing ?? ""}${sections
  .map(
    ({ label, rows }) =>
      `<h3>${escapeHtml(label)}</h3>\n<ul>\n${rows.map(writeItem).join("")}</ul>\n`,
  )
  .join("")}${notes.map((note) => `<p>${escapeHtml(note)}</p>\n`).join("")}</section>
`;
}

function writeItem({ what, by, conditions, places }: Row): string {
  const parts = [by, conditions].filter((one) => one !== "").map(escapeHtml);
  const where =
    places.length > 0 ? ` <span class="quiet">${escapeHtml(describePlaces(places))}</span>` : "";
  return `<li><code>${escapeHtml(what)}</code> ${parts.join("; ")}${where}</li>\n`;
}
