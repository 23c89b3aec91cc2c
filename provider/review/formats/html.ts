/** Formats a review as one HTML file without scripts, fonts or pictures from elsewhere. */

import type { Danger } from "../../access/danger";
import { layOutPicture } from "../reach/picture";
import { drawSvg, svgStyle } from "../reach/svg";
import { describeVerdict, type Review } from "../review";
import type { Assessment } from "../verdict/assessment";
import { formatHtmlPage } from "./html-page";
import { escapeHtml } from "./html-text";
import { chooseLabel, drawReach, listReach, listReachParts } from "./reach-section";
import { changeNames, classNames, toRows } from "./rows";

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de; --quiet: #57606a;
  --admin: #a40e26; --persist: #6e40c9; --write: #8a5300; --read: #0550ae; --none: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --quiet: #9da7b3;
  --admin: #ff8f97; --persist: #c9a5ff; --write: #e3b341; --read: #79c0ff; --none: #9da7b3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; line-height: 1.25; margin: .5rem 0 1rem; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
section { border: 1px solid var(--line); border-left: .4rem solid var(--class); border-radius: .4rem; padding: .8rem 1rem; margin: 0 0 1rem; }
.admin { --class: var(--admin); } .persist { --class: var(--persist); } .write { --class: var(--write); }
.read { --class: var(--read); } .none { --class: var(--none); }
.class { color: var(--class); text-transform: uppercase; font-size: .85rem; letter-spacing: .04em; margin-right: .5rem; }
dl { display: grid; grid-template-columns: 5.5rem 1fr; gap: .25rem .75rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0 0 .2rem; }
summary { cursor: pointer; padding: .5rem 0; } details ul { margin: 0; padding-left: 1.2rem; }
code { font: .85rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;

export function formatHtml(review: Review, title: string): string {
  const { report, assessments } = review;
  const drawing = drawSvg(layOutPicture(drawReach(review)), "Reach that is gained and lost");
  const heading = `Access to the tailnet${title === "" ? "" : `, ${title}`}`;
  const body = `<header>
<h1 class="${report.verdict}"><span class="class">${chooseLabel(review)}</span> ${escapeHtml(heading)}</h1>
<p><strong>${escapeHtml(describeVerdict(review))}</strong></p>
</header>
<main>
${writeSentences("Not understood", "admin", report.notUnderstood)}${writeSentences("Not reviewed", "write", report.notReviewed)}${assessments.map((assessment) => writeCredential(assessment, review)).join("")}${writeReach(review, drawing)}</main>
`;
  return formatHtmlPage(
    `${escapeHtml(heading)}: ${chooseLabel(review)}`,
    `${style}${drawing === undefined ? "" : svgStyle}`,
    body,
  );
}

function writeSentences(title: string, danger: Danger, sentences: readonly string[]): string {
  if (sentences.length === 0) return "";
  return `<section class="${danger}">\n<h2>${title}</h2>\n<ul>\n${sentences.map((one) => `<li>${escapeHtml(one)}</li>\n`).join("")}</ul>\n</section>\n`;
}

/** The reach of everything but the changed credentials, and a picture of all changes. */
function writeReach(review: Review, drawing = ""): string {
  const parts = listReachParts(review).map(
    ({ title, items }) =>
      `<section class="write">\n<h2>${escapeHtml(title)}</h2>\n<ul>\n${items.map((item) => `<li>${escapeHtml(item)}</li>\n`).join("")}</ul>\n</section>\n`,
  );
  const picture =
    drawing === "" ? "" : `<section class="none">\n<h2>What changes</h2>\n${drawing}</section>\n`;
  return `${parts.join("")}${picture}`;
}

function writeCredential(assessment: Assessment, review: Review): string {
  const { name, kind, change, gained, lost } = assessment.reported;
  const danger = assessment.reported.class;
  const rows = toRows(assessment, listReach(review, assessment))
    .map(
      ({ label, items }) =>
        `<dt>${label}</dt><dd>${items.map((item) => `<p>${escapeHtml(item)}</p>`).join("")}</dd>\n`,
    )
    .join("");
  return `<section class="${danger}">
<h2><span class="class">${classNames[danger]}</span> ${kind} <code>${escapeHtml(name)}</code>, ${changeNames[change]}</h2>
<dl>
${rows}</dl>
${foldOperations("gained", gained)}${foldOperations("lost", lost)}</section>
`;
}

function foldOperations(what: string, operations: readonly string[]): string {
  if (operations.length === 0) return "";
  const items = operations.map((name) => `<li><code>${escapeHtml(name)}</code></li>\n`).join("");
  return `<details><summary>${operations.length} ${operations.length === 1 ? "operation" : "operations"} ${what}</summary><ul>\n${items}</ul></details>\n`;
}
