/** Text broken between words, so that a terminal has nothing to break within one. Pure. */

import { stripVTControlCharacters } from "node:util";

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

/**
 * How many columns of a terminal a text takes: two for a wide character, none for one that combines
 * with another, and none for colours.
 */
export function columnsOf(text: string): number {
  // Most texts are plain, and a table of thousands of rows measures each of its cells.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of stripVTControlCharacters(text))
    columns += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/**
 * The beginning of a text that takes so many columns at most, with an ellipsis where something is
 * left out.
 */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (columnsOf(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Each line broken between words where it is longer than `columns`; what continues a line is
 * indented like it, and by `hanging` more. A word that is longer than that has a line of its own.
 */
export function wrapped(text: string, columns: number, hanging = 0): string {
  return text
    .split("\n")
    .map((line) => wrappedLine(line, columns, hanging))
    .join("\n");
}

function wrappedLine(line: string, columns: number, hanging: number): string {
  if (columns === Number.POSITIVE_INFINITY || columnsOf(line) <= columns) return line;
  const indentation = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indentation;
  let isEmpty = true;
  // Blanks within a line stand where somebody put them: columns of a table keep their distance.
  for (const [, blanks = "", word = ""] of line
    .slice(indentation.length)
    .matchAll(/( *)([^ ]+)/g)) {
    if (!isEmpty && columnsOf(current + blanks + word) > columns) {
      lines.push(current);
      current = indentation + " ".repeat(hanging);
      isEmpty = true;
    }
    current += isEmpty ? word : blanks + word;
    isEmpty = false;
  }
  return [...lines, current].join("\n");
}

/**
 * A page of help for a terminal: lines that follow each other without an indentation are one
 * paragraph, whatever length they have in the code. Commands to copy stay in one line.
 */
export function reflowed(page: string, columns: number): string {
  const lines: string[] = [];
  let isOpen = false;
  for (const line of page.split("\n")) {
    const isProse = /^\S/.test(line) && !/^(Usage|Options|Commands|Arguments):/.test(line);
    if (isProse && isOpen) lines.push(`${lines.pop()} ${line}`);
    else lines.push(line);
    isOpen = isProse;
  }
  return lines
    .map((line) => (/^ *\$ /.test(line) ? line : wrapped(line, columns, /^ /.test(line) ? 2 : 0)))
    .join("\n");
}
