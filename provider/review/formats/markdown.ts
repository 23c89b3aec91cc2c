/** A review as a pull-request comment: the verdict, a line a credential, and details folded. */

import { mermaidBlock } from "../reach/markdown";
import { type Review, verdictInWords } from "../review";
import type { Assessment } from "../verdict/assessment";
import { code, codeInHtml, sentence } from "./markdown-text";
import { drawnReach, labelOf, reachOfAssessment, reachParts } from "./reach-section";
import { areSentences, changeNames, classNames, rowsOf } from "./rows";

/** Below GitHub's limit of 65,536 characters for a comment; GitLab's is higher. */
const longest = 60_000;

/** What a comment of `title` can be found by, so that the next run replaces it. */
export function markerOf(title: string): string {
  return `<!-- tailscope review${title === "" ? "" : ` ${title.replace(/[^A-Za-z0-9/._-]/g, "-").replace(/-{2,}/g, "-")}`} -->`;
}

export function markdownReport(review: Review, title: string): string {
  const { report, assessments } = review;
  const head = [
    markerOf(title),
    `### Access to the tailnet${title === "" ? "" : `, ${code(title)}`}: ${labelOf(review)}`,
    "",
    `**${verdictInWords(review)}**`,
    "",
    "",
  ].join("\n");
  // A third for the lines, the rest for the details: the most dangerous come first, so what is cut
  // is what matters least.
  const strange = fitting(
    [
      ...report.notUnderstood.map((one) => `- **not understood**: ${sentence(one)}\n`),
      ...report.notReviewed.map((one) => `- **not reviewed**: ${sentence(one)}\n`),
    ],
    longest / 6,
    "things that are not understood or not reviewed",
  );
  const lines = fitting(
    assessments.map((assessment) => lineOf(assessment, review)),
    longest / 3,
    "credentials",
  );
  const reach = reachBlock(review);
  const room = longest - head.length - strange.length - lines.length - reach.length - 200;
  const details = fitting(
    assessments.map((assessment) => detailsOf(assessment, review)),
    room,
    "credentials with their details",
  );
  return `${`${head}${strange}${lines}\n${reach}${details}`.trimEnd()}\n`;
}

/** Reach beside the credentials that change: sentences first, then one picture of what changes. */
function reachBlock(review: Review): string {
  const parts = reachParts(review).map(({ title, items }) =>
    title === "reach"
      ? items.map((item) => `- ${sentence(item)}\n`).join("")
      : `- **reach** ${sentence(title)}: ${some(items).map(sentence).join("; ")}\n`,
  );
  const text = fitting(parts, longest / 6, "lines about reach");
  return text === ""
    ? mermaidBlock(drawnReach(review))
    : `${text}\n${mermaidBlock(drawnReach(review))}`;
}

/** As many blocks as there is room for, and how many there is none for. */
function fitting(blocks: readonly string[], room: number, what: string): string {
  let text = "";
  for (const [index, block] of blocks.entries()) {
    const rest = blocks.length - index;
    if (text.length + block.length > room) {
      return `${text}\n_${rest} more ${what} do not fit here: \`tailscope review\` shows all of them._\n`;
    }
    text += block;
  }
  return text;
}

function lineOf(assessment: Assessment, review: Review): string {
  const { reported, gains, losses } = assessment;
  const reach = reachOfAssessment(review, assessment);
  const parts = [
    ...(gains.length > 0 ? [`gains: ${some(gains).map(sentence).join("; ")}`] : []),
    ...(losses.length > 0 ? [`loses: ${some(losses).map(sentence).join("; ")}`] : []),
    ...some([
      ...reported.tagsGained.map((tag) => `+ ${tag}`),
      ...reported.tagsLost.map((tag) => `- ${tag}`),
    ]).map(code),
    ...(reach.length > 0 ? [`reach: ${some(reach).map(sentence).join("; ")}`] : []),
    ...some(reported.life).map(sentence),
    ...(reported.unknown.length > 0
      ? [`cannot be seen: ${some(reported.unknown).map(code).join(", ")}`]
      : []),
    ...(reported.unknownBefore.length > 0
      ? [`could not be seen before: ${some(reported.unknownBefore).map(code).join(", ")}`]
      : []),
  ];
  const what =
    parts.length > 0
      ? parts.join("<br>")
      : rowsOf(assessment, reach)[0].items.map(sentence).join(", ");
  return `- **${classNames[reported.class]}** ${reported.kind} ${code(reported.name)} is ${changeNames[reported.change]}. ${what}\n`;
}

/** As many items as a line can have; the details have all. */
function some(items: readonly string[]): string[] {
  const most = 12;
  return items.length <= most
    ? [...items]
    : [...items.slice(0, most), `and ${items.length - most} more, in the details`];
}

function detailsOf(assessment: Assessment, review: Review): string {
  const { reported } = assessment;
  const rows = rowsOf(assessment, reachOfAssessment(review, assessment)).map(
    ({ label, items }) =>
      `- ${label}: ${items.map(sentence).join(areSentences(label) ? " " : "; ")}`,
  );
  const folded = [...operations("gained", reported.gained), ...operations("lost", reported.lost)];
  const title = `${classNames[reported.class]}: ${reported.kind} ${codeInHtml(reported.name)}, ${changeNames[reported.change]}`;
  return `<details><summary>${title}</summary>\n\n${[...rows, ...folded].join("\n")}\n\n</details>\n`;
}

function operations(what: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : [
        `- ${names.length} ${names.length === 1 ? "operation" : "operations"} ${what}:`,
        ...names.map((name) => `  - ${code(name)}`),
      ];
}
