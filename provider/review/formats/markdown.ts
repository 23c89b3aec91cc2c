/**
 * Formats a review as a pull-request comment: the verdict, a line for each credential, and folded
 * details.
 */

import { writeMermaidBlock } from "../reach/markdown";
import { describeVerdict, type Review } from "../review";
import type { Assessment } from "../verdict/assessment";
import { toCodeSpan, toHtmlCode, toSafeMarkdown } from "./markdown-text";
import { chooseLabel, drawReach, listReach, listReachParts } from "./reach-section";
import { areSentences, changeNames, classNames, toRows } from "./rows";

/** Below GitHub's limit of 65,536 characters for a comment; GitLab's is higher. */
const longest = 60_000;

/** Marks the comment of `title`, so that the next run finds and replaces it. */
export function makeMarker(title: string): string {
  return `<!-- tailscope review${title === "" ? "" : ` ${title.replace(/[^A-Za-z0-9/._-]/g, "-").replace(/-{2,}/g, "-")}`} -->`;
}

export function formatMarkdown(review: Review, title: string): string {
  const { report, assessments } = review;
  const head = [
    makeMarker(title),
    `### Access to the tailnet${title === "" ? "" : `, ${toCodeSpan(title)}`}: ${chooseLabel(review)}`,
    "",
    `**${describeVerdict(review)}**`,
    "",
    "",
  ].join("\n");
  // A third of the room is for the lines, the rest for the details. The most dangerous changes come
  // first, so what is cut off matters least.
  const strange = fitBlocks(
    [
      ...report.notUnderstood.map((one) => `- **not understood**: ${toSafeMarkdown(one)}\n`),
      ...report.notReviewed.map((one) => `- **not reviewed**: ${toSafeMarkdown(one)}\n`),
    ],
    longest / 6,
    "things that are not understood or not reviewed",
  );
  const lines = fitBlocks(
    assessments.map((assessment) => writeLine(assessment, review)),
    longest / 3,
    "credentials",
  );
  const reach = writeReach(review);
  const room = longest - head.length - strange.length - lines.length - reach.length - 200;
  const details = fitBlocks(
    assessments.map((assessment) => writeDetails(assessment, review)),
    room,
    "credentials with their details",
  );
  return `${`${head}${strange}${lines}\n${reach}${details}`.trimEnd()}\n`;
}

/** The reach of all but the changed credentials: sentences, then a picture of all changes. */
function writeReach(review: Review): string {
  const parts = listReachParts(review).map(({ title, items }) =>
    title === "reach"
      ? items.map((item) => `- ${toSafeMarkdown(item)}\n`).join("")
      : `- **reach** ${toSafeMarkdown(title)}: ${shortenList(items).map(toSafeMarkdown).join("; ")}\n`,
  );
  const text = fitBlocks(parts, longest / 6, "lines about reach");
  return text === ""
    ? writeMermaidBlock(drawReach(review))
    : `${text}\n${writeMermaidBlock(drawReach(review))}`;
}

/** Joins as many blocks as fit, and adds the number of the others. */
function fitBlocks(blocks: readonly string[], room: number, what: string): string {
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

function writeLine(assessment: Assessment, review: Review): string {
  const { reported, gains, losses } = assessment;
  const reach = listReach(review, assessment);
  const parts = [
    ...(gains.length > 0 ? [`gains: ${shortenList(gains).map(toSafeMarkdown).join("; ")}`] : []),
    ...(losses.length > 0 ? [`loses: ${shortenList(losses).map(toSafeMarkdown).join("; ")}`] : []),
    ...shortenList([
      ...reported.tagsGained.map((tag) => `+ ${tag}`),
      ...reported.tagsLost.map((tag) => `- ${tag}`),
    ]).map(toCodeSpan),
    ...(reach.length > 0 ? [`reach: ${shortenList(reach).map(toSafeMarkdown).join("; ")}`] : []),
    ...shortenList(reported.life).map(toSafeMarkdown),
    ...(reported.unknown.length > 0
      ? [`cannot be seen: ${shortenList(reported.unknown).map(toCodeSpan).join(", ")}`]
      : []),
    ...(reported.unknownBefore.length > 0
      ? [
          `could not be seen before: ${shortenList(reported.unknownBefore).map(toCodeSpan).join(", ")}`,
        ]
      : []),
  ];
  const what =
    parts.length > 0
      ? parts.join("<br>")
      : toRows(assessment, reach)[0].items.map(toSafeMarkdown).join(", ");
  return `- **${classNames[reported.class]}** ${reported.kind} ${toCodeSpan(reported.name)} is ${changeNames[reported.change]}. ${what}\n`;
}

/** As many items as fit into a line. The details list all of them. */
function shortenList(items: readonly string[]): string[] {
  const most = 12;
  return items.length <= most
    ? [...items]
    : [...items.slice(0, most), `and ${items.length - most} more, in the details`];
}

function writeDetails(assessment: Assessment, review: Review): string {
  const { reported } = assessment;
  const rows = toRows(assessment, listReach(review, assessment)).map(
    ({ label, items }) =>
      `- ${label}: ${items.map(toSafeMarkdown).join(areSentences(label) ? " " : "; ")}`,
  );
  const folded = [
    ...writeOperations("gained", reported.gained),
    ...writeOperations("lost", reported.lost),
  ];
  const title = `${classNames[reported.class]}: ${reported.kind} ${toHtmlCode(reported.name)}, ${changeNames[reported.change]}`;
  return `<details><summary>${title}</summary>\n\n${[...rows, ...folded].join("\n")}\n\n</details>\n`;
}

function writeOperations(what: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : [
        `- ${names.length} ${names.length === 1 ? "operation" : "operations"} ${what}:`,
        ...names.map((name) => `  - ${toCodeSpan(name)}`),
      ];
}
