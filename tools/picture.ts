/**
 * `npm run picture`: draws docs/story.svg, the picture in the README, from what `npm start` prints.
 * Long output is abridged.
 */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { stdout, status } = spawnSync(process.execPath, [join(root, "tools", "start.mjs")], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
});
if (status !== 0) throw new Error("npm start failed, so there is nothing to draw");

/**
 * Lines that are useless to a reader of the README: repeated progress, counts, unchanged things.
 */
const abridged =
  /creating \(|updating \(|deleting \(|refreshing \(|pulumi:pulumi:Stack|urn=|Updating|Previewing|Destroying|Duration|Resources:|unchanged|\d (created|updated|deleted|to update)|changes\.|Outputs:|^ {5} *(clientId|clientSecret|key\w*) *:|the history and configuration|remove the stack|^ {5} *(description|tags {7}): |"tag:ci"|^ {13}\]$/;

const lines = stdout
  .split("\n")
  .filter((line) => !abridged.test(line))
  .filter((line, index, all) => line !== "" || all[index - 1] !== "")
  .slice(1, -1);

const [lineHeight, columnWidth, margin] = [19, 7.85, 22];
const columns = Math.max(...lines.map((line) => line.length));
const [width, height] = [
  Math.ceil(columns * columnWidth) + 2 * margin,
  lines.length * lineHeight + 2 * margin,
];

const text = lines.map((line, index) => {
  const y = margin + (index + 0.75) * lineHeight;
  return `<text x="${margin}" y="${y}" xml:space="preserve" ${chooseStyle(line)}>${escapeText(line)}</text>`;
});

writeFileSync(
  join(root, "docs", "story.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="What npm start prints, abridged">
<rect width="100%" height="100%" rx="10" fill="#16181d"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#d7dae0">
${text.join("\n")}
</g>
</svg>
`,
);

function chooseStyle(line: string): string {
  if (/^\d\/6/.test(line)) return 'fill="#7ad3f5" font-weight="bold"';
  if (/^ {5}\$ /.test(line)) return 'fill="#8b93a1"';
  if (/^ {5} *\+ /.test(line)) return 'fill="#8fd694"';
  if (/^ {5} *~ /.test(line)) return 'fill="#f2d17c"';
  if (/^ {5} *- /.test(line)) return 'fill="#f19a9a"';
  if (/→ 403/.test(line)) return 'fill="#f19a9a"';
  return "";
}

function escapeText(line: string): string {
  return line.trimEnd().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
