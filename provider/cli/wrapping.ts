/** Wraps text between words, so that a terminal does not break a word. Pure. */

import { stripVTControlCharacters } from "node:util";

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

/**
 * The number of terminal columns that a text takes: two for a wide character, and none for a
 * combining character or a colour code.
 */
export function countColumns(text: string): number {
  // A fast path: most texts are plain, and a table with thousands of rows measures every cell.
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of stripVTControlCharacters(text))
    columns += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** Cuts a text to at most `columns` columns, with an ellipsis if something is omitted. */
export function truncate(text: string, columns: number): string {
  if (countColumns(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (countColumns(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Wraps each line that is longer than `columns` between words. A continuation line is indented like
 * the first, plus `hanging`. A word that is too long gets its own line.
 */
export function wrap(text: string, columns: number, hanging = 0): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns, hanging))
    .join("\n");
}

function wrapLine(line: string, columns: number, hanging: number): string {
  if (columns === Number.POSITIVE_INFINITY || countColumns(line) <= columns) return line;
  const indentation = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indentation;
  let isEmpty = true;
  // Blanks within a line are kept, so that the columns of a table stay aligned.
  for (const [, blanks = "", word = ""] of line
    .slice(indentation.length)
    .matchAll(/( *)([^ ]+)/g)) {
    if (!isEmpty && countColumns(current + blanks + word) > columns) {
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
 * Formats a page of help for a terminal: consecutive lines without indentation form one paragraph,
 * regardless of their length in the code. Commands to copy stay on one line.
 */
export function reflow(page: string, columns: number): string {
  const lines: string[] = [];
  let isOpen = false;
  for (const line of page.split("\n")) {
    const isProse = /^\S/.test(line) && !/^(Usage|Options|Commands|Arguments):/.test(line);
    if (isProse && isOpen) lines.push(`${lines.pop()} ${line}`);
    else lines.push(line);
    isOpen = isProse;
  }
  return lines
    .map((line) => (/^ *\$ /.test(line) ? line : wrap(line, columns, /^ /.test(line) ? 2 : 0)))
    .join("\n");
}
