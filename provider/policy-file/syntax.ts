/**
 * HuJSON (JSON with comments and trailing commas) as a tree whose values have their places. Source:
 * https://github.com/tailscale/hujson
 */

import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** No policy file needs deeper nesting, and the parser recurses for each level. */
const deepest = 100;

/** In UTF-16 units; a file of 50,000 rules has about 5 million. */
const longest = 16 * 1024 * 1024;

/** The offsets of the starts of lines. */
export type LineStarts = readonly number[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type ParsedText =
  | { readonly root: Node; readonly lineStarts: LineStarts }
  | { readonly problem: string; readonly at: Position };

/** Parses `text` into a tree, or returns what is wrong with it and where. */
export function parseText(text: string): ParsedText {
  const start = { line: 1, column: 1 };
  if (text.length > longest) return { problem: `is longer than ${longest} characters`, at: start };
  const lineStarts = findLineStarts(text);
  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) {
    const at = findPosition(lineStarts, tooDeep);
    return { problem: `has more than ${deepest} levels of brackets`, at };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const problem = `is not valid HuJSON: ${printParseErrorCode(error?.error ?? 4)}`;
    return { problem, at: findPosition(lineStarts, error?.offset ?? 0) };
  }
  return { root, lineStarts };
}

export function findPosition(lineStarts: LineStarts, offset: number): Position {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

function findLineStarts(text: string): LineStarts {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Finds where brackets are nested too deeply, ignoring strings and comments. */
function findTooDeep(text: string): number | undefined {
  let depth = 0;
  // Only characters that can open or close something matter.
  const signs = /["/[\]{}]/g;
  for (let found = signs.exec(text); found !== null; found = signs.exec(text)) {
    const at = found.index;
    const [sign] = found;
    if (sign === "[" || sign === "{") depth++;
    else if (sign === "]" || sign === "}") depth--;
    else signs.lastIndex = sign === '"' ? findEndOfText(text, at) : findEndOfComment(text, at);
    if (depth > deepest) return at;
  }
  return undefined;
}

/**
 * The offset after the string that begins at `start`. A string never continues on the next line.
 */
function findEndOfText(text: string, start: number): number {
  const ends = /["\\\n]/g;
  ends.lastIndex = start + 1;
  for (let found = ends.exec(text); found !== null; found = ends.exec(text)) {
    if (found[0] !== "\\") return ends.lastIndex;
    ends.lastIndex++;
  }
  return text.length;
}

/** The offset after the comment that begins at `start`, or after a slash that begins no comment. */
function findEndOfComment(text: string, start: number): number {
  const kind = text[start + 1];
  if (kind !== "/" && kind !== "*") return start + 1;
  const end = kind === "/" ? "\n" : "*/";
  const at = text.indexOf(end, start + 2);
  return at < 0 ? text.length : at + end.length;
}
